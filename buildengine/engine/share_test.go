package engine_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
)

// TestSharedContext has 20 targets with one context: it is sent once.
func TestSharedContext(t *testing.T) {
	r := newRig(t)
	const size = 1 << 20
	random := make([]byte, size)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	dir := r.context("FROM busybox\nARG N\nCOPY big .\nRUN echo $N\n", "big", string(random))
	var reqs []buildengine.Request
	for i := range 20 {
		req := r.request(fmt.Sprintf("t%02d", i), dir)
		req.BuildArgs = map[string]string{"N": fmt.Sprint(i)}
		reqs = append(reqs, req)
	}
	rec := r.must(reqs...)
	var sent int64
	for _, s := range rec.named("load build context") {
		if len(s.Targets) != 20 {
			t.Errorf("loading the context is of %d targets", len(s.Targets))
		}
		for _, transfer := range s.Transfers {
			sent += transfer.Current
		}
	}
	if sent < size || sent > 2*size {
		t.Errorf("sent %d bytes of a context of %d", sent, size)
	}
	if n := len(rec.named("RUN echo")); n != 20 {
		t.Errorf("%d steps for 20 targets", n)
	}
}

// TestSharedSteps counts how often a step of two targets runs: each run leaves
// a line in a cache mount.
func TestSharedSteps(t *testing.T) {
	r := newRig(t)
	dir := r.context(`FROM busybox AS common
RUN --mount=type=cache,target=/count sleep 1; echo ran >> /count/runs
FROM common AS a
RUN echo a
FROM common AS b
RUN echo b
FROM busybox AS count
ARG ONCE
RUN --mount=type=cache,target=/count wc -l < /count/runs
`)
	var reqs []buildengine.Request
	for _, stage := range []string{"a", "b"} {
		req := r.request(stage, dir)
		req.Stage, req.NoCache = stage, true
		reqs = append(reqs, req)
	}
	rec := r.must(reqs...)
	count := r.request("count", dir)
	count.Stage = "count"
	if logs := strings.TrimSpace(r.must(count).logs()); logs != "1" {
		t.Errorf("the common step ran %s times", logs)
	}
	// The base image comes through each target's own session, so that BuildKit
	// finds out on the way that the steps are the same: by then it may have told
	// of a second one, which it drops or answers from the cache.
	ran := slices.DeleteFunc(rec.named("echo ran"), func(s buildengine.Step) bool { return s.State != buildengine.StepDone })
	if len(ran) != 1 {
		t.Errorf("the common step is told as %+v", rec.named("echo ran"))
	}
}

// TestLinked uses a target's result as a context of two others; it is built
// once and shared, without being exported.
func TestLinked(t *testing.T) {
	r := newRig(t)
	base := r.request("base", r.context("FROM busybox\nENV WHO=base\nRUN sleep 1; head -c 8 /dev/urandom | md5sum > /id\n"))
	base.NoCache = true
	child := func(name string) buildengine.Request {
		req := r.request(name, r.context("FROM parent\nRUN echo id=$(cat /id) of $WHO for "+name+"\n"))
		req.Contexts["parent"] = buildengine.Context{Target: "base"}
		req.NoCache = true
		return req
	}
	rec := r.must(base, child("x"), child("y"))
	var ids []string
	for line := range strings.Lines(rec.logs()) {
		if id, ok := strings.CutPrefix(line, "id="); ok {
			id, _, _ = strings.Cut(id, " ")
			ids = append(ids, id)
		}
	}
	if len(ids) != 2 || ids[0] != ids[1] || ids[0] == "" || !strings.Contains(rec.logs(), "of base for x") {
		t.Errorf("logs %q", rec.logs())
	}
	if steps := rec.named("urandom"); len(steps) != 1 || strings.Join(steps[0].Targets, " ") != "base x y" {
		t.Errorf("the step of base is told as %+v", steps)
	}
}

// TestLinkedFailure fails in the parent: its file is at fault.
func TestLinkedFailure(t *testing.T) {
	r := newRig(t)
	dir := r.context("FROM busybox\nRUN exit 4\n")
	child := r.request("child", r.context("FROM parent\nRUN echo\n"))
	child.Contexts["parent"] = buildengine.Context{Target: "base"}
	for _, jobs := range []buildengine.Jobs{{}, {DeferError: true}, {DeferOutput: true}} {
		rec := r.run(t.Context(), buildengine.Build{Jobs: jobs, Requests: []buildengine.Request{r.request("base", dir), child}})
		f := failureOf(t, rec)
		if f.ExitCode != 4 || f.Location == nil || f.Location.Path != filepath.Join(dir, "Dockerfile") {
			t.Errorf("%+v: failure %+v at %+v", jobs, f, f.Location)
		}
	}
}

// TestDeferOutput exports nothing when one of the targets fails late.
func TestDeferOutput(t *testing.T) {
	r := newRig(t)
	out := filepath.Join(t.TempDir(), "a.tar")
	good := r.request("good", r.context("FROM busybox\n"))
	good.Outputs = []buildengine.Output{{Type: "oci", Dest: out}}
	bad := r.request("bad", r.context("FROM busybox\nRUN sleep 2; exit 1\n"))
	failureOf(t, r.run(t.Context(), buildengine.Build{Jobs: buildengine.Jobs{DeferOutput: true}, Requests: []buildengine.Request{good, bad}}))
	if exists(out) {
		t.Error("an output was written before all targets were evaluated")
	}
	rec := r.run(t.Context(), buildengine.Build{Jobs: buildengine.Jobs{DeferOutput: true}, Requests: []buildengine.Request{good, r.request("more", r.context("FROM busybox\nRUN echo\n"))}})
	if rec.err != nil || !exists(out) {
		t.Errorf("%v; written: %v", rec.err, exists(out))
	}
}

func TestParallel(t *testing.T) {
	r := newRig(t)
	var reqs []buildengine.Request
	for i := range 3 {
		reqs = append(reqs, r.request(fmt.Sprint("t", i), r.context(fmt.Sprintf("FROM busybox\nRUN sleep 0.5; echo %d\n", i))))
	}
	rec := r.run(t.Context(), buildengine.Build{Requests: reqs, Jobs: buildengine.Jobs{Parallel: 1}})
	if rec.err != nil {
		t.Fatal(rec.err)
	}
	runs := rec.named("RUN sleep")
	for i := 1; i < len(runs); i++ {
		if runs[i].Started.Before(runs[i-1].Started.Add(runs[i-1].Duration)) {
			t.Errorf("%s and %s ran at once", runs[i-1].Name, runs[i].Name)
		}
	}
}

// TestRawStatus has the names of Buildx in the raw stream.
func TestRawStatus(t *testing.T) {
	r := newRig(t)
	rec := r.must(r.request("a", r.context("FROM busybox\nRUN echo a\n")), r.request("b", r.context("FROM busybox\nRUN echo b\n")))
	seen := map[string]bool{}
	for _, s := range rec.raw {
		for _, v := range s.Vertexes {
			seen[v.Name] = true
		}
	}
	for _, want := range []string{"[a 1/1] RUN echo a", "[b internal] load build definition from Dockerfile"} {
		if !seen[want] && !seen[strings.Replace(want, "1/1", "2/2", 1)] && !seen[strings.Replace(want, "1/1", "1/2", 1)] {
			t.Errorf("no %q in %v", want, seen)
		}
	}
}
