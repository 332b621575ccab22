package cli

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/command"
	"github.com/buildlens/buildlens/lsp/lsptest"
)

// The main job: a build with its events, its progress, its result and what it
// leaves behind.
func TestBuildInTheEditor(t *testing.T) {
	d := sit(t)
	result, err := d.bake(command.BakeArgs{BuildID: "first", Targets: []string{"app"}})
	if err != nil {
		t.Fatal(err)
	}
	app := result.Targets["app"]
	if result.BuildID != "first" || !strings.HasPrefix(app.Digest, "sha256:") || app.Steps == 0 || len(app.Outputs) != 1 {
		t.Errorf("the result is %+v", result)
	}
	if _, err := os.Stat(app.Outputs[0].Dest); err != nil {
		t.Errorf("the output is not there: %v", err)
	}
	if app.Metadata["containerimage.digest"] != app.Digest {
		t.Errorf("the metadata are %v", app.Metadata)
	}
	d.checkEvents("first")
	d.checkProgress()
	again, err := d.bake(command.BakeArgs{Targets: []string{"app"}})
	if err != nil {
		t.Fatal(err)
	}
	if a := again.Targets["app"]; a.Cached != a.Steps || a.Digest != app.Digest {
		t.Errorf("the second build: %+v", a)
	}
	hints, err := d.client.Hints(t.Context(), d.path("Dockerfile"), text.Span{End: len(instructions)})
	if err != nil {
		t.Fatal(err)
	}
	if len(hints) == 0 {
		t.Error("the build left no hints on the instructions")
	}
}

func (d *desk) checkEvents(id string) {
	d.Helper()
	events := d.events(id)
	if len(events) < 4 || events[0].Started == nil || events[len(events)-1].Finished == nil {
		d.Fatalf("%d events: %+v", len(events), events)
	}
	if s := events[0].Started; s.Builder != "test" || s.Driver != "remote" || s.Title != "bake app" {
		d.Errorf("started: %+v", s)
	}
	if f := events[len(events)-1].Finished; f.State != "succeeded" {
		d.Errorf("finished: %+v", f)
	}
	located := false
	for _, e := range events {
		located = located || e.Step != nil && strings.HasSuffix(e.Step.URI, "/Dockerfile") && e.Step.Line == 3
	}
	if !located {
		d.Error("no step is tied to the RUN instruction on line 3")
	}
}

func (d *desk) checkProgress() {
	d.Helper()
	record := d.client.Record()
	if len(record.Progress) != 1 {
		d.Fatalf("%d progress displays", len(record.Progress))
	}
	for _, p := range record.Progress {
		if !p.Ended || !strings.Contains(p.Title, "bake app") {
			d.Errorf("the progress is %+v", p)
		}
		for i := 1; i < len(p.Percentages); i++ {
			if p.Percentages[i] < p.Percentages[i-1] {
				d.Errorf("the percentages go back: %v", p.Percentages)
			}
		}
	}
	if len(record.Messages) != 1 || !strings.Contains(record.Messages[0].Text, "out/app.tar") {
		d.Errorf("the messages are %+v", record.Messages)
	}
}

// A failing RUN is a diagnostic on it; it goes when the instruction changes.
func TestFailingInstruction(t *testing.T) {
	d := sit(t)
	d.change("Dockerfile", "RUN cat /greeting", "RUN cat /greeting && echo broken >&2 && exit 7")
	_, err := d.bake(command.BakeArgs{Targets: []string{"app"}})
	data := failureData(t, err)
	if data.ExitCode != 7 || data.Target != "app" || !strings.HasSuffix(data.URI, "/Dockerfile") {
		t.Errorf("the failure is %+v", data)
	}
	if data.Range == nil || data.Range.Start.Line != 8 {
		t.Errorf("its range is %+v, want line 8", data.Range)
	}
	if tail := strings.Join(data.LogTail, "\n"); !strings.Contains(tail, "broken") {
		t.Errorf("the log's tail is %q", tail)
	}
	d.waitBuildDiagnostics(1)
	d.change("Dockerfile", "exit 7", "true")
	d.waitBuildDiagnostics(0)
	if _, err := d.bake(command.BakeArgs{Targets: []string{"app"}}); err != nil {
		t.Errorf("the repaired text, never saved, does not build: %v", err)
	}
}

func (d *desk) waitBuildDiagnostics(n int) {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), 20*time.Second)
	defer cancel()
	count := 0
	err := d.client.Wait(ctx, "diagnostics of the build", func(r *lsptest.Record) bool {
		count = 0
		for _, diagnostic := range r.Diagnostics[d.path("Dockerfile")].Diagnostics {
			if lsptest.SourceOf(diagnostic) == "build" {
				count++
				if diagnostic.Range.Start.Line != 8 || !strings.Contains(lsptest.TextOf(diagnostic), "7") {
					return false
				}
			}
		}
		return count == n
	})
	if err != nil {
		d.Fatalf("%v; there are %d", err, count)
	}
}

// Every way to cancel ends the build, and with it its steps.
func TestCancel(t *testing.T) {
	for name, cancel := range map[string]func(d *desk, end context.CancelFunc){
		"command": func(d *desk, _ context.CancelFunc) {
			if err := d.client.ExecuteCommand(d.Context(), command.BuildCancel, command.CancelArgs{BuildID: "b"}, nil); err != nil {
				d.Error(err)
			}
		},
		"request": func(_ *desk, end context.CancelFunc) { end() },
		"progress": func(d *desk, _ context.CancelFunc) {
			for token := range d.client.Record().Progress {
				if err := d.client.Notify("window/workDoneProgress/cancel", map[string]any{"token": token}); err != nil {
					d.Error(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t)
			ctx, end := context.WithCancel(t.Context())
			answered := make(chan error, 1)
			go func() {
				args := command.BakeArgs{BuildID: "b", Files: []string{"docker-bake.hcl"}, Dir: d.dir, Targets: []string{"slow"}}
				answered <- d.client.ExecuteCommand(ctx, command.Bake, args, nil)
			}()
			d.step("b", "sleep 60", "running")
			cancel(d, end)
			if err := <-answered; err == nil {
				t.Error("the cancelled build succeeded")
			}
			d.finished("b", "canceled")
			end()
		})
	}
}

func (d *desk) finished(id, state string) {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), 20*time.Second)
	defer cancel()
	for {
		events := d.events(id)
		if n := len(events); n > 0 && events[n-1].Finished != nil {
			if got := events[n-1].Finished.State; got != state {
				d.Errorf("the build ended as %s, want %s", got, state)
			}
			return
		}
		select {
		case <-ctx.Done():
			d.Fatal("the build did not end")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// The end of the input ends the builds with the server.
func TestEndOfInputEndsBuilds(t *testing.T) {
	d := sit(t)
	go func() { _, _ = d.bake(command.BakeArgs{BuildID: "b", Targets: []string{"slow"}}) }()
	d.step("b", "sleep 60", "running")
	_ = d.client.Kill(t.Context())
	select {
	case <-d.served:
	case <-time.After(20 * time.Second):
		t.Fatal("the server goes on after the end of its input")
	}
}

// A second build of a target that is being built joins it.
func TestJoinABuild(t *testing.T) {
	d := sit(t)
	d.change("Dockerfile", "sleep 60", "sleep 3")
	type answer struct {
		result command.BuildResult
		err    error
	}
	answers := make(chan answer, 2)
	build := func(id string) {
		r, err := d.bake(command.BakeArgs{BuildID: id, Targets: []string{"slow"}})
		answers <- answer{r, err}
	}
	go build("one")
	d.step("one", "sleep 3", "running")
	go build("two")
	joined := 0
	for range 2 {
		a := <-answers
		if a.err != nil {
			t.Fatal(a.err)
		}
		if a.result.BuildID != "one" {
			t.Errorf("answered as %q", a.result.BuildID)
		}
		if a.result.Joined {
			joined++
		}
	}
	if joined != 1 || len(d.events("two")) != 0 {
		t.Errorf("%d joined, %d events of the second", joined, len(d.events("two")))
	}
}

// A stage's lens builds it as the target does that builds its Dockerfile:
// without the target's contexts there would be no base image.
func TestStageLensBuildsThroughItsTarget(t *testing.T) {
	d := sit(t)
	lenses, err := d.client.Lenses(t.Context(), d.path("Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, l := range lenses {
		titles = append(titles, l.Command.Title)
	}
	if got := strings.Join(titles, ", "); got != "Build base as app, Build slow as slow, Build stage 2 as app" {
		t.Fatalf("the lenses are %s", got)
	}
	var result command.BuildResult
	params := map[string]any{"command": lenses[0].Command.Command, "arguments": lenses[0].Command.Arguments}
	if err := d.client.Call(t.Context(), "workspace/executeCommand", params, &result); err != nil {
		t.Fatal(err)
	}
	if app := result.Targets["app"]; app.Steps != 1 {
		t.Errorf("the stage has one instruction that runs; the result is %+v", app)
	}
}

// A Dockerfile that no target builds is built on its own, in its folder.
func TestBuildADockerfile(t *testing.T) {
	d := sit(t)
	if err := os.Mkdir(d.path("plain"), 0o755); err != nil {
		t.Fatal(err)
	}
	d.write("plain/Dockerfile", "FROM scratch AS first\nARG NAME=x\nCOPY Dockerfile /${NAME}\n\nFROM first AS second\nCOPY Dockerfile /two\n")
	var result command.BuildResult
	err := d.client.ExecuteCommand(t.Context(), command.Build, command.BuildArgs{
		URI: "file://" + d.path("plain/Dockerfile"), Target: "first", Args: map[string]string{"NAME": "given"},
		Outputs: []string{"type=local,dest=out"},
	}, &result)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(d.path("plain/out/given")); err != nil {
		t.Errorf("the output: %v; the result is %+v", err, result)
	}
	if _, err := os.Stat(d.path("plain/out/two")); err == nil {
		t.Error("another stage than the one that was asked for was built")
	}
}
