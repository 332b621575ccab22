package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
)

// maxRelated bounds the lines of related text shown below one finding.
const maxRelated = 12

// writeText prints findings as compilers do: place, severity and message, then
// the line with the range underlined.
func writeText(w io.Writer, findings []Finding) error {
	out := bufio.NewWriter(w)
	for _, f := range findings {
		fmt.Fprintf(out, "%s:%s: %s: %s%s\n", f.File, f.start(), f.Severity, f.Message, code(f.Diagnostic))
		excerpt(out, f)
		related := f.Related
		if len(related) > maxRelated {
			related = related[:maxRelated]
		}
		for _, r := range related {
			fmt.Fprintf(out, "     = %s\n", r.Message)
		}
		for _, fix := range f.Fixes {
			fmt.Fprintf(out, "     = fix: %s\n", fix.Title)
		}
	}
	if n := len(findings); n > 0 {
		fmt.Fprintf(out, "\n%s\n", summary(findings))
	}
	return out.Flush()
}

func code(d diag.Diagnostic) string {
	switch {
	case d.Code == "":
		return ""
	case d.URL == "":
		return " [" + d.Code + "]"
	}
	return " [" + d.Code + "] " + d.URL
}

// excerpt shows the first line of the range. Tabs stay tabs in both rows, so
// that the underline fits whatever width the terminal gives them.
func excerpt(w io.Writer, f Finding) {
	start, end := f.start(), f.end()
	line := f.Lines.Text(start.Line - 1)
	if strings.TrimSpace(line) == "" {
		return
	}
	from := min(start.Column-1, len(line))
	to := len(line)
	if end.Line == start.Line {
		to = min(max(end.Column-1, from+1), len(line))
	}
	pad := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, line[:from])
	marked := max(len([]rune(line[from:max(to, from)])), 1)
	fmt.Fprintf(w, "%4d | %s\n     | %s%s\n", start.Line, line, pad, strings.Repeat("^", marked))
}

func summary(findings []Finding) string {
	counts := map[diag.Severity]int{}
	files := map[string]bool{}
	for _, f := range findings {
		counts[f.Severity]++
		files[f.File] = true
	}
	var parts []string
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Information, diag.Hint} {
		if n := counts[s]; n > 0 {
			parts = append(parts, plural(n, s.String()))
		}
	}
	return strings.Join(parts, ", ") + " in " + plural(len(files), "file")
}

func plural(n int, noun string) string {
	if n == 1 || noun == "info" {
		return fmt.Sprintf("%d %s", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
