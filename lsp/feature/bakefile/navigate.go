package bakefile

import (
	"context"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// Definition finds where what stands at the offset is declared: in a file of
// the project, in the target's Dockerfile, or the file a path names.
func Definition(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) []feature.Location {
	v := newView(ctx, snap, f)
	o, ok := occurrenceAt(v.tree, offset)
	if !ok {
		return nil
	}
	switch o.kind {
	case stageName, argName:
		return v.inDockerfile(o)
	case dockerfilePath, contextPath:
		return v.pathOf(o)
	case localName:
		return []feature.Location{{Span: o.bind, Name: o.bind}}
	}
	return v.declared(o)
}

// declared finds the declarations of what o names in the project. It reads no
// more of the files than the heads of blocks.
func (v *view) declared(o occurrence) []feature.Location {
	var out []feature.Location
	for _, s := range v.sources() {
		for _, a := range s.tree.Root.Attrs() {
			if o.kind == variableName && a.Name.Text == o.name {
				out = append(out, v.location(s, occurrence{span: a.Name.Span, whole: a.Span}))
			}
		}
		for _, b := range s.tree.Blocks() {
			switch label := b.Label(); {
			case o.kind == attributeName && b.Kind.Text == "target" && label.Text == o.owner:
				if a := b.Attr(o.name); a != nil {
					out = append(out, v.location(s, occurrence{span: a.Name.Span, whole: a.Span}))
				}
			case o.kind == labelKinds[b.Kind.Text] && label.Text == o.name:
				out = append(out, v.location(s, occurrence{span: label.Span, whole: b.Span}))
			}
		}
	}
	if o.kind == buildName {
		out = append(out, v.generated(o.name)...)
	}
	return out
}

// generated finds targets that no block of their own declares: the instances
// of a matrix and the services of Compose files.
func (v *view) generated(name string) []feature.Location {
	var out []feature.Location
	for _, d := range v.declarations() {
		if d.Name == name && (d.Kind == bake.DeclService || d.Kind == bake.DeclTarget && d.Block != d.Name) {
			out = append(out, feature.Location{Path: v.pathOrHere(d.Name_.File), Span: d.Place.Span, Name: d.Name_.Span})
		}
	}
	return out
}

func (v *view) location(s source, o occurrence) feature.Location {
	whole := o.whole
	if whole.IsZero() {
		whole = o.span
	}
	return feature.Location{Path: v.pathOrHere(s.file.Path), Span: whole.Cover(o.span), Name: o.span}
}

// pathOrHere is empty for the file that was asked about.
func (v *view) pathOrHere(path string) string {
	if path == v.file.Path {
		return ""
	}
	return path
}

// inDockerfile finds the stage, or all lines that declare an ARG.
func (v *view) inDockerfile(o occurrence) []feature.Location {
	if o.block == nil {
		return nil
	}
	r := v.recipe(o.block)
	model := r.Model(v.snap)
	if model == nil {
		return nil
	}
	place := func(span, name text.Span) (feature.Location, bool) {
		return feature.Location{Path: r.Path, Span: span, Name: name}, true
	}
	if r.Inline != nil {
		base, ok := inlineStart(o.block, *r.Inline)
		if !ok {
			return nil
		}
		place = func(span, name text.Span) (feature.Location, bool) {
			return feature.Location{Span: span.Shift(base), Name: name.Shift(base)}, true
		}
	}
	var out []feature.Location
	for _, d := range dockerfileNames(model, o) {
		if at, ok := place(d.whole, d.span); ok {
			out = append(out, at)
		}
	}
	return out
}

// inlineStart is where the text of dockerfile-inline begins in the file, when
// it stands there as it is.
func inlineStart(b *tree.Block, inline string) (int, bool) {
	a := b.Attr("dockerfile-inline")
	if a == nil || a.Value == nil || a.Value.Kind != tree.String || a.Value.Inner.Len() != len(inline) {
		return 0, false
	}
	return a.Value.Inner.Start, true
}

// dockerfileNames lists where a Dockerfile declares a stage or an ARG.
func dockerfileNames(model *dockerfile.File, o occurrence) []occurrence {
	var out []occurrence
	if o.kind == stageName {
		if s := FindStage(model, o.name); s != nil {
			out = append(out, occurrence{name: s.Label(), span: s.Name.Span, whole: s.From.Span})
			if s.Name.Text == "" {
				out[0].span = s.From.Keyword.Span
			}
		}
		return out
	}
	for _, ins := range model.Instructions {
		for _, p := range ins.Pairs {
			if ins.Cmd == "ARG" && p.Key == o.name {
				out = append(out, occurrence{name: p.Key, span: p.KeySpan, whole: ins.Span})
			}
		}
	}
	return out
}

// FindStage finds the stage that a build's target names, or nil. Names compare
// without case; a stage without a name goes by its number.
func FindStage(model *dockerfile.File, name string) *dockerfile.Stage {
	for _, s := range slices.Backward(model.Stages) {
		if strings.EqualFold(s.Target(), name) {
			return s
		}
	}
	return nil
}

// pathOf is the Dockerfile that a dockerfile attribute, or a context, names.
func (v *view) pathOf(o occurrence) []feature.Location {
	if o.block == nil {
		return nil
	}
	r := v.recipe(o.block)
	if r.Path == "" || v.snap.File(r.Path) == nil {
		return nil
	}
	return []feature.Location{{Path: r.Path}}
}

// References finds all uses of what stands at the offset in the files of the
// project, and its declarations when those are asked for.
func References(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int, declarations bool) []feature.Location {
	v := newView(ctx, snap, f)
	o, ok := occurrenceAt(v.tree, offset)
	if !ok {
		return nil
	}
	var out []feature.Location
	if declarations && (o.kind == stageName || o.kind == argName) {
		out = v.inDockerfile(o)
	}
	same := v.matcher(o)
	for _, s := range v.sources() {
		if o.kind == localName && s.file != v.file {
			continue
		}
		for _, other := range sortByPlace(occurrences(s.tree)) {
			if same(other) && (declarations || !other.declares()) {
				out = append(out, v.location(s, other))
			}
		}
	}
	return out
}

// matcher tells which occurrences name the same as o. Stages and ARGs are the
// same when their targets are built from the same Dockerfile.
func (v *view) matcher(o occurrence) func(occurrence) bool {
	if o.kind != stageName && o.kind != argName && o.kind != dockerfilePath && o.kind != contextPath {
		return o.same
	}
	if o.block == nil {
		return func(occurrence) bool { return false }
	}
	path := v.recipe(o.block).Path
	return func(other occurrence) bool {
		if other.kind != o.kind || other.block == nil {
			return false
		}
		byName := other.name == o.name || o.kind == stageName && strings.EqualFold(other.name, o.name)
		return byName && (other.block == o.block || path != "" && v.recipe(other.block).Path == path)
	}
}

// Highlights finds the occurrences in this file of what stands at the offset.
func Highlights(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) []feature.Highlight {
	v := newView(ctx, snap, f)
	o, ok := occurrenceAt(v.tree, offset)
	if !ok {
		return nil
	}
	same := v.matcher(o)
	var out []feature.Highlight
	for _, other := range sortByPlace(occurrences(v.tree)) {
		if !same(other) {
			continue
		}
		kind := feature.HighlightRead
		if other.declares() {
			kind = feature.HighlightWrite
		}
		out = append(out, feature.Highlight{Span: other.span, Kind: kind})
	}
	return out
}
