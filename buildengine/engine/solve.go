package engine

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/identity"
	"github.com/moby/buildkit/solver/pb"
	"golang.org/x/sync/errgroup"
)

// product names this client to BuildKit.
const product = "buildlens"

// solve runs one job to its end.
func (r *run) solve(ctx context.Context, j *job, jobs map[string]*job) *outcome {
	defer j.end()
	o := &outcome{job: j, ref: identity.NewID(), started: r.deps.Now()}
	o.err = r.trySolve(ctx, j, jobs, o)
	o.ended = r.deps.Now()
	if o.err != nil {
		return o
	}
	j.finished = true
	o.err = j.plan.Finish(true)
	return o
}

func (r *run) trySolve(ctx context.Context, j *job, jobs map[string]*job, o *outcome) error {
	if j.planned != nil {
		return j.planned
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	inputs, err := j.inputs(ctx, jobs)
	if err != nil {
		return err
	}
	opt := j.plan.Opt
	opt.Ref = o.ref
	opt.SharedSession = j.session
	opt.FrontendAttrs = maps.Clone(opt.FrontendAttrs)
	maps.Copy(opt.FrontendAttrs, inputs.attrs)

	status := make(chan *client.SolveStatus)
	forwarded := make(chan struct{})
	go func() {
		defer close(forwarded)
		r.forward(j, status)
	}()
	resp, err := j.node.client.Build(ctx, opt, product, func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		return r.evaluate(ctx, c, j, opt.FrontendAttrs, inputs.definitions, o)
	}, status)
	<-forwarded
	if err != nil {
		return err
	}
	o.response = resp.ExporterResponse
	return nil
}

// forward passes a job's progress on until its stream is closed.
func (r *run) forward(j *job, status <-chan *client.SolveStatus) {
	for s := range status {
		j.node.hear(r.deps.Now())
		r.updates <- update{target: j.name, status: s}
	}
}

// evaluate is what the job does inside BuildKit's gateway: it lets the
// frontend make a graph, learns the places of its steps, and hands the result
// to the targets that use it. BuildKit evaluates and exports what is returned.
func (r *run) evaluate(ctx context.Context, c gateway.Client, j *job, attrs map[string]string, inputs map[string]*pb.Definition, o *outcome) (*gateway.Result, error) {
	res, err := c.Solve(ctx, gateway.SolveRequest{
		Frontend:       j.plan.Frontend,
		FrontendOpt:    maps.Clone(attrs),
		FrontendInputs: inputs,
	})
	if err != nil {
		return nil, err
	}
	if j.plan.IsCall() {
		o.call = callResult(res.Metadata)
		return res, nil
	}
	definitions, err := definitionsOf(ctx, res)
	if err != nil && len(j.children) > 0 {
		return nil, fmt.Errorf("passing the result to other targets: %w", err)
	}
	for _, def := range definitions {
		r.sources.AddDefinition(def)
	}
	j.publish(&linked{definitions: definitions, metadata: res.Metadata, platforms: len(res.Refs) > 0})
	if len(j.children) == 0 && len(j.parents) == 0 && j.barrier == nil {
		return res, nil
	}
	if err := evaluateRefs(ctx, res); err != nil {
		return nil, err
	}
	if err := j.barrier.wait(ctx, j); err != nil {
		return nil, err
	}
	return res, j.waitChildren(ctx)
}

func evaluateRefs(ctx context.Context, res *gateway.Result) error {
	group, ctx := errgroup.WithContext(ctx)
	err := res.EachRef(func(ref gateway.Reference) error {
		group.Go(func() error { return ref.Evaluate(ctx) })
		return nil
	})
	if werr := group.Wait(); werr != nil {
		return werr
	}
	return err
}

// definitionsOf are the graphs of a result by platform; that of a result for
// one platform has the key "".
func definitionsOf(ctx context.Context, res *gateway.Result) (map[string]*pb.Definition, error) {
	refs := maps.Clone(res.Refs)
	if len(refs) == 0 {
		refs = map[string]gateway.Reference{"": res.Ref}
	}
	out := map[string]*pb.Definition{}
	for key, ref := range refs {
		state := llb.Scratch()
		if ref != nil {
			var err error
			if state, err = ref.ToState(); err != nil {
				return out, err
			}
		}
		def, err := state.Marshal(ctx)
		if err != nil {
			return out, err
		}
		out[key] = def.ToPB()
	}
	return out, nil
}

// An outcome is how a job ended.
type outcome struct {
	job            *job // nil when it never began
	err            error
	ref            string
	response       map[string]string
	call           *buildengine.CallResult
	started, ended time.Time
}
