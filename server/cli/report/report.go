// Package report prints the findings of `buildlens check` for people and for
// programs: text with excerpts, JSON, SARIF 2.1.0 and GitHub workflow commands.
package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// A Finding is one diagnostic with the text it speaks of.
type Finding struct {
	diag.Diagnostic             // File is the path as it is to be printed
	Lines           *text.Lines // of that file; never nil
}

// Formats are the names that --format takes.
var Formats = []string{"text", "json", "sarif", "github"}

// Write prints findings in a format, sorted by file and place. version is the
// program's own, for formats that name their producer.
func Write(w io.Writer, format, version string, findings []Finding) error {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Code, b.Code))
	})
	switch format {
	case "text":
		return writeText(w, sorted)
	case "json":
		return writeJSON(w, sorted)
	case "sarif":
		return writeSARIF(w, version, sorted)
	case "github":
		return writeGitHub(w, sorted)
	}
	return fmt.Errorf("unknown format %q, expected one of %v", format, Formats)
}

// Worst is the gravest severity among findings, or 0 when there is none.
func Worst(findings []Finding) diag.Severity {
	var worst diag.Severity
	for _, f := range findings {
		if worst == 0 || f.Severity < worst {
			worst = f.Severity
		}
	}
	return worst
}

func (f Finding) start() text.Position { return f.Lines.Position(f.Span.Start) }
func (f Finding) end() text.Position   { return f.Lines.Position(f.Span.End) }
