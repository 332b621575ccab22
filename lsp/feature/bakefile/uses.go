package bakefile

import (
	"context"
	"maps"
	"slices"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// A Use is one target that builds a Dockerfile.
type Use struct {
	Project *workspace.Project
	Target  *bake.Target
}

// UsesOf lists the targets that build the Dockerfile at path, of all projects
// around it, in the order of their names within each.
func UsesOf(ctx context.Context, snap *workspace.Snapshot, path string) []Use {
	var out []Use
	for _, p := range snap.ProjectsAround(path) {
		def, err := snap.Definition(ctx, p)
		if err != nil { // reported where the project's files are checked
			continue
		}
		targets := ResolveAll(ctx, snap, def, p)
		for _, name := range slices.Sorted(maps.Keys(targets)) {
			if RecipeOf(p, targets[name]).Path == path {
				out = append(out, Use{Project: p, Target: targets[name]})
			}
		}
	}
	return out
}

// Stage is the stage the target builds; empty means the last one.
func (u Use) Stage() string { return deref(u.Target.Target, "") }

// Arguments build the target, or another stage of its Dockerfile in the same
// way: then nothing is exported or named, since that is not what the target is.
func (u Use) Arguments(stage string) feature.BakeArguments {
	a := feature.BakeArguments{
		Files: u.Project.Files, Dir: u.Project.Dir, Targets: []string{u.Target.Name},
		Set: u.Project.Set, Vars: u.Project.Vars,
	}
	if stage != u.Stage() {
		name := u.Target.Name
		a.Set = append(slices.Clone(a.Set), name+".target="+stage, name+".output=type=cacheonly", name+".tags=")
	}
	return a
}

// ContextNames lists the named contexts that targets give to their builds.
func ContextNames(uses []Use) []string {
	var names []string
	for _, u := range uses {
		names = slices.AppendSeq(names, maps.Keys(u.Target.Contexts))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
