package handler

import (
	"context"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/dockerfile"
	"go.lsp.dev/protocol"
)

// codeActions offers the fixes of the problems in a range, and all safe fixes
// of the file at once.
func (s *Server) codeActions(_ context.Context, q *query, r *request) (any, error) {
	found := s.publisher.Found(q.file)
	var actions []feature.CodeAction
	if wanted(r.Context.Only, feature.ActionQuickFix) {
		fixes := q.language.Actions
		if fixes == nil {
			fixes = quickFixes
		}
		actions = fixes(q.file, q.Span(r.Range), found)
	}
	if wanted(r.Context.Only, feature.ActionFixAll) {
		if all := dockerfile.FixAll(found); all != nil {
			actions = append(actions, *all)
		}
	}
	return q.CodeActions(actions), nil
}

// wanted tells whether a client that asks for the kinds in only wants kind:
// "source" stands for "source.fixAll" too, and nothing for everything.
func wanted(only []protocol.CodeActionKind, kind feature.ActionKind) bool {
	name := string(convert.ActionKind(kind))
	return len(only) == 0 || slices.ContainsFunc(only, func(o protocol.CodeActionKind) bool {
		return o == "" || name == string(o) || strings.HasPrefix(name, string(o)+".")
	})
}

func quickFixes(_ *workspace.File, span text.Span, found []diag.Diagnostic) []feature.CodeAction {
	var out []feature.CodeAction
	for i := range found {
		d := &found[i]
		if !d.Span.Overlaps(span) && !d.Span.Contains(span.Start) && !d.Span.Contains(span.End) {
			continue
		}
		for _, fix := range d.Fixes {
			out = append(out, feature.CodeAction{
				Title: fix.Title, Kind: feature.ActionQuickFix, Edits: fix.Edits, Diagnostic: d, Preferred: fix.Preferred,
			})
		}
	}
	return out
}
