package composefile

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Symbols is the outline: the file's sections, below them what they declare,
// below services their attributes down to those of build.
func Symbols(ctx context.Context, _ *workspace.Snapshot, f *workspace.File) []feature.Symbol {
	var symbols []feature.Symbol
	for _, document := range modelOf(ctx, f).Documents {
		for _, e := range document.Entries {
			symbols = append(symbols, symbol(e, nil)...)
		}
	}
	return symbols
}

// outlineDepth is how far the outline goes: services, name, build, args.
const outlineDepth = 4

// symbol is the entry with what is below it; none for entries that stand
// elsewhere or have no name. path are the keys above.
func symbol(e compose.Entry, path []string) []feature.Symbol {
	if e.Merged || e.Key == "" || e.KeySpan.Len() == 0 {
		return nil
	}
	s := feature.Symbol{Title: e.Key, Kind: feature.SymbolAttribute, Span: e.Span(), Name: e.KeySpan}
	if len(path) == 1 && path[0] == "services" {
		s.Kind = feature.SymbolService
	}
	if e.Value.Kind == compose.Scalar {
		s.Detail = firstLine(e.Value.Text)
	}
	if e.Alias.IsZero() && len(path) < outlineDepth {
		below := append(slices.Clip(path), e.Key)
		for _, child := range e.Value.Entries {
			s.Children = append(s.Children, symbol(child, below)...)
		}
	}
	return []feature.Symbol{s}
}

// maxDetail is how much of a value the outline shows.
const maxDetail = 60

func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' || i >= maxDetail {
			return s[:i] + "…"
		}
	}
	return s
}

// Folding lists the sections, services and attributes of more than one line.
func Folding(ctx context.Context, _ *workspace.Snapshot, f *workspace.File) []feature.FoldingRange {
	lines := f.Lines()
	var folds []feature.FoldingRange
	var walk func(n *compose.Node)
	walk = func(n *compose.Node) {
		for _, e := range n.Entries {
			if e.Merged || !e.Alias.IsZero() || e.Value == nil {
				continue
			}
			if s := e.Span(); lines.Line(s.Start) != lines.Line(s.End) {
				folds = append(folds, feature.FoldingRange{Span: s, Kind: feature.FoldRegion})
			}
			walk(e.Value)
		}
		for _, item := range n.Items {
			if item.Span.Start >= n.Span.Start && item.Span.End <= n.Span.End { // else an alias
				walk(item)
			}
		}
	}
	for _, document := range modelOf(ctx, f).Documents {
		walk(document)
	}
	return folds
}

// Selection lists the spans around an offset, innermost first.
func Selection(ctx context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) feature.SelectionRange {
	var ranges feature.SelectionRange
	add := func(s text.Span) {
		last := text.At(offset)
		if len(ranges) > 0 {
			last = ranges[len(ranges)-1]
		}
		if s.Contains(offset) && s.Encloses(last) && s != last {
			ranges = append(ranges, s)
		}
	}
	path := modelOf(ctx, f).PathAt(offset)
	for i := len(path) - 1; i >= 0; i-- {
		e := path[i]
		add(e.KeySpan)
		if e.Alias.IsZero() && e.Value != nil {
			add(e.Value.Span)
		}
		add(e.Span())
	}
	add(text.Span{End: len(f.Text())})
	return ranges
}

// Links makes the paths of includes, extended files, env files and Dockerfiles clickable.
func Links(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.DocumentLink {
	v := open(ctx, snap, f)
	var links []feature.DocumentLink
	add := func(n *compose.Node, path string) {
		if n == nil || n.Kind != compose.Scalar || n.Span.Len() == 0 || path == "" || v.snap.File(path) == nil {
			return
		}
		links = append(links, feature.DocumentLink{Span: n.Span, Path: path, Tooltip: "Open " + filepath.Base(path)})
	}
	if include, ok := v.model.Top("include"); ok {
		for _, n := range v.pathNodes(include.Value) {
			add(n, v.project.Path(n.Text))
		}
	}
	for _, s := range v.model.Services {
		if e, ok := s.Attr("extends", "file"); ok {
			add(e.Value, v.project.Path(e.Value.Text))
		}
		if e, ok := s.Attr("env_file"); ok {
			for _, n := range v.pathNodes(e.Value) {
				add(n, v.project.Path(n.Text))
			}
		}
		if e, ok := s.Attr("build", "dockerfile"); ok && !e.Merged {
			add(e.Value, v.sourceOf(s).dockerfile)
		}
	}
	return links
}

// pathNodes are the paths in a value that is one, a list of them, or mappings
// with a "path" of these shapes.
func (v view) pathNodes(n *compose.Node) []*compose.Node {
	if n == nil {
		return nil
	}
	switch n.Kind {
	case compose.Scalar:
		return []*compose.Node{n}
	case compose.Mapping:
		e, _ := n.Entry("path")
		if e.Value == nil || e.Value.Kind == compose.Mapping {
			return nil
		}
		return v.pathNodes(e.Value)
	}
	var nodes []*compose.Node
	for _, item := range n.Items {
		if item.Kind != compose.Sequence {
			nodes = append(nodes, v.pathNodes(item)...)
		}
	}
	return nodes
}
