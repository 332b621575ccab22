package convert

import (
	"encoding/json"
	"fmt"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// Hover converts an explanation; nil stays nil.
func (c *Converter) Hover(h *feature.Hover) *protocol.Hover {
	if h == nil || h.Markdown == "" {
		return nil
	}
	r := c.Range(h.Span)
	return &protocol.Hover{Contents: markdown(h.Markdown), Range: &r}
}

// Locations converts places: their names, where they have one.
func (c *Converter) Locations(list []feature.Location) []protocol.Location {
	out := make([]protocol.Location, 0, len(list))
	for _, l := range list {
		span := l.Name
		if span.IsZero() {
			span = l.Span
		}
		if at, ok := c.location(l.Path, span); ok {
			out = append(out, at)
		}
	}
	return out
}

// Highlights converts occurrences of a symbol.
func (c *Converter) Highlights(list []feature.Highlight) []protocol.DocumentHighlight {
	out := make([]protocol.DocumentHighlight, len(list))
	for i, h := range list {
		out[i] = protocol.DocumentHighlight{Range: c.Range(h.Span), Kind: protocol.DocumentHighlightKind(h.Kind)}
	}
	return out
}

// Lenses converts commands above lines. It fails when an argument is no JSON.
func (c *Converter) Lenses(list []feature.Lens) ([]protocol.CodeLens, error) {
	out := make([]protocol.CodeLens, len(list))
	for i, l := range list {
		out[i] = protocol.CodeLens{Range: c.firstLine(l.Span), Command: protocol.Command{Title: l.Title, Command: l.Command}}
		if l.Argument == nil {
			continue
		}
		argument, err := json.Marshal(l.Argument)
		if err != nil {
			return nil, fmt.Errorf("encode the argument of lens %q: %w", l.Title, err)
		}
		out[i].Command.Arguments = []protocol.LSPAny{argument}
	}
	return out, nil
}

// firstLine is the part of s on its first line: a lens's range must not span lines.
func (c *Converter) firstLine(s text.Span) protocol.Range {
	end := c.lines.Span(c.lines.Line(s.Start)).End
	return c.Range(text.Span{Start: s.Start, End: max(s.Start, min(s.End, end))})
}

var inlayKinds = map[feature.InlayKind]protocol.InlayHintKind{
	feature.InlayParameter: protocol.InlayHintKindParameter,
}

// InlayHints converts hints.
func (c *Converter) InlayHints(list []feature.InlayHint) []protocol.InlayHint {
	out := make([]protocol.InlayHint, len(list))
	for i, h := range list {
		out[i] = protocol.InlayHint{
			Position: c.Position(h.Offset), Label: protocol.String(h.Label), Kind: inlayKinds[h.Kind],
			Tooltip: documentation(h.Tooltip), PaddingLeft: pointer(h.PaddingLeft), PaddingRight: pointer(h.PaddingRight),
		}
	}
	return out
}

var foldKinds = map[feature.FoldKind]protocol.FoldingRangeKind{
	feature.FoldRegion:  protocol.FoldingRangeKindRegion,
	feature.FoldComment: protocol.FoldingRangeKindComment,
	feature.FoldImports: protocol.FoldingRangeKindImports,
}

// FoldingRanges converts folds; those within one line are left out.
func (c *Converter) FoldingRanges(list []feature.FoldingRange) []protocol.FoldingRange {
	out := make([]protocol.FoldingRange, 0, len(list))
	for _, f := range list {
		from, to := c.lines.Line(f.Span.Start), c.lines.Line(f.Span.End)
		if from < to {
			out = append(out, protocol.FoldingRange{StartLine: uint32(from), EndLine: uint32(to), Kind: foldKinds[f.Kind]})
		}
	}
	return out
}

// DocumentLinks converts links.
func (c *Converter) DocumentLinks(list []feature.DocumentLink) []protocol.DocumentLink {
	out := make([]protocol.DocumentLink, len(list))
	for i, l := range list {
		target := uri.URI(l.URL)
		if l.Path != "" {
			target = c.Files.URI(l.Path)
		}
		out[i] = protocol.DocumentLink{Range: c.Range(l.Span), Target: &target, Tooltip: pointer(l.Tooltip)}
	}
	return out
}

// SelectionRange converts nested spans, innermost first, to nested ranges.
func (c *Converter) SelectionRange(list feature.SelectionRange) protocol.SelectionRange {
	var out *protocol.SelectionRange
	for i := len(list) - 1; i >= 0; i-- {
		out = &protocol.SelectionRange{Range: c.Range(list[i]), Parent: out}
	}
	if out == nil {
		return protocol.SelectionRange{}
	}
	return *out
}

// PrepareRename converts what can be renamed; nil stays nil.
func (c *Converter) PrepareRename(t *feature.RenameTarget) protocol.PrepareRenameResult {
	if t == nil {
		return nil
	}
	return &protocol.PrepareRenamePlaceholder{Range: c.Range(t.Span), Placeholder: t.Placeholder}
}

// Legend names the token types and modifiers.
func Legend() protocol.SemanticTokensLegend {
	return protocol.SemanticTokensLegend{TokenTypes: feature.TokenTypes(), TokenModifiers: feature.TokenModifierNames()}
}

// SemanticTokens encodes tokens, which ascend, as differences.
func (c *Converter) SemanticTokens(list []feature.SemanticToken) *protocol.SemanticTokens {
	data := make([]uint32, 0, 5*len(list))
	var last protocol.Position
	for _, t := range list {
		r := c.Range(t.Span)
		if r.End.Line != r.Start.Line || r.End.Character == r.Start.Character {
			continue // a token is on one line and not empty
		}
		column := r.Start.Character
		if r.Start.Line == last.Line {
			column -= last.Character
		}
		data = append(data, r.Start.Line-last.Line, column, r.End.Character-r.Start.Character, uint32(t.Type), uint32(t.Modifiers))
		last = r.Start
	}
	return &protocol.SemanticTokens{Data: data}
}
