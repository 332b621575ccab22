package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/buildlens/buildlens/bake"
	source "github.com/buildlens/buildlens/buildengine/definition"
	"github.com/buildlens/buildlens/internal/workspace"
)

// A bakeDefinition is what bake works on: the files, where they came from, and
// what else they are evaluated with.
type bakeDefinition struct {
	bake.Input
	remote *source.Source // nil for local files
}

// definition reads the definition's files, found or named, and gathers what
// else it is evaluated with.
func (a *App) definition(ctx context.Context, opt *options, b *bakeFlags, at bakeArgs) (*bakeDefinition, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	vars, err := parseVars(b.vars)
	if err != nil {
		return nil, err
	}
	home, err := os.UserHomeDir()
	if err != nil { // only homedir() needs it, and says so
		home = ""
	}
	d := &bakeDefinition{Input: bake.Input{
		Dir: cwd, Env: workspace.NewEnv(os.Environ()), Vars: vars, FS: workspace.OSDisk{},
		Now: time.Now, Rand: rand.Reader, Home: home, LocalPlatform: "linux/" + runtime.GOARCH, CmdContext: at.cmdContext,
	}}
	d.DisableEnvLookup = envSwitch("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP", false)
	if d.FileRelativePaths, err = envBool("BUILDX_BAKE_FILE_RELATIVE_PATHS"); err != nil {
		return nil, err
	}
	names := b.files
	if len(names) == 0 {
		names = bake.NamedByEnvironment(d.Env)
	}
	if at.url != "" {
		return d, a.remoteFiles(ctx, opt, b, d, at.url, names)
	}
	if len(names) == 0 {
		if names, err = bake.Lookup(d.FS, cwd, d.Env); err != nil {
			return nil, err
		}
	}
	return d, a.localFiles(d, names)
}

// localFiles reads files of this machine.
func (a *App) localFiles(d *bakeDefinition, names []string) error {
	for _, name := range names {
		f, err := a.bakeFile(strings.TrimPrefix(name, cwdScheme), d.Dir)
		if err != nil {
			return err
		}
		d.Files = append(d.Files, f)
	}
	return nil
}

func (a *App) bakeFile(name, cwd string) (bake.File, error) {
	if name == "-" {
		data, err := io.ReadAll(a.Stdin)
		if err != nil {
			return bake.File{}, fmt.Errorf("reading the definition from standard input: %w", err)
		}
		return bake.File{Name: "-", Data: data}, nil
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(cwd, name)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return bake.File{}, fmt.Errorf("reading the definition: %w", err)
	}
	return bake.File{Name: name, Path: path, Data: data}, nil
}
