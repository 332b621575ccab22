package bake

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/hashicorp/hcl/v2"
)

// Error is why a plan could not be made.
type Error struct {
	// Diagnostics are all independent causes, with their places.
	Diagnostics []diag.Diagnostic
	// Excerpts show the source around each cause that has a place, in the form
	// Buildx prints before its error.
	Excerpts []string
	message  string
}

// Error is the message as Buildx words it: "file:line,col-col: Summary;
// Detail", and how many more there are.
func (e *Error) Error() string { return e.message }

// newError makes an Error of diagnostics; warnings among them do not count.
func (d *Definition) newError(diags hcl.Diagnostics) *Error {
	var errs hcl.Diagnostics
	for _, diag := range distinctDiagnostics(diags) {
		if diag.Severity == hcl.DiagError {
			errs = append(errs, diag)
		}
	}
	e := &Error{message: d.errorText(errs), Diagnostics: d.convert(errs)}
	shown := map[string]bool{}
	for _, diag := range errs[:min(len(errs), maxShown)] {
		if excerpt := d.excerpt(diag); excerpt != "" && !shown[excerpt] {
			shown[excerpt] = true
			e.Excerpts = append(e.Excerpts, excerpt)
		}
	}
	return e
}

// plainError is an Error whose message names no place; diags may still have one.
func (d *Definition) plainError(message string, diags hcl.Diagnostics) *Error {
	return &Error{message: d.redact(message), Diagnostics: d.convert(diags)}
}

// errorText renders all errors in one text, a line for each.
func (d *Definition) errorText(diags hcl.Diagnostics) string {
	lines := make([]string, 0, len(diags))
	for i, diag := range diags {
		if i == maxShown {
			lines = append(lines, fmt.Sprintf("and %d more errors", len(diags)-i))
			break
		}
		lines = append(lines, d.redact(d.withPlace(diag)+diag.Summary+"; "+d.detail(diag)))
	}
	return strings.Join(lines, "\n")
}

func (d *Definition) withPlace(diag *hcl.Diagnostic) string {
	if diag.Subject == nil {
		return ""
	}
	return d.rangeText(*diag.Subject) + ": "
}

// rangeText is a range as people read it, with the file's name as typed.
func (d *Definition) rangeText(r hcl.Range) string {
	key, _, _ := strings.Cut(r.Filename, "\x00")
	s, ok := d.syntax[key]
	if !ok {
		return r.String()
	}
	line := s.line(r.Filename)
	r.Filename = s.name
	r.Start.Line += line
	r.End.Line += line
	return r.String()
}

// chunkRange matches a range of a chunk inside a message of the HCL library.
var chunkRange = regexp.MustCompile(`([^\x00\s]*)\x00(\d+)\x00:(\d+),`)

// detail is a diagnostic's detail with ranges of chunks turned into ranges of
// files.
func (d *Definition) detail(diag *hcl.Diagnostic) string {
	if !strings.Contains(diag.Detail, "\x00") {
		return diag.Detail
	}
	return chunkRange.ReplaceAllStringFunc(diag.Detail, func(m string) string {
		parts := chunkRange.FindStringSubmatch(m)
		for key, s := range d.syntax {
			if strings.HasSuffix(key, parts[1]) {
				line, _ := strconv.Atoi(parts[3])
				return fmt.Sprintf("%s:%d,", s.name, line+s.line(key+"\x00"+parts[2]+"\x00"))
			}
		}
		return m
	})
}

// redact hides the values of sensitive variables.
func (d *Definition) redact(s string) string {
	for _, secret := range d.secrets {
		s = strings.ReplaceAll(s, secret, "(sensitive)")
	}
	return s
}

// excerpt shows the lines a diagnostic is about, marked, with some around
// them; empty when it has no place.
func (d *Definition) excerpt(diag *hcl.Diagnostic) string {
	if diag.Subject == nil {
		return ""
	}
	key, _, _ := strings.Cut(diag.Subject.Filename, "\x00")
	s, ok := d.syntax[key]
	if !ok {
		return ""
	}
	span, _ := s.span(*diag.Subject)
	lines := s.Lines()
	return excerpt(s.name, lines, lines.Line(span.Start), lines.Line(max(span.End-1, span.Start)))
}

// excerpt is the source around zero-based lines first to last: four lines of
// context for one line, two for more.
func excerpt(name string, lines *text.Lines, first, last int) string {
	padding := 2
	if first == last {
		padding = 4
	}
	count := lines.Count()
	if count > 1 && lines.Text(count-1) == "" {
		count--
	}
	from, to := first, last
	for spent := 0; spent < padding; spent++ { // a round costs one more than what it adds
		if from > 0 {
			from--
			spent++
		}
		if to < count-1 {
			to++
			spent++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d\n--------------------\n", name, first+1)
	for i := from; i <= to; i++ {
		mark := "   "
		if i >= first && i <= last {
			mark = ">>>"
		}
		fmt.Fprintf(&b, "%4d | %s %s\n", i+1, mark, lines.Text(i))
	}
	b.WriteString("--------------------\n")
	return b.String()
}
