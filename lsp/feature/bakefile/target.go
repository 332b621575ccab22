package bakefile

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// A Recipe is where a target's Dockerfile comes from.
type Recipe struct {
	Context string // absolute path of the build context; empty when it is not a local folder
	Path    string // absolute path of the Dockerfile; empty when it is inline or not local
	Inline  *string
}

// RecipeOf finds the recipe of a resolved target.
func RecipeOf(p *workspace.Project, t *bake.Target) Recipe {
	return recipe(p, deref(t.Context, "."), deref(t.Dockerfile, ""), t.DockerfileInline)
}

func deref(s *string, fallback string) string {
	if s == nil || *s == "" {
		return fallback
	}
	return *s
}

func recipe(p *workspace.Project, context, file string, inline *string) Recipe {
	r := Recipe{Inline: inline}
	if local, ok := localPath(context); ok {
		r.Context = p.Path(filepath.FromSlash(local))
	}
	if inline != nil || bake.IsRemote(file) {
		return r
	}
	if rest, ok := strings.CutPrefix(file, "cwd://"); ok {
		r.Path = p.Path(filepath.FromSlash(rest))
		return r
	}
	if file == "" {
		file = "Dockerfile"
	}
	file = filepath.FromSlash(file)
	switch {
	case filepath.IsAbs(file):
		r.Path = filepath.Clean(file)
	case r.Context != "":
		r.Path = filepath.Join(r.Context, file)
	}
	return r
}

// localPath tells whether a context is a local folder, and which.
func localPath(context string) (string, bool) {
	if rest, ok := strings.CutPrefix(context, "cwd://"); ok {
		return rest, true
	}
	remote := context == "-" || strings.Contains(context, "://") || strings.HasPrefix(context, "target:") || bake.IsRemote(context)
	return context, !remote
}

// Model is the recipe's Dockerfile, or nil when it is not there. An inline one
// is read anew: it is short.
func (r Recipe) Model(snap *workspace.Snapshot) *dockerfile.File {
	if r.Inline != nil {
		return dockerfile.Parse(*r.Inline)
	}
	if r.Path == "" {
		return nil
	}
	f := snap.File(r.Path)
	if f == nil {
		return nil
	}
	return f.Dockerfile()
}

// Resolve resolves targets of a project with its overrides. It is nil when
// one of them cannot be resolved.
func Resolve(ctx context.Context, def *bake.Definition, p *workspace.Project, targets ...string) *bake.Plan {
	plan, err := def.Plan(ctx, bake.PlanRequest{Targets: targets, Overrides: p.Set})
	if err == nil {
		return plan
	}
	if len(p.Set) > 0 {
		if plan, err = def.Plan(ctx, bake.PlanRequest{Targets: targets}); err == nil {
			return plan
		}
	}
	return nil
}

// recipe finds the recipe of the target a block declares, of the first
// instance when it is a matrix. While the definition cannot be resolved, as
// when something is being typed, it is put together from what is written.
func (v *view) recipe(b *tree.Block) Recipe {
	if name, ok := v.firstInstance(b); ok {
		if plan := Resolve(v.ctx, v.def, v.project, name); plan != nil && plan.Targets[name] != nil {
			return RecipeOf(v.project, plan.Targets[name])
		}
	}
	var inline *string
	if text, ok := v.written(b, "dockerfile-inline", nil); ok {
		inline = &text
	}
	context, ok := v.written(b, "context", nil)
	if !ok {
		context = "."
	}
	file, _ := v.written(b, "dockerfile", nil)
	return recipe(v.project, context, file, inline)
}

// firstInstance is the name of the first target that a block makes.
func (v *view) firstInstance(b *tree.Block) (string, bool) {
	if v.def == nil {
		return "", false
	}
	label := b.Label().Text
	if b.Attr("matrix") == nil {
		return label, label != ""
	}
	for _, d := range v.declarations() {
		if d.Kind == bake.DeclTarget && d.Block == label {
			return d.Name, true
		}
	}
	return "", false
}

// written is the text of an attribute as far as it can be told without the
// rest of the definition: in the block, in others of its name, or in those it
// inherits.
func (v *view) written(b *tree.Block, name string, seen map[string]bool) (string, bool) {
	label := b.Label().Text
	if seen[label] {
		return "", false
	}
	if seen == nil {
		seen = map[string]bool{}
	}
	seen[label] = true
	blocks := v.blocks("target", label)
	for i := len(blocks) - 1; i >= 0; i-- {
		if text, ok := v.textOf(blocks[i], name); ok {
			return text, true
		}
	}
	for _, from := range blocks {
		a := from.block.Attr("inherits")
		if a == nil || a.Value == nil {
			continue
		}
		for _, item := range a.Value.Items {
			parent, ok := item.Literal()
			if !ok {
				continue
			}
			for _, p := range v.blocks("target", parent.Text) {
				if text, ok := v.written(p.block, name, seen); ok {
					return text, true
				}
			}
		}
	}
	return "", false
}

// textOf is the text of one attribute of one block.
func (v *view) textOf(at located, name string) (string, bool) {
	a := at.block.Attr(name)
	if a == nil {
		return "", false
	}
	if w, ok := a.Value.Literal(); ok {
		return w.Text, true
	}
	if v.def == nil || a.Value == nil {
		return "", false
	}
	val, ok := v.def.ValueAt(v.ctx, at.file.Path, a.Name.Span.Start)
	if !ok || val.Sensitive {
		return "", false
	}
	return asText(val.Value)
}
