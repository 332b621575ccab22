package engine

import (
	"context"
	"fmt"
	"sync"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/definition"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	bksession "github.com/moby/buildkit/session"
)

// ReadDefinition reads files of a remote definition on a node of the named
// builder; the empty name means the one that is configured. sink and status
// receive what they do in RunWithStatus, but for the end. When it returns,
// nothing it started is left.
func (e *Engine) ReadDefinition(ctx context.Context, builder string, from *definition.Source, names definition.Names,
	sink func(buildengine.Event), status func(*client.SolveStatus),
) (*definition.Tree, error) {
	r := newRun(e.deps, buildengine.Build{Builder: builder}, sink, status)
	var err error
	if r.builder, err = e.Builder(builder); err != nil {
		return nil, err
	}
	r.announce()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var tree *definition.Tree
	go func() {
		defer close(r.updates)
		tree, err = r.readDefinition(ctx, cancel, from, names)
	}()
	for u := range r.updates {
		r.deliver(ctx, u)
	}
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("reading the definition %s: %w", from.URL, err)
	}
	return tree, nil
}

func (r *run) readDefinition(ctx context.Context, cancel context.CancelCauseFunc, from *definition.Source, names definition.Names) (*definition.Tree, error) {
	attachables, err := r.definitionSession(from)
	if err != nil {
		return nil, err
	}
	n, err := r.connect(ctx, r.builder.Nodes[0])
	if err != nil {
		return nil, err
	}
	defer n.client.Close()
	var helpers sync.WaitGroup
	defer helpers.Wait()
	watching, stop := context.WithCancel(ctx)
	defer stop()
	helpers.Go(func() { r.watch(watching, n, cancel) })

	updates := make(chan *client.SolveStatus)
	helpers.Go(func() {
		for s := range updates {
			n.hear(r.deps.Now())
			r.updates <- update{status: s}
		}
	})
	var tree *definition.Tree
	read := func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		tree, err = from.Read(ctx, c, names)
		return nil, err
	}
	_, err = n.client.Build(ctx, client.SolveOpt{Internal: true, Session: attachables}, product, read, updates)
	return tree, err
}

// definitionSession is what BuildKit may ask for while it fetches a definition.
func (r *run) definitionSession(from *definition.Source) ([]bksession.Attachable, error) {
	env, err := r.planEnv()
	if err != nil {
		return nil, err
	}
	var out []bksession.Attachable
	if env.Auth != nil {
		out = append(out, env.Auth)
	}
	if list := from.Secrets(r.deps.Env); len(list) > 0 {
		secrets, err := session.Secrets(list, r.deps.Env, r.redact)
		if err != nil {
			return nil, err
		}
		out = append(out, secrets)
	}
	if list := from.SSH(r.deps.Env); len(list) > 0 {
		ssh, err := session.SSH(list, r.deps.Env)
		if err != nil {
			return nil, err
		}
		out = append(out, ssh)
	}
	return out, nil
}
