// Package check is the diagnostic passes, shared by the language server and
// `buildlens check`. Each problem has one owner: no two passes report the same.
//
//	Syntax    phase 1: what a parser alone says about the file
//	Analysis  phase 2: everything else, all that may depend on other files
//	All       both, for callers that have no phases
//
// A pass asks the snapshot for every other file it depends on, present or
// not: run it on an observed snapshot (workspace.Snapshot.Observe) to learn
// which changes make its result out of date.
package check

import (
	"cmp"
	"context"
	"slices"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/workspace"
)

// Syntax is phase 1: the problems that the file's own parser finds. It takes
// no longer than parsing. Their File is empty.
func Syntax(snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	return finish(snap, f, syntax(snap, f))
}

func syntax(snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	switch f.Language {
	case workspace.Dockerfile:
		return f.Dockerfile().Diagnostics
	case workspace.Bake:
		return f.BakeFile(nameIn(snap.Project(f.Path), f)).Syntax.Diagnostics()
	case workspace.Compose:
		return compose.ParseModel(compose.File{Name: f.Path, Path: f.Path, Data: []byte(f.Text())}).Diagnostics
	}
	return nil
}

// nameIn is what the project calls the file.
func nameIn(p *workspace.Project, f *workspace.File) string {
	for i, path := range p.Paths() {
		if path == f.Path {
			return p.Files[i]
		}
	}
	return f.Path
}

// Analysis is phase 2: the problems that Syntax does not report, which are
// lint, evaluation, references between files and the failures of builds.
// Their File is empty: all are in f. A cancelled context gives nil.
func Analysis(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	var out []diag.Diagnostic
	switch f.Language {
	case workspace.Dockerfile:
		out = lintDockerfile(ctx, snap, f)
	case workspace.Bake, workspace.Compose:
		out = definition(ctx, snap, f)
	}
	out = append(out, failures(snap, f)...)
	if ctx.Err() != nil {
		return nil
	}
	return finish(snap, f, out)
}

// All is Syntax and Analysis together, sorted by place.
func All(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	out := slices.Concat(Syntax(snap, f), Analysis(ctx, snap, f))
	sortByPlace(out)
	return out
}

// finish gives diagnostics the severities that are set, and their order.
func finish(snap *workspace.Snapshot, f *workspace.File, list []diag.Diagnostic) []diag.Diagnostic {
	rules := snap.Settings(f.Path).Lint.Rules
	out := make([]diag.Diagnostic, 0, len(list))
	for _, d := range list {
		if rule, ok := rules[d.Code]; ok {
			if rule == settings.SeverityOff {
				continue
			}
			if s, ok := severities[rule]; ok {
				d.Severity = s
			}
		}
		d.File = ""
		d.Span.End = min(d.Span.End, len(f.Text())) // a parser may point behind the last byte
		d.Span.Start = min(d.Span.Start, d.Span.End)
		out = append(out, d)
	}
	sortByPlace(out)
	return out
}

var severities = map[settings.Severity]diag.Severity{
	settings.SeverityHint: diag.Hint, settings.SeverityInfo: diag.Information,
	settings.SeverityWarning: diag.Warning, settings.SeverityError: diag.Error,
}

func sortByPlace(list []diag.Diagnostic) {
	slices.SortStableFunc(list, func(a, b diag.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), cmp.Compare(a.Code, b.Code))
	})
}
