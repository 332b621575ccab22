package bakefile

import (
	"context"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// hintWidth is how much of a value a hint shows.
const hintWidth = 60

// Hints shows the evaluated values of expressions that are not literals, for
// those that stand in span, as far as the settings ask for it.
func Hints(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, span text.Span) []feature.InlayHint {
	if !snap.Settings(f.Path).InlayHints.Values {
		return nil
	}
	v := newView(ctx, snap, f)
	if v.def == nil {
		return nil
	}
	h := &hinter{v: v, span: span}
	h.attrs(v.tree.Root)
	for _, b := range v.tree.Blocks() {
		if b.Kind.Text != "function" && (b.Span.Overlaps(span) || b.Span == span) {
			h.attrs(b)
		}
	}
	return h.out
}

// A hinter gathers hints.
type hinter struct {
	v    *view
	span text.Span
	out  []feature.InlayHint
}

func (h *hinter) attrs(b *tree.Block) {
	for _, a := range b.Attrs() {
		if a.Value != nil && a.Span.Overlaps(h.span) && h.v.ctx.Err() == nil {
			h.parts(a.Value)
		}
	}
}

// parts hints at what has a value worth showing: the elements of lists and
// objects each, anything else that is not a literal as a whole.
func (h *hinter) parts(e *tree.Expr) {
	switch {
	case e == nil || e.Span.Len() == 0:
	case e.Kind == tree.List:
		for _, item := range e.Items {
			h.parts(item)
		}
	case e.Kind == tree.Object:
		for _, entry := range e.Entries {
			h.parts(entry.Value)
		}
	case e.Kind == tree.Other || e.Kind == tree.String && e.Plain || e.Heredoc:
	default:
		h.value(e)
	}
}

func (h *hinter) value(e *tree.Expr) {
	val, ok := h.v.valueOf(e)
	if !ok || val.Sensitive {
		return
	}
	label := inline(val.Value)
	if label == e.Span.In(h.v.file.Text()) {
		return
	}
	h.out = append(h.out, feature.InlayHint{
		Offset: e.Span.End, Label: "= " + shorten(label, hintWidth), Kind: feature.InlayValue,
		Tooltip: fence("hcl", render(val.Value)), PaddingLeft: true,
	})
}
