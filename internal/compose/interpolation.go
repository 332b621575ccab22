package compose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// An Interpolation is one "$NAME" or "${NAME...}" of a file.
type Interpolation struct {
	Name     string // of the variable
	NameSpan text.Span
	Span     text.Span // from the dollar to the last byte
	Operator string    // ":-", "-", ":?", "?", ":+", "+" or ""
	Operand  string    // what follows the operator: a default, an error or a replacement, itself not interpolated
}

// substitutions matches a reference's start; escaped dollars are matched too, so that they are stepped over.
var substitutions = regexp.MustCompile(`\$(?:\$|([_a-zA-Z][_a-zA-Z0-9]*)|\{([_a-zA-Z][_a-zA-Z0-9]*)(:?[-?+])?)`)

// Interpolations lists the references in the values of the file, in order;
// nested ones follow the one they stand in. Keys and comments have none.
func (m *Model) Interpolations() []Interpolation {
	seen := map[*Node]bool{}
	var list []Interpolation
	var walk func(n *Node)
	walk = func(n *Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		if n.Kind == Scalar {
			list = append(list, findInterpolations(m.spans.src, n.Span)...)
		}
		for _, e := range n.Entries {
			walk(e.Value)
		}
		for _, item := range n.Items {
			walk(item)
		}
	}
	for _, n := range m.Documents {
		walk(n)
	}
	slices.SortStableFunc(list, func(a, b Interpolation) int { return a.Span.Start - b.Span.Start })
	return list
}

func findInterpolations(src string, within text.Span) []Interpolation {
	var list []Interpolation
	at := within.Start
	for at < within.End {
		match := substitutions.FindStringSubmatchIndex(src[at:within.End])
		if match == nil {
			break
		}
		group := func(i int) text.Span {
			if match[2*i] < 0 {
				return text.Span{}
			}
			return text.Span{Start: at + match[2*i], End: at + match[2*i+1]}
		}
		whole, bare, braced, operator := group(0), group(1), group(2), group(3)
		at = whole.End
		switch {
		case bare.Len() > 0:
			list = append(list, Interpolation{Name: bare.In(src), NameSpan: bare, Span: whole})
		case braced.Len() > 0:
			i := Interpolation{Name: braced.In(src), NameSpan: braced, Operator: operator.In(src)}
			end := closingBrace(src, whole.End, within.End)
			i.Operand = src[whole.End:end]
			i.Span = text.Span{Start: whole.Start, End: min(end+1, within.End)}
			list = append(list, i)
			// The loop goes on behind the operator, so nested references are found next.
		}
	}
	return list
}

// closingBrace is the offset of the brace that closes a reference whose inside
// starts at the offset; end when there is none.
func closingBrace(src string, at, end int) int {
	depth := 1
	for ; at < end; at++ {
		switch {
		case strings.HasPrefix(src[at:end], "${"):
			depth++
			at++
		case src[at] == '}':
			if depth--; depth == 0 {
				return at
			}
		}
	}
	return end
}

// Expand is the reference's value in the project's environment; ok is false
// when it is required and unset, or malformed.
func (p *Project) Expand(m *Model, i Interpolation) (value string, ok bool) {
	value, err := template.SubstituteWithOptions(i.Span.In(m.spans.src), func(name string) (string, bool) {
		v, ok := p.Environment[name]
		return v, ok
	}, template.WithoutLogging)
	return value, err == nil
}

// unsetWarnings reports plain references to variables that are not set: they
// silently become empty. Only what Bake looks at counts.
func (s *stages) unsetWarnings(models []*Model) []diag.Diagnostic {
	var diags []diag.Diagnostic
	for _, m := range models {
		if m.Referenced {
			continue // its environment may be another one
		}
		for _, i := range m.Interpolations() {
			if _, ok := s.env[i.Name]; ok || i.Operator != "" || !m.bakeSees(i.Span) {
				continue
			}
			diags = append(diags, diag.Diagnostic{
				File:     m.File.label(),
				Span:     i.Span,
				Severity: diag.Warning,
				Source:   diag.SourceCompose,
				Code:     "unset-variable",
				Message:  fmt.Sprintf("The %q variable is not set. Defaulting to a blank string.", i.Name),
			})
		}
	}
	return diags
}

// bakeSees tells whether a span lies in an attribute that Bake looks at.
func (m *Model) bakeSees(span text.Span) bool {
	s := m.ServiceAt(span.Start)
	if s == nil {
		return true
	}
	for _, key := range bakeServiceKeys {
		if e, ok := s.Attr(key); ok && e.Value.Span.Encloses(span) {
			return true
		}
	}
	return false
}
