package bake

import (
	"github.com/buildlens/buildlens/internal/text"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A Block is a block as it is written, of whatever kind.
type Block struct {
	Kind       string // "target", "validation" ...
	KindSpan   text.Span
	Labels     []Label
	Span       text.Span // the whole block
	Attributes []Attribute
	Blocks     []Block
}

// Name is the block's first label, or "".
func (b Block) Name() string {
	if len(b.Labels) == 0 {
		return ""
	}
	return b.Labels[0].Text
}

// A Label is one label of a block; its span is inside the quotes.
type Label struct {
	Text string
	Span text.Span
}

// An Attribute is "name = value" as it is written.
type Attribute struct {
	Name     string
	NameSpan text.Span
	Span     text.Span // name and value
	Value    Node
}

// A Node is an expression as it is written, as far as its parts matter to
// features: strings, lists and maps.
type Node struct {
	Span    text.Span
	Inner   text.Span // inside the quotes of a string; else Span
	Text    string    // of a literal string
	Literal bool      // a string without any name in it
	Items   []Node    // of a list
	Entries []Entry   // of a map
}

// An Entry is one "key = value" of a map. Key is empty when it is computed.
type Entry struct {
	Key     string
	KeySpan text.Span
	Value   Node
}

// Blocks lists the file's top-level blocks in source order. Compose files
// have none.
func (s *Syntax) Blocks() []Block {
	var out []Block
	for _, c := range s.chunks {
		for _, b := range c.blocks {
			out = append(out, s.outline(b))
		}
	}
	return out
}

// Attributes lists the file's top-level attributes in source order.
func (s *Syntax) Attributes() []Attribute {
	var out []Attribute
	for _, c := range s.chunks {
		out = append(out, s.attributes(c.attrs)...)
	}
	return out
}

// BlockAt is the top-level block whose text, up to its closing brace, holds
// the offset.
func (s *Syntax) BlockAt(offset int) (Block, bool) {
	for i := len(s.chunks) - 1; i >= 0; i-- {
		if s.chunks[i].start > offset {
			continue
		}
		for _, b := range s.chunks[i].blocks {
			if span, _ := s.span(b.rng); span.Contains(offset) {
				return s.outline(b), true
			}
		}
		break
	}
	return Block{}, false
}

func (s *Syntax) outline(b *block) Block {
	out := Block{Kind: b.kind, Attributes: s.attributes(b.attrs)}
	out.KindSpan, _ = s.span(b.kindRange)
	out.Span, _ = s.span(b.rng)
	for _, l := range b.labels {
		span, _ := s.span(l.inner())
		out.Labels = append(out.Labels, Label{Text: l.name, Span: span})
	}
	for _, nested := range b.blocks {
		out.Blocks = append(out.Blocks, s.outline(nested))
	}
	return out
}

func (s *Syntax) attributes(attrs []*attribute) []Attribute {
	out := make([]Attribute, 0, len(attrs))
	for _, a := range attrs {
		one := Attribute{Name: a.name, Value: s.node(a.expr)}
		one.NameSpan, _ = s.span(a.nameRange)
		one.Span, _ = s.span(a.rng)
		out = append(out, one)
	}
	return out
}

func (s *Syntax) node(expr hcl.Expression) Node {
	var n Node
	n.Span, _ = s.span(expr.Range())
	n.Inner = n.Span
	if call, ok := expr.(*hclsyntax.FunctionCallExpr); ok && call != nil {
		return n
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, pair := range pairs {
			n.Entries = append(n.Entries, s.entry(pair))
		}
		return n
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, e := range list {
			n.Items = append(n.Items, s.node(e))
		}
		return n
	}
	if n.Text, n.Literal = literal(expr); n.Literal {
		n.Inner = s.insideQuotes(n.Span)
	}
	return n
}

func (s *Syntax) entry(pair hcl.KeyValuePair) Entry {
	e := Entry{Value: s.node(pair.Value)}
	e.KeySpan, _ = s.span(pair.Key.Range())
	if key := hcl.ExprAsKeyword(pair.Key); key != "" {
		e.Key = key
	} else {
		e.Key, _ = literal(pair.Key)
	}
	e.KeySpan = s.insideQuotes(e.KeySpan)
	return e
}

// insideQuotes is a span without the quotes it may have.
func (s *Syntax) insideQuotes(span text.Span) text.Span {
	if span.Len() >= 2 && span.Start >= 0 && span.End <= len(s.data) && s.data[span.Start] == '"' && s.data[span.End-1] == '"' {
		return text.Span{Start: span.Start + 1, End: span.End - 1}
	}
	return span
}

// Syntax is the parsed form of one of the definition's files, by its path, or
// by its name where it has none; nil when there is no such file.
func (d *Definition) Syntax(file string) *Syntax { return d.syntax[file] }

// AttributesOf lists what the block that declares decl says, as written. For
// services of Compose files it is nil: the Compose model has theirs.
func (d *Definition) AttributesOf(decl Declaration) []Attribute {
	s := d.syntax[decl.Place.File]
	if s == nil {
		return nil
	}
	if decl.Kind == DeclGlobal {
		for _, a := range s.Attributes() {
			if a.Name == decl.Name {
				return []Attribute{a}
			}
		}
		return nil
	}
	b, ok := s.BlockAt(decl.Name_.Span.Start)
	if !ok {
		return nil
	}
	return b.Attributes
}
