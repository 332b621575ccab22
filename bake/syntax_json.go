package bake

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/json"
	"go.yaml.in/yaml/v4"
)

// topSchema lists the blocks a definition is made of.
var topSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "function", LabelNames: []string{"name"}},
	{Type: "group", LabelNames: []string{"name"}},
	{Type: "target", LabelNames: []string{"name"}},
}}

// nestedSchema lists the blocks that may stand in a block.
var nestedSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "validation"}}}

// parseJSON parses the whole file as one chunk: JSON has no order in which a
// part of it could be told from the rest without parsing it.
func (s *Syntax) parseJSON() {
	c := &chunk{id: s.newID(), text: string(s.data)}
	s.add(placedChunk{chunk: c})
	if deepText(c.text) {
		c.diags = hcl.Diagnostics{tooDeepDiagnostic(c.id)}
		return
	}
	file, diags := json.Parse(s.data, c.id)
	c.diags = diags
	if file == nil || file.Body == nil || diags.HasErrors() {
		return
	}
	content, rest, diags := file.Body.PartialContent(topSchema)
	c.diags = append(c.diags, diags...)
	c.blocks = jsonBlocks(content.Blocks)
	c.attrs, diags = jsonAttributes(rest)
	c.diags = append(c.diags, diags...)
}

// jsonBlocks turns JSON blocks into ours, in source order.
func jsonBlocks(list hcl.Blocks) []*block {
	var blocks []*block
	for _, b := range list {
		out := &block{kind: b.Type, kindRange: b.TypeRange, rng: b.DefRange, open: b.Body.MissingItemRange()}
		for i, name := range b.Labels {
			out.labels = append(out.labels, label{name: name, rng: b.LabelRanges[i]})
			out.rng = hcl.RangeBetween(b.LabelRanges[0], out.open)
		}
		rest := b.Body
		if b.Type == "variable" {
			var content *hcl.BodyContent
			content, rest, _ = b.Body.PartialContent(nestedSchema)
			out.blocks = jsonBlocks(content.Blocks)
		}
		out.attrs, _ = jsonAttributes(rest)
		for _, a := range out.attrs {
			out.rng = hcl.RangeOver(out.rng, a.rng)
		}
		blocks = append(blocks, out)
	}
	slices.SortStableFunc(blocks, func(a, b *block) int { return cmp.Compare(a.rng.Start.Byte, b.rng.Start.Byte) })
	return blocks
}

// jsonAttributes lists the attributes of a JSON body. Where one is set twice
// the first counts, without a word: that is what Buildx does.
func jsonAttributes(body hcl.Body) ([]*attribute, hcl.Diagnostics) {
	found, diags := body.JustAttributes()
	diags = slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return d.Summary == "Duplicate attribute definition" })
	var attrs []*attribute
	for _, a := range found {
		attrs = append(attrs, newAttribute(a.Name, a.NameRange, a.Range, a.Expr))
	}
	slices.SortFunc(attrs, func(a, b *attribute) int {
		return cmp.Compare(a.nameRange.Start.Byte, b.nameRange.Start.Byte)
	})
	return attrs, diags
}

// sniff decides the kind of a file whose name does not tell, in the order in
// which Buildx tries: Compose (a mapping that has services), HCL, JSON. A
// text that is none of them is taken for HCL, whose errors say most.
func sniff(data []byte) Kind {
	var top struct {
		Services map[string]any `yaml:"services"`
	}
	if !deepText(string(data)) && yaml.Unmarshal(data, &top) == nil && len(top.Services) > 0 {
		return KindCompose
	}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		return KindJSON
	}
	return KindHCL
}
