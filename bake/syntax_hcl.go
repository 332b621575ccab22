package bake

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// parseChunk parses one top-level item.
func parseChunk(id, body string, tooDeep bool) *chunk {
	c := &chunk{id: id, text: body}
	if tooDeep {
		c.diags = hcl.Diagnostics{tooDeepDiagnostic(id)}
		return c
	}
	file, diags := hclsyntax.ParseConfig([]byte(body), id, hcl.InitialPos)
	c.diags = withoutEchoes(diags)
	pointAtHeredoc(c)
	if root, ok := file.Body.(*hclsyntax.Body); ok {
		c.attrs, c.blocks = bodyItems(root)
	}
	return c
}

// withoutEchoes keeps the first error of each line, and nothing behind a
// string that is not closed: the rest follows from those.
func withoutEchoes(diags hcl.Diagnostics) hcl.Diagnostics {
	lines := map[int]bool{}
	var out hcl.Diagnostics
	for _, d := range diags {
		if d.Subject == nil || lines[d.Subject.Start.Line] {
			continue
		}
		lines[d.Subject.Start.Line] = true
		out = append(out, d)
		switch d.Summary {
		case "Invalid multi-line string", "Unterminated template string":
			return out
		}
	}
	return out
}

var heredocStart = regexp.MustCompile(`<<-?[\pL_][\pL\pN_-]*\r?\n`)

// pointAtHeredoc moves the error for a heredoc without an end from the end of
// the text to where the heredoc begins.
func pointAtHeredoc(c *chunk) {
	for _, d := range c.diags {
		if d.Summary != "Unterminated template string" || d.Subject == nil || d.Subject.Start.Byte < len(c.text) {
			continue
		}
		starts := heredocStart.FindAllStringIndex(c.text, -1)
		if len(starts) == 0 {
			continue
		}
		start := starts[len(starts)-1][0]
		line := strings.Count(c.text[:start], "\n")
		column := utf8.RuneCountInString(c.text[strings.LastIndexByte(c.text[:start], '\n')+1 : start])
		at := hcl.Pos{Line: line + 1, Column: column + 1, Byte: start}
		end := at
		end.Byte += 2
		end.Column += 2
		d.Subject = &hcl.Range{Filename: c.id, Start: at, End: end}
	}
}

func tooDeepDiagnostic(id string) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Nested too deeply",
		Detail:   fmt.Sprintf("Expressions may be nested %d levels deep and hold %d operators, and numbers %d digits.", maxNesting, maxOperators, maxDigits),
		Subject:  &hcl.Range{Filename: id, Start: hcl.InitialPos, End: hcl.InitialPos},
	}
}

// bodyItems turns a body of the HCL library into ours, in source order.
func bodyItems(body *hclsyntax.Body) ([]*attribute, []*block) {
	var attrs []*attribute
	for _, a := range body.Attributes {
		countLoops(a.Expr)
		attrs = append(attrs, newAttribute(a.Name, a.NameRange, a.SrcRange, a.Expr))
	}
	slices.SortFunc(attrs, func(a, b *attribute) int {
		return cmp.Compare(a.nameRange.Start.Byte, b.nameRange.Start.Byte)
	})
	var blocks []*block
	for _, b := range body.Blocks {
		blocks = append(blocks, blockOf(b))
	}
	return attrs, blocks
}

func blockOf(b *hclsyntax.Block) *block {
	out := &block{kind: b.Type, kindRange: b.TypeRange, rng: b.Range()}
	for i, name := range b.Labels {
		out.labels = append(out.labels, label{name: name, rng: b.LabelRanges[i]})
	}
	out.attrs, out.blocks = bodyItems(b.Body)
	out.rng = hcl.RangeBetween(b.TypeRange, b.CloseBraceRange)
	if b.CloseBraceRange == (hcl.Range{}) || out.rng.End.Byte < b.Body.SrcRange.End.Byte {
		out.rng = hcl.RangeBetween(b.TypeRange, b.Body.SrcRange)
	}
	out.open = b.Body.MissingItemRange()
	return out
}
