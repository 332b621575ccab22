package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/builder"
	"github.com/buildlens/buildlens/buildengine/plan"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/containerd/platforms"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// work boots the nodes, plans the targets and solves them. Targets that were
// begun report their ends themselves; the error is of those that were not.
func (r *run) work(ctx context.Context, cancel context.CancelCauseFunc) error {
	nodes, assigned, err := r.nodes(ctx)
	if err != nil {
		return err
	}
	defer closeAll(nodes)

	var helpers sync.WaitGroup
	defer helpers.Wait()
	watching, stop := context.WithCancel(ctx)
	defer stop()
	for _, n := range nodes {
		helpers.Go(func() { r.watch(watching, n, cancel) })
	}

	jobs, err := r.plan(ctx, nodes, assigned)
	defer func() {
		for _, j := range jobs {
			j.discard()
		}
	}()
	if err != nil {
		return err
	}
	shared, err := r.share(ctx, jobs)
	if err != nil {
		return err
	}
	defer shared.close()
	r.solveAll(ctx, cancel, jobs)
	return nil
}

// nodes boots what the targets need and says which node builds each.
func (r *run) nodes(ctx context.Context) (map[int]*node, map[string]int, error) {
	fixed := make([][]ocispecs.Platform, len(r.builder.Nodes))
	for i, n := range r.builder.Nodes {
		fixed[i] = n.Config().Platforms
	}
	assigned, complete, err := r.assign(fixed, false)
	if err != nil {
		return nil, nil, err
	}
	which := slices.Sorted(maps.Values(assigned))
	if !complete {
		which = nil
		for i := range r.builder.Nodes {
			which = append(which, i)
		}
	}
	nodes, err := r.connectAll(ctx, slices.Compact(which))
	if err != nil || complete {
		return nodes, assigned, err
	}
	for i, n := range nodes {
		for _, w := range n.Workers {
			fixed[i] = append(fixed[i], w.Platforms...)
		}
	}
	assigned, _, err = r.assign(fixed, true)
	if err != nil {
		closeAll(nodes)
		return nil, nil, err
	}
	return nodes, assigned, nil
}

// assign chooses the node of each target.
func (r *run) assign(nodes [][]ocispecs.Platform, relaxed bool) (map[string]int, bool, error) {
	assigned, complete := map[string]int{}, true
	for i := range r.build.Requests {
		req := &r.build.Requests[i]
		var want []ocispecs.Platform
		for _, s := range req.Platforms {
			p, err := platforms.Parse(s)
			if err != nil {
				return nil, false, &buildengine.Failure{Target: req.Target, Message: err.Error(), ExitCode: -1, Cause: err}
			}
			want = append(want, platforms.Normalize(p))
		}
		parts, ok := builder.Resolve(nodes, want, relaxed)
		complete = complete && ok
		if len(parts) > 1 && ok {
			return nil, false, r.split(req, parts)
		}
		assigned[req.Target] = parts[0].Node
	}
	return assigned, complete, nil
}

// split refuses a target whose platforms are built on several nodes.
func (r *run) split(req *buildengine.Request, parts []builder.Part) error {
	var where []string
	for _, p := range parts {
		for _, platform := range p.Platforms {
			where = append(where, platforms.Format(platform)+" on "+r.builder.Nodes[p.Node].Config().Name)
		}
	}
	return &buildengine.Failure{
		Target:   req.Target,
		ExitCode: -1,
		Message: fmt.Sprintf("target %s needs several nodes of builder %s (%s), and their results cannot be put together yet",
			req.Target, r.builder.Name, strings.Join(where, ", ")),
		Hint: "build one platform at a time, or use a builder whose node can build all of them",
	}
}

// plan prepares all targets. With DeferError those that cannot be planned end
// alone; else the first error ends the build.
func (r *run) plan(ctx context.Context, nodes map[int]*node, assigned map[string]int) (map[string]*job, error) {
	env, err := r.planEnv()
	if err != nil {
		return nil, err
	}
	jobs := map[string]*job{}
	for i := range r.build.Requests {
		req := &r.build.Requests[i]
		n := nodes[assigned[req.Target]]
		j := newJob(req.Target, n, links(req))
		jobs[req.Target] = j
		if err := r.fetchDockerfile(ctx, j, req); err != nil {
			j.planned = err
		} else {
			j.plan, j.planned = plan.New(ctx, req, n.Node, env)
		}
		if j.planned != nil {
			if !r.build.Jobs.DeferError {
				return jobs, r.planFailed(req.Target, j.planned)
			}
			continue
		}
		for _, notice := range j.plan.Notices {
			r.updates <- update{notice: &notice}
		}
	}
	for _, j := range jobs {
		for _, parent := range j.parents {
			jobs[parent].children = append(jobs[parent].children, j)
			if jobs[parent].node != j.node {
				return jobs, r.planFailed(j.name, fmt.Errorf(
					"failed to use %s as context for %s because targets build with different nodes", parent, j.name))
			}
		}
	}
	return jobs, nil
}

// planFailed ends the target that cannot be planned, and leaves the others to
// be canceled.
func (r *run) planFailed(target string, err error) error {
	r.updates <- update{target: target, ended: &outcome{err: err}}
	return errSibling
}

// planEnv gathers what plans need from outside.
func (r *run) planEnv() (plan.Env, error) {
	cfg, err := r.deps.DockerConfig()
	if err != nil {
		return plan.Env{}, fmt.Errorf("reading Docker's configuration: %w", err)
	}
	env := plan.Env{
		Lookup: r.deps.Env,
		Redact: r.redact,
		Stdout: r.deps.Stdout,
		Load:   r.deps.Load,
		NodeID: builder.Store{Dir: r.deps.StoreDir}.NodeID(),
		Stores: plan.NewStores(),
		Proxy:  map[string]string{},
	}
	if cfg == nil {
		return env, nil
	}
	env.Auth = session.Auth(cfg, r.redact)
	for name, value := range cfg.ParseProxyConfig("default", nil) {
		if value != nil {
			env.Proxy[name] = *value
		}
	}
	return env, nil
}

// solveAll runs the jobs and returns when all have ended and said so.
func (r *run) solveAll(ctx context.Context, cancel context.CancelCauseFunc, jobs map[string]*job) {
	limit := len(jobs)
	if p := r.build.Jobs.Parallel; p > 0 && p < limit {
		limit = p
	}
	slots := make(chan struct{}, limit)
	barrier := newBarrier(len(jobs))
	if !r.build.Jobs.DeferOutput {
		barrier = nil
	}
	var group sync.WaitGroup
	for _, name := range slices.Sorted(maps.Keys(jobs)) {
		j := jobs[name]
		j.barrier = barrier
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			o := r.solve(ctx, j, jobs)
			if o.err != nil && !r.build.Jobs.DeferError && !errors.Is(o.err, errSibling) && ctx.Err() == nil {
				cancel(errSibling)
			}
			r.updates <- update{target: j.name, ended: o}
		})
	}
	group.Wait()
}
