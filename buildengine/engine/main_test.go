package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/builder"
	"github.com/buildlens/buildlens/buildengine/engine"
	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/remote"
	"github.com/buildlens/buildlens/internal/testenv"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/moby/buildkit/client"
	"go.uber.org/goleak"
)

// rig is a daemon with an engine that uses it as the builder "test".
type rig struct {
	testing.TB
	daemon  *testenv.Daemon
	engine  *engine.Engine
	busybox string
	env     map[string]string
}

func newRig(t *testing.T, change ...func(*engine.Deps)) *rig {
	t.Helper()
	// Registered first, so that it looks after all else has been cleaned up.
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, ignore) })
	r := &rig{TB: t, daemon: testenv.BuildKit(t), busybox: testenv.Busybox(t), env: map[string]string{}}
	r.engine = engine.New(r.deps(change...))
	return r
}

// deps are those of an engine that sees nothing of this machine but the daemon.
func (r *rig) deps(change ...func(*engine.Deps)) engine.Deps {
	deps := engine.Deps{
		Drivers:      []drivers.Driver{remote.New()},
		Env:          func(name string) (string, bool) { v, ok := r.env[name]; return v, ok },
		StoreDir:     store(r.TB, r.daemon.Address),
		DockerConfig: func() (*configfile.ConfigFile, error) { return configfile.New(""), nil },
		DockerSocket: "/nonexistent.sock",
		Home:         r.TempDir(),
	}
	for _, f := range change {
		f(&deps)
	}
	return deps
}

// store makes a builder store with a remote builder "test".
func store(t testing.TB, address string) string {
	t.Helper()
	dir := t.TempDir()
	data, err := json.Marshal(builder.Instance{
		Name: "test", Driver: "remote",
		Nodes: []builder.InstanceNode{{Name: "test0", Endpoint: address}},
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "instances", "test"), string(data))
	return dir
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// context makes a folder with a Dockerfile and other files.
func (r *rig) context(dockerfile string, files ...string) string {
	r.Helper()
	dir := r.TempDir()
	write(r.TB, filepath.Join(dir, "Dockerfile"), dockerfile)
	for i := 0; i+1 < len(files); i += 2 {
		write(r.TB, filepath.Join(dir, files[i]), files[i+1])
	}
	return dir
}

// request builds dir's Dockerfile on busybox.
func (r *rig) request(target, dir string) buildengine.Request {
	return buildengine.Request{
		Target:   target,
		Context:  buildengine.Context{Dir: dir},
		Contexts: map[string]buildengine.Context{"busybox": {URL: "oci-layout://" + r.busybox}},
		Outputs:  []buildengine.Output{{Type: "cacheonly"}},
	}
}

// record is what a build told.
type record struct {
	mu     sync.Mutex
	events []buildengine.Event
	raw    []*client.SolveStatus
	result *buildengine.Result
	err    error
}

func (r *rig) run(ctx context.Context, b buildengine.Build, on ...func(buildengine.Event)) *record {
	r.Helper()
	if b.Builder == "" {
		b.Builder = "test"
	}
	rec := &record{}
	rec.result, rec.err = r.engine.RunWithStatus(ctx, b, func(e buildengine.Event) {
		rec.mu.Lock()
		rec.events = append(rec.events, e)
		rec.mu.Unlock()
		for _, f := range on {
			f(e)
		}
	}, func(s *client.SolveStatus) { rec.raw = append(rec.raw, s) })
	r.checkOrder(rec)
	return rec
}

func (r *rig) build(reqs ...buildengine.Request) *record {
	r.Helper()
	return r.run(r.Context(), buildengine.Build{Requests: reqs})
}

// must is build for builds that have to succeed.
func (r *rig) must(reqs ...buildengine.Request) *record {
	r.Helper()
	rec := r.build(reqs...)
	if rec.err != nil {
		r.Fatalf("%v\n%s", rec.err, rec.logs())
	}
	return rec
}

// checkOrder holds what every build promises of its events.
func (r *rig) checkOrder(rec *record) {
	r.Helper()
	if len(rec.events) < 2 || rec.events[0].Started == nil || rec.events[len(rec.events)-1].Finished == nil {
		r.Fatalf("the events do not begin with Started and end with Finished: %+v", rec.events)
	}
	percent, targets := 0, 0
	for i, e := range rec.events {
		if e.Percent < percent {
			r.Errorf("event %d: the percentage goes back from %d to %d", i, percent, e.Percent)
		}
		percent = e.Percent
		if e.Target != nil {
			targets++
		}
	}
	if targets != len(rec.result.Targets) {
		r.Errorf("%d target events for %d targets", targets, len(rec.result.Targets))
	}
}

// steps are the last states of all steps.
func (rec *record) steps() []buildengine.Step {
	last := map[string]buildengine.Step{}
	var order []string
	for _, e := range rec.events {
		if e.Step == nil {
			continue
		}
		if _, ok := last[e.Step.ID]; !ok {
			order = append(order, e.Step.ID)
		}
		last[e.Step.ID] = *e.Step
	}
	var out []buildengine.Step
	for _, id := range order {
		out = append(out, last[id])
	}
	return out
}

// named are the steps whose names contain a text.
func (rec *record) named(part string) []buildengine.Step {
	return slices.DeleteFunc(rec.steps(), func(s buildengine.Step) bool { return !strings.Contains(s.Name, part) })
}

func (rec *record) logs() string {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	var b strings.Builder
	for _, e := range rec.events {
		if e.Log != nil {
			b.Write(e.Log.Data)
		}
	}
	return b.String()
}

func (rec *record) target(name string) buildengine.TargetResult {
	for _, t := range rec.result.Targets {
		if t.Target == name {
			return t
		}
	}
	return buildengine.TargetResult{}
}

// until runs a build in the background and returns when a text is in its log.
func (r *rig) until(ctx context.Context, b buildengine.Build, text string) <-chan *record {
	r.Helper()
	seen, done := make(chan struct{}), make(chan *record, 1)
	var once sync.Once
	var log strings.Builder
	go func() {
		done <- r.run(ctx, b, func(e buildengine.Event) {
			if e.Log == nil {
				return
			}
			if log.Write(e.Log.Data); strings.Contains(log.String(), text) {
				once.Do(func() { close(seen) })
			}
		})
	}()
	select {
	case <-seen:
	case rec := <-done:
		r.Fatalf("the build ended ahead of time: %v\n%s", rec.err, rec.logs())
	case <-time.After(time.Minute):
		r.Fatal("the build does not begin")
	}
	return done
}

func failureOf(t *testing.T, rec *record) *buildengine.Failure {
	t.Helper()
	var f *buildengine.Failure
	if !errors.As(rec.err, &f) {
		t.Fatalf("no failure: %v", rec.err)
	}
	return f
}

// everything is all that left the engine, as text.
func (rec *record) everything(t *testing.T) string {
	t.Helper()
	events, err := json.Marshal(rec.events)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(rec.raw)
	if err != nil {
		t.Fatal(err)
	}
	// Bytes are base64 in JSON: add them as they are.
	out := string(events) + string(raw) + rec.logs() + fmt.Sprint(rec.err)
	for _, s := range rec.raw {
		for _, l := range s.Logs {
			out += string(l.Data)
		}
	}
	return out
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
