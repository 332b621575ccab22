package bakefile

import (
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// json decides by where the offset is in the tree: names of properties, or
// their values.
func (c *completer) json() {
	at := c.at
	switch {
	case at.Header != nil:
		if len(at.Header.Labels) > 0 && at.Header.Label().Span.Contains(c.offset) {
			c.labels(at.Header.Kind.Text, at.Header.Label().Span)
		}
	case at.Attr != nil && at.Attr.Sep >= 0 && c.offset >= at.Attr.Sep:
		c.jsonValue()
	case at.Block == c.tree.Root:
		for _, k := range topBlocks {
			c.property(k.name, feature.CompleteBlock, "object", k.doc, "{\n  \"$1\": {\n    $0\n  }\n}")
		}
	case len(at.Block.Labels) == 0 && at.Block.Kind.Text != "validation":
		c.labels(at.Block.Kind.Text, c.key().inner)
	default:
		c.jsonAttributes(at.Block)
	}
}

func (c *completer) jsonAttributes(b *tree.Block) {
	for _, a := range schemas[b.Kind.Text] {
		if have := b.Attr(a.name); have != nil && !have.Span.Contains(c.offset) {
			continue
		}
		c.property(a.name, feature.CompleteProperty, shapes[a.shape].label, a.markdown(), shapes[a.shape].json)
	}
	if b.Kind.Text == "variable" {
		c.property("validation", feature.CompleteBlock, "object", validationBlock.doc, "{\n  \"condition\": \"\\${$1}\",\n  \"error_message\": \"$2\"\n}")
	}
}

// A jsonKey is the property name at the offset: with its quotes, and inside
// them. Both are empty where none has been typed.
type jsonKey struct {
	outer, inner text.Span
	open         bool // the quote has been typed
	valued       bool // a value follows
}

// key finds the property name at the offset.
func (c *completer) key() jsonKey {
	if a := c.at.Attr; a != nil && a.Name.Span.Contains(c.offset) {
		outer := text.Span{Start: a.Name.Span.Start - 1, End: a.Name.Span.End}
		if src := c.file.Text(); outer.End < len(src) && src[outer.End] == '"' {
			outer.End++
		}
		return jsonKey{outer, a.Name.Span, true, a.Sep >= 0}
	}
	word := c.word()
	return jsonKey{outer: word, inner: word}
}

// property proposes a property: its name alone where a value follows already,
// else with the beginning of one.
func (c *completer) property(name string, kind feature.CompletionKind, detail, doc, value string) {
	key := c.key()
	item := feature.CompletionItem{
		Label: name, Kind: kind, Detail: detail, Documentation: doc, FilterText: quote(name),
		Replace: key.outer, Insert: quote(name) + ": " + value, Snippet: true, Plain: quote(name) + ": ",
	}
	if key.open && key.valued {
		item.Replace, item.Insert, item.Snippet, item.FilterText = key.inner, name, false, ""
	}
	c.add(item)
}

// jsonValue proposes what can stand in a value. Expressions stand in strings.
func (c *completer) jsonValue() {
	e := c.at.Expr()
	if e != nil && e.Kind == tree.String {
		if c.inText(e) {
			c.inString(e)
		} else if e.Inner.Contains(c.offset) {
			c.expression()
		}
		return
	}
	if c.innermost(tree.String) != nil {
		c.expression()
		return
	}
	if object := c.innermost(tree.Object); object != nil && c.keyPosition() {
		c.keys(object, false)
		return
	}
	c.quoted()
	if a := attributeOf(c.at.Block.Kind.Text, c.attr()); a != nil && a.shape == boolean {
		for _, b := range yesNo {
			c.add(feature.CompletionItem{Label: b.name, Kind: feature.CompleteKeyword, Replace: c.word(), Insert: b.name})
		}
	}
}
