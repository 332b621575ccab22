package engine_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/internal/buildinfo"
)

func TestFailure(t *testing.T) {
	r := newRig(t)
	const dockerfile = "FROM busybox\nRUN echo fine\n\nRUN for i in $(seq 1 30); do echo line $i; done; \\\n    exit 7\n"
	rec := r.build(r.request("web", r.context(dockerfile)))
	f := failureOf(t, rec)
	if f.Target != "web" || f.ExitCode != 7 || !strings.Contains(f.Step, "RUN for i") {
		t.Errorf("failure %+v", f)
	}
	if len(f.LogTail) != 20 || f.LogTail[0] != "line 11" || f.LogTail[19] != "line 30" {
		t.Errorf("log tail %q", f.LogTail)
	}
	if f.Location == nil || f.Location.Line != 4 || f.Location.Hash != buildinfo.Hash([]byte(dockerfile)) {
		t.Fatalf("place %+v", f.Location)
	}
	if got := f.Location.Span.In(string(f.Source)); !strings.HasPrefix(got, "RUN for i") || !strings.HasSuffix(got, "exit 7") {
		t.Errorf("the instruction is %q", got)
	}
	if !strings.HasPrefix(f.Message, `process "/bin/sh -c for i`) {
		t.Errorf("message %q", f.Message)
	}
	steps := rec.named("RUN for i")
	if len(steps) != 1 || steps[0].State != buildengine.StepFailed {
		t.Errorf("steps %+v", steps)
	}
	if facts := buildengine.Facts(rec.result, rec.steps(), time.Now()); facts.Targets[0].Failure == nil {
		t.Error("the facts hold no failure")
	}
}

// TestFailureOutsideContext has the Dockerfile where the context is not.
func TestFailureOutsideContext(t *testing.T) {
	r := newRig(t)
	path := filepath.Join(t.TempDir(), "web.Dockerfile")
	write(t, path, "FROM busybox\nCOPY in.txt .\nRUN false\n")
	req := r.request("web", r.context("", "in.txt", "x"))
	req.Dockerfile.Path = path
	f := failureOf(t, r.build(req))
	if f.Location == nil || f.Location.Path != path || f.Location.Line != 3 {
		t.Errorf("%+v at %+v", f, f.Location)
	}
}

// TestFailureInline has the instructions inside of a Bake file.
func TestFailureInline(t *testing.T) {
	r := newRig(t)
	const inline = "FROM busybox\nRUN echo one\nRUN exit 3\n"
	bake := "target \"a\" {\n  dockerfile-inline = <<EOT\n" + inline + "EOT\n}\n"
	path := filepath.Join(t.TempDir(), "docker-bake.hcl")
	write(t, path, bake)
	req := r.request("a", t.TempDir())
	req.Dockerfile = buildengine.Dockerfile{Inline: []byte(inline), InlineFile: path, InlineLine: 2}
	f := failureOf(t, r.build(req))
	if f.Location == nil || f.Location.Path != path || f.Location.Line != 5 || f.Location.Span.In(bake) != "RUN exit 3" {
		t.Fatalf("%+v at %+v", f, f.Location)
	}
	if f.Location.Hash != buildinfo.Hash([]byte(bake)) {
		t.Error("the hash is not that of the Bake file")
	}
}

// TestSyntaxError fails before there is a step.
func TestSyntaxError(t *testing.T) {
	r := newRig(t)
	f := failureOf(t, r.build(r.request("web", r.context("FROM busybox\nRUNN x\n"))))
	if f.Location == nil || f.Location.Line != 2 || f.ExitCode != -1 {
		t.Errorf("failure %+v at %+v", f, f.Location)
	}
}

func TestMissingFile(t *testing.T) {
	r := newRig(t)
	f := failureOf(t, r.build(r.request("web", r.context("FROM busybox\nCOPY nope.txt .\n"))))
	if f.Location == nil || f.Location.Line != 2 || !strings.Contains(f.Message, "nope.txt") {
		t.Errorf("failure %+v at %+v", f, f.Location)
	}
}

func TestCancel(t *testing.T) {
	r := newRig(t)
	dir := r.context("FROM busybox\nRUN echo begun && sleep 300\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := r.until(ctx, buildengine.Build{Requests: []buildengine.Request{r.request("web", dir)}}, "begun")
	cancel()
	rec := <-done
	if !rec.result.Canceled || rec.result.Failure != nil || !rec.target("web").Canceled {
		t.Errorf("result %+v, %v", rec.result, rec.err)
	}
	if steps := rec.named("sleep 300"); len(steps) != 1 || steps[0].State != buildengine.StepCanceled {
		t.Errorf("steps %+v", steps)
	}
	// The daemon has let go: the same step begins anew at once.
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	done = r.until(ctx, buildengine.Build{Requests: []buildengine.Request{r.request("web", dir)}}, "begun")
	cancel()
	<-done
}

func TestKilledDaemon(t *testing.T) {
	r := newRig(t)
	dir := r.context("FROM busybox\nRUN echo begun && sleep 300\n")
	done := r.until(t.Context(), buildengine.Build{Requests: []buildengine.Request{r.request("web", dir)}}, "begun")
	r.daemon.Kill()
	select {
	case rec := <-done:
		f := failureOf(t, rec)
		if !strings.Contains(f.Hint, "connection to builder test was lost") {
			t.Errorf("failure %+v", f)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("not told within 5 s")
	}
}

// TestSiblings: a failure cancels the other targets, unless errors are deferred.
func TestSiblings(t *testing.T) {
	r := newRig(t)
	bad := r.request("bad", r.context("FROM busybox\nRUN sleep 1; exit 1\n"))
	slow := r.request("slow", r.context("FROM busybox\nRUN sleep 300\n"))
	rec := r.build(bad, slow)
	if rec.target("bad").Failure == nil || !rec.target("slow").Canceled {
		t.Errorf("result %+v", rec.result)
	}
	good := r.request("good", r.context("FROM busybox\nRUN sleep 2; echo done\n"))
	rec = r.run(t.Context(), buildengine.Build{Requests: []buildengine.Request{bad, good}, Jobs: buildengine.Jobs{DeferError: true}})
	if rec.target("bad").Failure == nil || rec.target("good").Failure != nil || rec.target("good").Canceled {
		t.Errorf("with deferred errors: %+v", rec.result)
	}
	if failureOf(t, rec).Target != "bad" {
		t.Errorf("the build's failure is %+v", rec.result.Failure)
	}
}

// TestCannotStart refuses builds that cannot be run, with all events in place.
func TestCannotStart(t *testing.T) {
	r := newRig(t)
	dir := r.context("FROM busybox\n")
	linked := func(name, to string) buildengine.Request {
		req := r.request(name, dir)
		req.Contexts["other"] = buildengine.Context{Target: to}
		return req
	}
	missing := r.request("web", dir)
	missing.Secrets = []buildengine.Secret{{ID: "a", File: "/nonexistent"}}
	for want, b := range map[string]buildengine.Build{
		"nothing to build":                     {},
		"no builder \"nope\" found":            {Builder: "nope", Requests: []buildengine.Request{r.request("a", dir)}},
		"failed to find target b":              {Requests: []buildengine.Request{linked("a", "b")}},
		"target a cannot link to itself":       {Requests: []buildengine.Request{linked("a", "a")}},
		"infinite loop: a -> b -> a":           {Requests: []buildengine.Request{linked("a", "b"), linked("b", "a")}},
		"failed to stat /nonexistent":          {Requests: []buildengine.Request{missing}},
		"the target a is there twice":          {Requests: []buildengine.Request{r.request("a", dir), r.request("a", dir)}},
		"limited parallelism is not supported": {Jobs: buildengine.Jobs{Parallel: 1}, Requests: []buildengine.Request{linked("a", "b"), r.request("b", dir)}},
		"invalid build id":                     {ID: "a b", Requests: []buildengine.Request{r.request("a", dir)}},
	} {
		rec := r.run(t.Context(), b)
		if len(b.Requests) > 0 && (rec.err == nil || !strings.Contains(rec.err.Error(), want)) {
			t.Errorf("error %v, want %q in it", rec.err, want)
		}
		if len(b.Requests) == 0 && rec.err == nil {
			t.Error(fmt.Errorf("a build of nothing succeeds"))
		}
	}
}
