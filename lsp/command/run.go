package command

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.lsp.dev/protocol"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/lsp/progress"
)

// A job is a build that is ready to run.
type job struct {
	id       string // chosen by the client, or empty
	title    string // for people: "bake default"
	dir      string // working directory: where results are saved
	requests []buildengine.Request
	builder  string
	secret   []string        // values that must not show
	cache    map[string]bool // targets whose result is to stay in the cache
	files    []string        // what is built from: pinned for the result
	token    protocol.ProgressToken
}

// start runs a job, or joins a build of the same targets that is under way,
// and waits for its end.
func (s *Server) start(ctx context.Context, j job) (any, error) {
	prints, err := fingerprints(j.requests, j.builder)
	if err != nil {
		return nil, err
	}
	// The build outlives this call when others have joined it.
	building, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	run, joined, err := s.runs.start(j.id, prints, cancel)
	if err != nil {
		cancel(err)
		return nil, &ArgumentError{j.title, "buildId", err.Error()}
	}
	if !joined {
		go s.execute(building, run, j)
	}
	select {
	case <-run.done:
	case <-ctx.Done():
		s.runs.leave(run, context.Cause(ctx))
		return nil, context.Cause(ctx)
	}
	return s.answer(run, j, joined)
}

// answer makes the command's result of a run that has ended.
func (s *Server) answer(run *run, j job, joined bool) (any, error) {
	switch {
	case run.err != nil && run.result == nil:
		return nil, run.err
	case run.result.Canceled:
		return nil, context.Canceled
	}
	names := make([]string, 0, len(j.requests))
	for i := range j.requests {
		names = append(names, j.requests[i].Target)
	}
	if f := failureOf(run.result, names); f != nil {
		c := converter{positions: s.Positions, buildID: run.id}
		return nil, &failedError{c.failure(f)}
	}
	out := result(run.id, run.result, names)
	out.Joined = joined
	return &out, nil
}

// failureOf is the first failure among the named targets, or of the build as a whole.
func failureOf(r *buildengine.Result, names []string) *buildengine.Failure {
	byName := map[string]*buildengine.TargetResult{}
	for i := range r.Targets {
		byName[r.Targets[i].Target] = &r.Targets[i]
	}
	complete := true
	for _, name := range names {
		t := byName[name]
		if t != nil && t.Failure != nil {
			return t.Failure
		}
		complete = complete && t != nil && !t.Canceled
	}
	if complete {
		return nil
	}
	return r.Failure
}

// execute runs a job to its end and tells everybody.
func (s *Server) execute(ctx context.Context, run *run, j job) {
	ctx, task := s.Progress.Start(ctx, j.title, j.token)
	watch := s.watch(ctx, run.id, j, task)
	s.Session.Pin(j.files...)
	started := time.Now()
	res, err := s.Engine.Run(ctx, buildengine.Build{ID: run.id, Builder: j.builder, Requests: j.requests, Sensitive: j.secret}, watch.event)
	if res == nil {
		res = failed(ctx, run.id, started, err)
	}
	watch.end(res)
	text := summary(j.title, j.dir, res)
	task.End(text)
	snap := s.Session.ApplyBuild(buildengine.Facts(res, watch.steps(), time.Now()))
	if s.Built != nil {
		s.Built(snap)
	}
	s.tell(context.WithoutCancel(ctx), j, res, text)
	s.runs.finish(run, res, nil)
}

// failed is the result of a build that never started: no builder, bad input.
func failed(ctx context.Context, id string, started time.Time, err error) *buildengine.Result {
	r := &buildengine.Result{BuildID: id, Duration: time.Since(started)}
	var f *buildengine.Failure
	switch {
	case ctx.Err() != nil:
		r.Canceled = true
	case errors.As(err, &f):
		r.Failure = f
	case err != nil:
		r.Failure = &buildengine.Failure{Message: err.Error(), ExitCode: -1, Cause: err}
	default:
		r.Failure = &buildengine.Failure{Message: "the build ended without a result", ExitCode: -1}
	}
	return r
}

// A watch passes the events of one build on to the displays.
type watch struct {
	convert converter
	targets []string
	stream  *stream // nil when the client wants no events
	task    *progress.Task
	meter   *meter
	last    map[string]buildengine.Step
	order   []string
	began   bool
	ended   bool
}

func (s *Server) watch(ctx context.Context, id string, j job, task *progress.Task) *watch {
	w := &watch{
		convert: converter{positions: s.Positions, title: j.title, buildID: id},
		task:    task, meter: newMeter(len(j.requests)), last: map[string]buildengine.Step{},
	}
	for i := range j.requests {
		w.targets = append(w.targets, j.requests[i].Target)
	}
	if s.BuildEvents {
		w.stream = newStream(ctx, id, func(ctx context.Context, e *BuildEvents) error {
			return s.Client.Notify(ctx, NotificationBuildEvent, e)
		}, s.Logger)
	}
	return w
}

// event takes one event of the engine.
func (w *watch) event(e buildengine.Event) {
	w.began = w.began || e.Started != nil
	w.ended = w.ended || e.Finished != nil
	if e.Step != nil {
		w.step(e)
	}
	if w.stream == nil {
		return
	}
	if out, ok := w.convert.event(e); ok {
		w.stream.send(out)
	}
}

func (w *watch) step(e buildengine.Event) {
	if _, known := w.last[e.Step.ID]; !known {
		w.order = append(w.order, e.Step.ID)
	}
	w.last[e.Step.ID] = *e.Step
	if w.meter.step(e.Step) {
		w.task.Report(w.meter.message(), e.Percent)
	}
}

// steps are the last states of all steps, in the order they became known.
func (w *watch) steps() []buildengine.Step {
	out := make([]buildengine.Step, 0, len(w.order))
	for _, id := range w.order {
		out = append(out, w.last[id])
	}
	return out
}

// end completes the events of a build that did not get as far as to send them.
func (w *watch) end(r *buildengine.Result) {
	if w.stream == nil {
		return
	}
	if !w.began {
		w.event(buildengine.Event{Time: time.Now(), Started: &buildengine.Started{BuildID: r.BuildID, Targets: w.targets}})
	}
	if !w.ended {
		w.event(buildengine.Event{Time: time.Now(), Finished: r})
	}
	w.stream.close()
}

// fingerprints tell two builds of a target apart: equal ones build the same.
func fingerprints(requests []buildengine.Request, builder string) (map[string]string, error) {
	out := make(map[string]string, len(requests))
	for i := range requests {
		raw, err := json.Marshal(struct {
			Builder string
			Request buildengine.Request
		}{builder, requests[i]})
		if err != nil {
			return nil, fmt.Errorf("comparing builds: %w", err)
		}
		sum := sha256.Sum256(raw)
		out[requests[i].Target] = hex.EncodeToString(sum[:])
	}
	return out, nil
}
