package bakefile

import (
	"context"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

var symbolKinds = map[string]feature.SymbolKind{
	"target": feature.SymbolTarget, "group": feature.SymbolGroup, "variable": feature.SymbolVariable, "function": feature.SymbolFunction,
}

// Symbols is the outline: blocks with their attributes, in source order. The
// targets of a matrix are named beside its block.
func Symbols(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.Symbol {
	v := newView(ctx, snap, f)
	instances := v.instances()
	var out []feature.Symbol
	for _, a := range v.tree.Root.Attrs() {
		out = append(out, attributeSymbol(f.Text(), a, feature.SymbolVariable))
	}
	for _, b := range v.tree.Blocks() {
		if s, ok := blockSymbol(f.Text(), b); ok {
			if names := instances[b.Label().Span.Start]; len(names) > 0 {
				s.Detail = shorten(strings.Join(names, ", "), 120)
			}
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b feature.Symbol) int { return a.Span.Start - b.Span.Start })
	return out
}

// instances lists the names of the targets each matrix of this file makes, by
// where its block's label begins.
func (v *view) instances() map[int][]string {
	out := map[int][]string{}
	isMatrix := func(b *tree.Block) bool { return b.Kind.Text == "target" && b.Attr("matrix") != nil }
	if !slices.ContainsFunc(v.tree.Blocks(), isMatrix) {
		return out
	}
	for _, d := range v.declarations() {
		if d.Kind == bake.DeclTarget && d.Matrix != nil && d.Name_.File == v.file.Path {
			out[d.Name_.Span.Start] = append(out[d.Name_.Span.Start], d.Name)
		}
	}
	return out
}

func blockSymbol(src string, b *tree.Block) (feature.Symbol, bool) {
	label := b.Label()
	if label.Text == "" || symbolKinds[b.Kind.Text] == 0 {
		return feature.Symbol{}, false
	}
	s := feature.Symbol{Title: label.Text, Kind: symbolKinds[b.Kind.Text], Detail: b.Kind.Text, Span: b.Span, Name: label.Span}
	for _, a := range b.Attrs() {
		s.Children = append(s.Children, attributeSymbol(src, a, feature.SymbolAttribute))
	}
	return s, true
}

func attributeSymbol(src string, a *tree.Attr, kind feature.SymbolKind) feature.Symbol {
	s := feature.Symbol{Title: a.Name.Text, Kind: kind, Span: a.Span, Name: a.Name.Span}
	if s.Title == "" {
		s.Title = "?"
	}
	if a.Value != nil {
		first, _, cut := strings.Cut(a.Value.Span.In(src), "\n")
		if s.Detail = shorten(first, 60); cut {
			s.Detail += " …"
		}
	}
	return s
}

// Folding lists what can be collapsed: blocks, lists, objects, heredocs and
// runs of comments.
func Folding(f *workspace.File) []feature.FoldingRange {
	t := TreeOf(context.Background(), f)
	lines := f.Lines()
	var out []feature.FoldingRange
	fold := func(s text.Span, kind feature.FoldKind) {
		if lines.Line(s.Start) < lines.Line(s.End) {
			out = append(out, feature.FoldingRange{Span: s, Kind: kind})
		}
	}
	for _, c := range t.Comments {
		fold(c, feature.FoldComment)
	}
	var inside func(b *tree.Block)
	inside = func(b *tree.Block) {
		for _, a := range b.Attrs() {
			a.Value.Walk(func(e *tree.Expr) bool {
				if e.Kind == tree.List || e.Kind == tree.Object || e.Heredoc || e.Kind == tree.For || e.Kind == tree.Call {
					fold(e.Span, feature.FoldRegion)
				}
				return true
			})
		}
		for _, inner := range b.Blocks() {
			fold(inner.Span, feature.FoldRegion)
			inside(inner)
		}
	}
	inside(t.Root)
	return out
}
