package bakefile

import (
	"context"
	"sync"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/workspace"
)

// maxSingly is how many targets are resolved one by one when they cannot be
// resolved together: each time everything they share is looked at again.
const maxSingly = 300

// plans keeps the targets of the definition that was resolved last.
type plans struct {
	mu      sync.Mutex
	def     *bake.Definition
	targets map[string]*bake.Target
}

// ResolveAll resolves every target of a project with its overrides, instances
// of matrices and services included. Targets that cannot be resolved are left
// out. The result is kept for as long as the definition lives and must not be
// changed.
func ResolveAll(ctx context.Context, snap *workspace.Snapshot, def *bake.Definition, p *workspace.Project) map[string]*bake.Target {
	kept := keptPlans(ctx, snap, p)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.def == def {
		return kept.targets
	}
	targets := resolveAll(ctx, def, p)
	if ctx.Err() == nil {
		kept.def, kept.targets = def, targets
	}
	return targets
}

// keptPlans is the place for the plans of a project: beside its first file.
func keptPlans(ctx context.Context, snap *workspace.Snapshot, p *workspace.Project) *plans {
	for _, path := range p.Paths() {
		f := snap.File(path)
		if f == nil {
			break
		}
		kept, err := workspace.Memo(ctx, &f.Memos, "bake plans", func(context.Context) (*plans, error) { return new(plans), nil })
		if err == nil {
			return kept
		}
	}
	return new(plans)
}

func resolveAll(ctx context.Context, def *bake.Definition, p *workspace.Project) map[string]*bake.Target {
	var names []string
	for _, d := range def.Declarations(ctx) {
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
