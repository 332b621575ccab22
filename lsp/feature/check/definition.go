package check

import (
	"context"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
)

// definition checks a Bake or Compose file as a part of its project: what the
// evaluator finds, and what its targets refer to.
func definition(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	p := snap.Project(f.Path)
	if p == nil {
		return nil
	}
	def, err := snap.Definition(ctx, p)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return []diag.Diagnostic{{
			Span: f.Lines().Span(0), Severity: diag.Error, Source: diag.SourceBake, Code: "unreadable-project",
			Message: "The definition this file belongs to cannot be read: " + err.Error() + ".",
		}}
	}
	reported := known(syntax(snap, f))
	var out []diag.Diagnostic
	for _, d := range def.Diagnostics(ctx) {
		here := d.File == f.Path || d.File == "" && f.Path == p.Paths()[0]
		if here && !reported[identity{d.Span, d.Message}] {
			out = append(out, d)
		}
	}
	r := &references{ctx: ctx, snap: snap, file: f, project: p, def: def}
	return append(out, r.check()...)
}

// identity tells diagnostics apart.
type identity struct {
	span    text.Span
	message string
}

func known(list []diag.Diagnostic) map[identity]bool {
	out := make(map[identity]bool, len(list))
	for _, d := range list {
		out[identity{d.Span, d.Message}] = true
	}
	return out
}
