package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/moby/buildkit/client"
	"github.com/spf13/pflag"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/engine"
	"github.com/buildlens/buildlens/buildengine/failure"
	"github.com/buildlens/buildlens/buildengine/progress/display"
)

// output says what a build prints and writes besides its results.
type output struct {
	progress string
	quiet    bool
	metadata string
	iidFile  string
}

func (o *output) flags(f *pflag.FlagSet) {
	f.StringVar(&o.progress, "progress", "auto", `Set type of progress output ("auto", "none", "plain", "quiet", "rawjson", "tty"). Use plain to show container output`)
	f.StringVar(&o.metadata, "metadata-file", "", "Write build result metadata to a file")
}

func (o *output) validate() error {
	if _, err := display.Mode(o.progress, os.LookupEnv); err != nil {
		return err
	}
	if !o.quiet {
		return nil
	}
	switch o.progress {
	case "auto", "quiet", "none":
		return nil
	}
	return fmt.Errorf("progress=%s and quiet cannot be used together", o.progress)
}

// printsID tells whether the image's ID goes to standard output.
func (o *output) printsID() bool { return o.quiet || o.progress == "quiet" }

// engine makes the engine that this process builds with.
func (a *App) engine() (*engine.Engine, error) {
	list, err := a.Drivers()
	if err != nil {
		return nil, err
	}
	return engine.New(engine.Deps{Drivers: list, Stdout: a.Stdout, NoEmbedded: a.isBuildx()}), nil
}

// isBuildx tells whether the program was called in docker buildx's place: then
// the embedded builder is used only when it is named.
func (a *App) isBuildx() bool { return a.Name == "buildx" || a.Name == "docker-buildx" }

// run builds with the progress shown on standard error.
func (a *App) run(ctx context.Context, opt *options, out *output, b buildengine.Build) (*buildengine.Result, error) {
	eng, err := a.engine()
	if err != nil {
		return nil, err
	}
	progress := out.progress
	if out.quiet {
		progress = "quiet"
	}
	mode, err := display.Mode(progress, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	show, err := display.New(a.Stderr, mode)
	if err != nil {
		return nil, err
	}
	var notices []string
	result, err := eng.RunWithStatus(ctx, b, func(e buildengine.Event) {
		show.Event(e)
		if e.Notice != nil {
			notices = append(notices, e.Notice.Message)
		}
	}, func(s *client.SolveStatus) { show.Status(s) })
	err = errors.Join(err, show.Close())
	if mode != "rawjson" && mode != "quiet" {
		for _, n := range notices {
			fmt.Fprintln(a.Stderr, "WARNING:", n)
		}
	}
	if mode == "quiet" && result != nil && result.Failure != nil {
		failure.PrintLog(a.Stderr, result.Failure)
	}
	show.PrintWarnings(a.Stderr, opt.debug)
	return result, err
}

// writeFiles writes the metadata file and the image ID file. bake's metadata
// is by target.
func (o *output) writeFiles(r *buildengine.Result, byTarget bool) error {
	if o.metadata != "" {
		var content any = r.Targets[0].Metadata
		if byTarget {
			all := map[string]any{}
			for i := range r.Targets {
				all[r.Targets[i].Target] = r.Targets[i].Metadata
			}
			content = all
		}
		raw, err := json.MarshalIndent(content, "", "  ")
		if err != nil {
			return fmt.Errorf("writing the metadata file: %w", err)
		}
		if err := writeAtomically(o.metadata, raw); err != nil {
			return fmt.Errorf("writing the metadata file: %w", err)
		}
	}
	if o.iidFile != "" {
		if err := writeAtomically(o.iidFile, []byte(imageID(&r.Targets[0]))); err != nil {
			return fmt.Errorf("writing the image ID file: %w", err)
		}
	}
	return nil
}

// writeAtomically replaces a file as a whole or not at all.
func writeAtomically(path string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// printFailure writes the source around a failed instruction. Its log has been
// printed with the progress, unless there was none.
func (a *App) printFailure(f *buildengine.Failure) {
	name := "Dockerfile"
	if f.Location != nil && f.Location.Path != "" {
		name = filepath.Base(f.Location.Path)
	}
	failure.PrintExcerpt(a.Stderr, f, name)
}

// printCall writes what the frontend answered to a call.
func (a *App) printCall(c *buildengine.CallResult, json, ignoreStatus bool) error {
	text := c.Text
	if json {
		text = string(c.JSON)
	}
	fmt.Fprintln(a.Stdout, text)
	if c.Status != 0 && !ignoreStatus {
		return exitStatus{c.Status}
	}
	return nil
}
