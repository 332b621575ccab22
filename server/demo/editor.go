package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/command"
	"github.com/buildlens/buildlens/lsp/lsptest"
)

// files are what the editor opens, with their language identifiers.
var files = [][2]string{
	{"docker-bake.hcl", "dockerbake"},
	{"services/api/Dockerfile", "dockerfile"},
	{"services/worker/Dockerfile", "dockerfile"},
	{"services/web/Dockerfile", "dockerfile"},
}

// An editor is the client side of the demo.
type editor struct {
	client *lsptest.Client
	dir    string
	view   *progressView
}

// open starts the server and opens the files.
func open(ctx context.Context, binary, dir string) (*editor, error) {
	e := &editor{dir: dir, view: newProgressView()}
	cmd := exec.CommandContext(ctx, binary, "serve")
	cmd.Stderr = os.Stderr
	client, err := lsptest.Start(ctx, cmd, lsptest.Options{
		Folders:               []string{dir},
		InitializationOptions: map[string]any{"buildEvents": true, "trust": true},
		BuildEvent:            e.view.event,
	})
	if err != nil {
		return nil, err
	}
	e.client = client
	for _, f := range files {
		if err := client.OpenFile(e.path(f[0]), f[1]); err != nil {
			e.kill()
			return nil, err
		}
	}
	return e, nil
}

func (e *editor) path(name string) string { return filepath.Join(e.dir, filepath.FromSlash(name)) }

// close ends the server as editors do.
func (e *editor) close(ctx context.Context) error {
	err := e.client.Shutdown(ctx)
	e.client = nil
	return err
}

// kill ends the server after an error.
func (e *editor) kill() {
	if e.client != nil {
		_ = e.client.Kill(context.Background())
	}
}

// showProblems prints the diagnostics with the titles of their fixes.
func (e *editor) showProblems(ctx context.Context) error {
	say("What is wrong, while nothing has been built")
	began := time.Now()
	if err := e.client.Settle(ctx); err != nil {
		return err
	}
	took := time.Since(began)
	found := 0
	for _, f := range files {
		n, err := e.printProblems(ctx, f[0])
		if err != nil {
			return err
		}
		found += n
	}
	if found == 0 {
		return errors.New("the workspace has findings on purpose, and none was reported")
	}
	fmt.Printf("  %d findings, %s after opening\n", found, took.Round(time.Millisecond))
	return nil
}

func (e *editor) printProblems(ctx context.Context, name string) (int, error) {
	list := e.client.Record().Diagnostics[e.path(name)].Diagnostics
	lines := text.NewLines(e.client.Text(e.path(name)))
	for _, d := range list {
		fmt.Printf("  %s:%d:%d: %s\n", name, d.Range.Start.Line+1, d.Range.Start.Character+1, lsptest.TextOf(d))
		span := lines.Span(int(d.Range.Start.Line))
		actions, err := e.client.Actions(ctx, e.path(name), span, "quickfix")
		if err != nil {
			return 0, err
		}
		for _, a := range actions {
			if !strings.HasPrefix(a.Title, "Fix all") {
				fmt.Printf("      fix: %s\n", a.Title)
			}
		}
	}
	return len(list), nil
}

// showLenses prints what can be clicked.
func (e *editor) showLenses(ctx context.Context) error {
	say("What can be built")
	lenses, err := e.client.Lenses(ctx, e.path(files[0][0]))
	if err != nil {
		return err
	}
	var line uint32
	var row []string
	source := text.NewLines(e.client.Text(e.path(files[0][0])))
	flush := func() {
		if len(row) > 0 {
			fmt.Printf("  %4d  %-22s %s\n", line+1, strings.TrimSuffix(strings.TrimSpace(source.Text(int(line))), " {"), strings.Join(row, " | "))
		}
		row = nil
	}
	for _, l := range lenses {
		if l.Range.Start.Line != line {
			flush()
			line = l.Range.Start.Line
		}
		row = append(row, l.Command.Title)
	}
	flush()
	return nil
}

// buildAll clicks the Build lens of the default group.
func (e *editor) buildAll(ctx context.Context) error {
	say("A click on Build over the group \"default\"")
	result, err := e.click(ctx)
	if err != nil {
		return fmt.Errorf("the default group does not build: %w", err)
	}
	names := make([]string, 0, len(result.Targets))
	for name := range result.Targets {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t := result.Targets[name]
		for _, o := range t.Outputs {
			info, err := os.Stat(o.Dest)
			if err != nil {
				return fmt.Errorf("the result of %s is not where the server says: %w", name, err)
			}
			fmt.Printf("  %-10s %s  %s (%s, %d kB)  %d of %d steps cached, %.1f s\n", name, t.Digest[:19],
				relative(e.dir, o.Dest), o.Type, info.Size()/1024, t.Cached, t.Steps, float64(t.Duration)/1000)
		}
	}
	return nil
}

// click runs the command of the first Build lens, over the group "default".
func (e *editor) click(ctx context.Context) (*command.BuildResult, error) {
	lenses, err := e.client.Lenses(ctx, e.path(files[0][0]))
	if err != nil {
		return nil, err
	}
	for _, l := range lenses {
		if l.Command.Command != command.Bake || !strings.Contains(string(l.Command.Arguments[0]), `"default"`) {
			continue
		}
		var result command.BuildResult
		err := e.client.Call(ctx, "workspace/executeCommand", map[string]any{"command": l.Command.Command, "arguments": l.Command.Arguments}, &result)
		e.view.flush()
		return &result, err
	}
	return nil, errors.New("there is no Build lens over the group \"default\"")
}

// The line that is broken, and what it becomes.
const (
	broken   = "services/worker/Dockerfile"
	goodText = "grep -q '2 orders' /result.txt"
	badText  = "cat /result.txt && grep -q '3 orders' /result.txt"
)

// breakAndBuild edits a RUN instruction so that it fails, builds, and shows
// the diagnostic on it; then it repairs the line and shows that it is gone.
func (e *editor) breakAndBuild(ctx context.Context) error {
	say("A RUN line in %s is broken, and Build clicked again", broken)
	if err := e.edit(goodText, badText); err != nil {
		return err
	}
	if _, err := e.click(ctx); err == nil {
		return errors.New("the broken line was built")
	}
	if err := e.client.Settle(ctx); err != nil {
		return err
	}
	if !e.printFailure() {
		return errors.New("no diagnostic with source \"build\" is on the broken line")
	}
	say("The line is repaired")
	if err := e.edit(badText, goodText); err != nil {
		return err
	}
	if err := e.client.Settle(ctx); err != nil {
		return err
	}
	if e.failures() > 0 {
		return errors.New("the failure stays although its line has changed")
	}
	fmt.Println("  the failure is gone from the file")
	return nil
}

// edit changes the open document and saves it.
func (e *editor) edit(from, to string) error {
	path := e.path(broken)
	at := strings.Index(e.client.Text(path), from)
	if at < 0 {
		return fmt.Errorf("%q is not in %s", from, broken)
	}
	if err := e.client.Change(path, text.Edit{Span: text.Span{Start: at, End: at + len(from)}, New: to}); err != nil {
		return err
	}
	return e.client.Save(path)
}

func (e *editor) printFailure() bool {
	lines := text.NewLines(e.client.Text(e.path(broken)))
	found := false
	for _, d := range e.client.Record().Diagnostics[e.path(broken)].Diagnostics {
		if lsptest.SourceOf(d) != "build" {
			continue
		}
		found = true
		fmt.Printf("  %s:%d:%d: %s\n", broken, d.Range.Start.Line+1, d.Range.Start.Character+1, lsptest.TextOf(d))
		fmt.Printf("      | %s\n", lines.Text(int(d.Range.Start.Line)))
		for _, r := range d.RelatedInformation {
			fmt.Printf("      log: %s\n", r.Message)
		}
	}
	return found
}

func (e *editor) failures() int {
	n := 0
	for _, d := range e.client.Record().Diagnostics[e.path(broken)].Diagnostics {
		if lsptest.SourceOf(d) == "build" {
			n++
		}
	}
	return n
}

func relative(dir, path string) string {
	rel, err := filepath.Rel(dir, path)
	if err != nil {
		return path
	}
	return rel
}
