package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/builder"
	"github.com/buildlens/buildlens/buildengine/failure"
	"github.com/buildlens/buildlens/buildengine/progress"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/buildlens/buildlens/buildengine/sourcemap"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/identity"
	"github.com/moby/buildkit/util/grpcerrors"
	"google.golang.org/grpc/codes"
)

// run is one build. Its worker goroutines send updates; everything that events
// are made of is touched by the goroutine of Run alone.
type run struct {
	deps    Deps
	build   buildengine.Build
	sink    func(buildengine.Event)
	status  func(*client.SolveStatus)
	redact  *session.Redactor
	sources *sourcemap.Map
	updates chan update

	// Of the goroutine of Run:
	folder  *progress.Folder
	builder *builder.Builder
	notices map[string]bool
	results map[string]buildengine.TargetResult
	failed  *buildengine.Failure // the first
	started time.Time
}

// An update is one thing that the workers tell.
type update struct {
	target string
	status *client.SolveStatus
	notice *buildengine.Notice
	ended  *outcome
}

// errSibling ends the targets of a build after another one failed.
var errSibling = errors.New("another target failed")

func newRun(deps Deps, b buildengine.Build, sink func(buildengine.Event), status func(*client.SolveStatus)) *run {
	if b.ID == "" {
		b.ID = identity.NewID()
	}
	b.Requests = slices.Clone(b.Requests)
	slices.SortFunc(b.Requests, func(a, c buildengine.Request) int { return strings.Compare(a.Target, c.Target) })
	r := &run{
		deps:    deps,
		build:   b,
		sink:    sink,
		status:  status,
		redact:  &session.Redactor{},
		sources: sourcemap.New(),
		updates: make(chan update, 64),
		notices: map[string]bool{},
		results: map[string]buildengine.TargetResult{},
		started: deps.Now(),
	}
	for _, v := range b.Sensitive {
		r.redact.Add(v)
	}
	r.folder = progress.NewFolder(r.names(), r.sources, r.redact)
	return r
}

// names are those of the targets, in order and each once.
func (r *run) names() []string {
	names := make([]string, len(r.build.Requests))
	for i := range r.build.Requests {
		names[i] = r.build.Requests[i].Target
	}
	return slices.Compact(names)
}

// run chooses the builder, lets the workers work, and delivers what they tell.
func (r *run) run(ctx context.Context, choose func(string) (*builder.Builder, error)) (*buildengine.Result, error) {
	err := r.check()
	if err == nil {
		r.builder, err = choose(r.build.Builder)
	}
	r.announce()
	if err != nil {
		r.refuse(ctx, err)
		return r.finish(ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		defer close(r.updates)
		if err := r.work(ctx, cancel); err != nil {
			r.updates <- update{ended: &outcome{err: err}}
		}
	}()
	for u := range r.updates {
		r.deliver(ctx, u)
	}
	return r.finish(ctx)
}

// announce sends the first event.
func (r *run) announce() {
	started := &buildengine.Started{BuildID: r.build.ID, Targets: r.names()}
	if r.builder != nil {
		started.Builder, started.Driver = r.builder.Name, r.builder.Driver
	}
	r.send(buildengine.Event{Started: started})
}

func (r *run) send(e buildengine.Event) {
	if e.Time.IsZero() {
		e.Time = r.deps.Now()
	}
	if e.Percent == 0 {
		e.Percent = r.folder.Percent()
	}
	r.sink(e)
}

// deliver makes events of an update.
func (r *run) deliver(ctx context.Context, u update) {
	switch {
	case u.status != nil:
		events, raw := r.folder.Fold(u.target, u.status, r.deps.Now())
		if r.status != nil {
			r.status(raw)
		}
		for _, e := range events {
			r.send(e)
		}
	case u.notice != nil:
		if !r.notices[u.notice.Message] {
			r.notices[u.notice.Message] = true
			r.send(buildengine.Event{Notice: u.notice})
		}
	case u.ended != nil && u.target == "":
		r.endRest(ctx, u.ended.err)
	case u.ended != nil:
		r.end(ctx, u.target, u.ended)
	}
}

// end reports how a target ended.
func (r *run) end(ctx context.Context, name string, o *outcome) {
	for _, e := range r.folder.TargetDone(name, r.deps.Now()) {
		r.send(e)
	}
	result := o.result(name)
	result.Steps, result.Cached = r.folder.Counts(name)
	switch {
	case o.err == nil:
	case r.isCanceled(ctx, o.err):
		result.Canceled = true
	default:
		result.Failure = r.failure(ctx, name, o.err)
		if r.failed == nil {
			r.failed = result.Failure
		}
	}
	r.results[name] = result
	r.send(buildengine.Event{Target: &result})
}

// endRest ends the targets that have not: all of them failed for one reason.
func (r *run) endRest(ctx context.Context, err error) {
	for _, name := range r.names() {
		if _, ended := r.results[name]; !ended {
			r.end(ctx, name, &outcome{err: err})
		}
	}
}

// refuse ends a build that cannot begin.
func (r *run) refuse(ctx context.Context, err error) {
	r.endRest(ctx, err)
	if r.failed == nil && len(r.build.Requests) == 0 {
		r.failed = r.failure(ctx, "", err)
	}
}

// isCanceled tells whether an error only says that the build was ended from
// outside the target: by its caller, or since another target failed.
func (r *run) isCanceled(ctx context.Context, err error) bool {
	if errors.Is(err, errSibling) {
		return true
	}
	var lost *lostError
	if ctx.Err() == nil || errors.As(context.Cause(ctx), &lost) {
		return false
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || grpcerrors.Code(err) == codes.Canceled
}

func (r *run) failure(ctx context.Context, name string, err error) *buildengine.Failure {
	c := failure.Context{
		Target:  name,
		Sources: r.sources,
		Redact:  r.redact,
		Tail:    r.folder.Tail,
		Step: func(id string) (string, bool) {
			s, ok := r.folder.Step(id, r.deps.Now())
			return s.Name, ok
		},
	}
	if r.builder != nil {
		c.Builder = r.builder.Name
	}
	var lost *lostError
	if errors.As(context.Cause(ctx), &lost) {
		err = lost
	}
	return failure.New(err, c)
}

// finish sends the last event.
func (r *run) finish(ctx context.Context) (*buildengine.Result, error) {
	result := &buildengine.Result{
		BuildID:  r.build.ID,
		Duration: r.deps.Now().Sub(r.started),
		Failure:  r.failed,
	}
	for _, name := range r.names() {
		result.Targets = append(result.Targets, r.results[name])
		result.Canceled = result.Canceled || r.results[name].Canceled
	}
	result.Canceled = result.Canceled && r.failed == nil
	r.send(buildengine.Event{Percent: 100, Finished: result})
	switch {
	case r.failed != nil:
		return result, r.failed
	case result.Canceled && ctx.Err() != nil:
		return result, context.Cause(ctx)
	case result.Canceled:
		return result, context.Canceled
	}
	return result, nil
}
