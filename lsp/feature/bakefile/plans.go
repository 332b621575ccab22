package bakefile

import (
	"context"
	"sync"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/workspace"
)

// latest keeps what was worked out from one definition, the last that was
// asked about.
type latest[T any] struct {
	mu    sync.Mutex // held while computing: others who ask wait
	def   *bake.Definition
	value T
}

// get returns what compute makes of def. What a cancelled context made is not
// kept.
func (l *latest[T]) get(ctx context.Context, def *bake.Definition, compute func() T) T {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.def == def {
		return l.value
	}
	value := compute()
	if ctx.Err() == nil {
		l.def, l.value = def, value
	}
	return value
}

// latestOf is the place for something that is kept about a project: beside its
// first file.
func latestOf[T any](ctx context.Context, snap *workspace.Snapshot, p *workspace.Project, key string) *latest[T] {
	if paths := p.Paths(); len(paths) > 0 {
		if f := snap.File(paths[0]); f != nil {
			kept, err := workspace.Memo(ctx, &f.Memos, key, func(context.Context) (*latest[T], error) { return new(latest[T]), nil })
			if err == nil {
				return kept
			}
		}
	}
	return new(latest[T])
}

// ResolveAll resolves every target of a project with its overrides, instances
// of matrices and services included. Targets that cannot be resolved are left
// out. The result is kept for as long as the definition lives and must not be
// changed.
func ResolveAll(ctx context.Context, snap *workspace.Snapshot, def *bake.Definition, p *workspace.Project) map[string]*bake.Target {
	kept := latestOf[map[string]*bake.Target](ctx, snap, p, "bake targets")
	return kept.get(ctx, def, func() map[string]*bake.Target { return resolveAll(ctx, def, p, Declarations(ctx, snap, def, p)) })
}

// Declarations lists what a project's definition declares. The result is kept
// like that of ResolveAll.
func Declarations(ctx context.Context, snap *workspace.Snapshot, def *bake.Definition, p *workspace.Project) []bake.Declaration {
	kept := latestOf[[]bake.Declaration](ctx, snap, p, "bake declarations")
	return kept.get(ctx, def, func() []bake.Declaration { return def.Declarations(ctx) })
}

// maxSingly is how many targets are resolved one by one when they cannot be
// resolved together: each time everything they share is looked at again.
const maxSingly = 300

func resolveAll(ctx context.Context, def *bake.Definition, p *workspace.Project, declared []bake.Declaration) map[string]*bake.Target {
	var names []string
	for _, d := range declared {
		if d.Kind == bake.DeclTarget || d.Kind == bake.DeclService {
			names = append(names, d.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	if plan := Resolve(ctx, def, p, names...); plan != nil {
		return plan.Targets
	}
	targets := map[string]*bake.Target{}
	for _, name := range names[:min(len(names), maxSingly)] {
		if ctx.Err() != nil {
			return nil
		}
		if plan := Resolve(ctx, def, p, name); plan != nil && plan.Targets[name] != nil {
			targets[name] = plan.Targets[name]
		}
	}
	return targets
}
