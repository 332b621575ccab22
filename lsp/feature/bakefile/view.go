package bakefile

import (
	"context"
	"slices"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// A view is what one request looks at: a file, and the project it belongs to.
type view struct {
	ctx     context.Context
	snap    *workspace.Snapshot
	file    *workspace.File
	tree    *tree.File
	project *workspace.Project
	def     *bake.Definition // nil when one of the project's files cannot be read
}

// A source is one Bake file of a project.
type source struct {
	file *workspace.File
	tree *tree.File
}

func newView(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) *view {
	v := &view{ctx: ctx, snap: snap, file: f, tree: TreeOf(ctx, f), project: snap.Project(f.Path)}
	if v.project == nil {
		v.project = &workspace.Project{}
		return v
	}
	if def, err := snap.Definition(ctx, v.project); err == nil {
		v.def = def
	}
	return v
}

// TreeOf is the tree of a Bake file, read once for each of its states.
func TreeOf(ctx context.Context, f *workspace.File) *tree.File {
	read := func(context.Context) (*tree.File, error) { return tree.Read(f.Text(), f.IsJSON()), nil }
	t, err := workspace.Memo(ctx, &f.Memos, "bake tree", read)
	if err != nil { // the context is done: whatever is answered is dropped
		return tree.Read("", f.IsJSON())
	}
	return t
}

// sources lists the project's Bake files in merge order, the file itself in
// any case.
func (v *view) sources() []source {
	var out []source
	for _, path := range v.project.Paths() {
		f := v.snap.File(path)
		if f == nil || f.Language != workspace.Bake {
			continue
		}
		if path == v.file.Path {
			f = v.file
		}
		out = append(out, source{f, TreeOf(v.ctx, f)})
	}
	if !slices.ContainsFunc(out, func(s source) bool { return s.file == v.file }) {
		out = append(out, source{v.file, v.tree})
	}
	return out
}

// declarations lists what the definition declares; nil when there is none.
func (v *view) declarations() []bake.Declaration {
	if v.def == nil {
		return nil
	}
	return Declarations(v.ctx, v.snap, v.def, v.project)
}

// blocks finds the blocks of a kind and name in the project, in merge order.
func (v *view) blocks(kind, name string) []located {
	var out []located
	for _, s := range v.sources() {
		for _, b := range s.tree.Blocks() {
			if b.Kind.Text == kind && b.Label().Text == name {
				out = append(out, located{s, b})
			}
		}
	}
	return out
}

// A located block knows its file.
type located struct {
	source
	block *tree.Block
}
