package dockerfile

import (
	"slices"

	"github.com/buildlens/buildlens/internal/diag"
	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// CodeActions offers the fixes of the diagnostics that touch span, and to skip
// a rule on the instruction. diagnostics are those of the whole file.
func CodeActions(f *df.File, span text.Span, diagnostics []diag.Diagnostic) []feature.CodeAction {
	var out []feature.CodeAction
	for i := range diagnostics {
		d := &diagnostics[i]
		if d.Span.Start > span.End || span.Start > d.Span.End {
			continue
		}
		for _, fix := range d.Fixes {
			out = append(out, feature.CodeAction{
				Title: fix.Title, Kind: feature.ActionQuickFix, Edits: fix.Edits, Diagnostic: d, Preferred: fix.Preferred,
			})
		}
		switch {
		case d.Source == diag.SourceBuildKit && d.Code != df.CodeUnchecked:
			out = append(out, skipActions(f, d)...)
		case d.Source == diag.SourcePractice:
			out = append(out, ignoreAction(f, d)...)
		}
	}
	return out
}

// FixAll is every safe fix of the file that does not collide with another, as
// one action; nil when there is none.
func FixAll(diagnostics []diag.Diagnostic) *feature.CodeAction {
	var edits []diag.FileEdit
	for _, d := range diagnostics {
		for _, fix := range d.Fixes {
			if fix.Safe && !collides(edits, fix.Edits) {
				edits = append(edits, missing(edits, fix.Edits)...)
				break
			}
		}
	}
	if len(edits) == 0 {
		return nil
	}
	return &feature.CodeAction{Title: "Fix all that can be fixed safely", Kind: feature.ActionFixAll, Edits: edits}
}

// missing returns the edits of b that a does not hold yet.
func missing(a, b []diag.FileEdit) []diag.FileEdit {
	return slices.DeleteFunc(slices.Clone(b), func(e diag.FileEdit) bool { return slices.Contains(a, e) })
}

// collides tells whether an edit of b overlaps a different one of a.
func collides(a, b []diag.FileEdit) bool {
	for _, y := range b {
		for _, x := range a {
			if x.Path != y.Path || x == y {
				continue
			}
			if x.Edit.Span.Overlaps(y.Edit.Span) || x.Edit.Span.Start == y.Edit.Span.Start {
				return true
			}
		}
	}
	return false
}
