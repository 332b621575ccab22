// Package display prints the progress of a build with BuildKit's own printers:
// tty, plain, rawjson, or nothing.
package display

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"
)

// modes are the values of --progress; none prints as quiet does.
var modes = map[string]progressui.DisplayMode{
	"": progressui.AutoMode, "auto": progressui.AutoMode, "tty": progressui.TtyMode, "plain": progressui.PlainMode,
	"rawjson": progressui.RawJSONMode, "quiet": progressui.QuietMode, "none": progressui.QuietMode,
}

// Mode resolves a value of --progress. BUILDKIT_PROGRESS counts only when the
// flag is left at auto.
func Mode(flag string, env func(string) (string, bool)) (progressui.DisplayMode, error) {
	if flag == "" || flag == "auto" {
		if v, ok := env("BUILDKIT_PROGRESS"); ok && v != "" {
			flag = v
		}
	}
	mode, ok := modes[flag]
	if !ok {
		return "", fmt.Errorf("invalid progress mode %s", flag)
	}
	return mode, nil
}

// A Display prints one build. It starts with the event that starts the build,
// so that the first line can name the builder. Its methods are called from one goroutine.
type Display struct {
	out    io.Writer
	mode   progressui.DisplayMode
	status chan *client.SolveStatus
	done   chan struct{}
	warned []client.VertexWarning
	err    error
}

// New makes a Display that prints to out. A tty that out is not is an error.
func New(out io.Writer, mode progressui.DisplayMode) (*Display, error) {
	if mode == progressui.TtyMode {
		if _, err := progressui.NewDisplay(out, mode); err != nil {
			return nil, err
		}
	}
	return &Display{out: out, mode: mode}, nil
}

// Event takes a build's event; only the first one matters.
func (d *Display) Event(e buildengine.Event) {
	if e.Started == nil || d.status != nil {
		return
	}
	var options []progressui.DisplayOpt
	if e.Started.Builder != "" {
		options = append(options, progressui.WithDesc(
			fmt.Sprintf("building with %q instance using %s driver", e.Started.Builder, e.Started.Driver),
			e.Started.Driver+":"+e.Started.Builder))
	}
	printer, err := progressui.NewDisplay(d.out, d.mode, options...)
	if err != nil {
		d.err = err
		return
	}
	d.status, d.done = make(chan *client.SolveStatus, 16), make(chan struct{})
	go func() {
		defer close(d.done)
		// The context has no end: the display ends with its channel, after
		// what it was told has been printed.
		d.warned, d.err = printer.UpdateFrom(context.Background(), d.status)
	}()
}

// Status takes the next part of the build's raw status.
func (d *Display) Status(s *client.SolveStatus) {
	if d.status != nil {
		d.status <- s
	}
}

// Close prints what is left and returns when it is printed.
func (d *Display) Close() error {
	if d.status == nil {
		return d.err
	}
	close(d.status)
	<-d.done
	d.status = nil
	return d.err
}

// PrintWarnings writes the warnings that the frontend raised, as Buildx does
// after a build; call it after Close. rawjson and quiet have none.
func (d *Display) PrintWarnings(w io.Writer, verbose bool) {
	if len(d.warned) == 0 || slices.Contains([]progressui.DisplayMode{progressui.RawJSONMode, progressui.QuietMode}, d.mode) {
		return
	}
	fmt.Fprintf(w, "\n ")
	if n := len(d.warned); n == 1 {
		fmt.Fprint(w, "1 warning found")
	} else {
		fmt.Fprintf(w, "%d warnings found", n)
	}
	if !verbose {
		fmt.Fprint(w, " (use docker --debug to expand)")
	}
	fmt.Fprint(w, ":\n")
	for _, warning := range d.warned {
		printWarning(w, warning, verbose)
	}
}

func printWarning(w io.Writer, warning client.VertexWarning, verbose bool) {
	fmt.Fprintf(w, " - %s", warning.Short)
	if len(warning.Range) > 0 {
		fmt.Fprintf(w, " (line %d)", warning.Range[0].Start.Line)
	}
	fmt.Fprintln(w)
	if !verbose {
		return
	}
	for _, detail := range warning.Detail {
		fmt.Fprintf(w, "%s\n", detail)
	}
	if warning.URL != "" {
		fmt.Fprintf(w, "More info: %s\n", warning.URL)
	}
}
