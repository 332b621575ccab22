package bake

import (
	"cmp"
	"fmt"
	"slices"

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

func tooDeepDiagnostic(id string) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Nested too deeply",
		Detail:   fmt.Sprintf("Expressions may be nested %d levels deep and hold %d operators.", maxNesting, maxOperators),
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
