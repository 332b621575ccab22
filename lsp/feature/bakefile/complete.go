package bakefile

import (
	"context"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// Complete proposes what can stand at the offset: blocks, attributes, names,
// variables, functions, enumerated values, and the stages and ARGs of the
// target's Dockerfile.
func Complete(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) feature.CompletionList {
	v := newView(ctx, snap, f)
	c := &completer{view: v, offset: offset, at: v.tree.At(offset)}
	if v.tree.JSON {
		c.json()
	} else {
		c.hcl()
	}
	c.keepToLine()
	return feature.CompletionList{Items: c.items}
}

// keepToLine cuts what proposals replace to the line of the offset, which
// editors ask for: a string that was never closed may reach further.
func (c *completer) keepToLine() {
	lines := c.file.Lines()
	line := lines.Span(lines.Line(c.offset))
	for i := range c.items {
		r := &c.items[i].Replace
		r.Start, r.End = max(r.Start, line.Start), max(min(r.End, line.End), c.offset)
	}
}

// A completer gathers proposals for one offset.
type completer struct {
	*view
	offset int
	at     tree.Path
	items  []feature.CompletionItem
}

func (c *completer) add(item feature.CompletionItem) { c.items = append(c.items, item) }

// word is the name around the offset.
func (c *completer) word() text.Span {
	src := c.file.Text()
	s := text.At(c.offset)
	for s.Start > 0 && nameByte(src[s.Start-1]) {
		s.Start--
	}
	for s.End < len(src) && nameByte(src[s.End]) {
		s.End++
	}
	return s
}

func nameByte(c byte) bool {
	return c == '_' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// hcl decides by where the offset is in the tree.
func (c *completer) hcl() {
	at := c.at
	switch {
	case at.Header != nil:
		c.header(at.Header)
	case at.Attr != nil && at.Attr.Sep >= 0 && c.offset >= at.Attr.Sep:
		c.value()
	case !c.startsLine():
	case at.Block == c.tree.Root:
		c.topLevel()
	default:
		c.attributes(at.Block)
	}
}

// startsLine tells whether only blanks, or the brace of a one-line block, stand
// before the word at the offset.
func (c *completer) startsLine() bool {
	lines := c.file.Lines()
	word := c.word()
	before := strings.TrimSpace(c.file.Text()[lines.Start(lines.Line(word.Start)):word.Start])
	return before == "" || strings.HasSuffix(before, "{") && !strings.HasPrefix(before, "#") && !strings.HasPrefix(before, "//")
}

func (c *completer) topLevel() {
	for _, k := range topBlocks {
		c.add(feature.CompletionItem{
			Label: k.name, Kind: feature.CompleteBlock, Detail: "block", Documentation: k.doc,
			Replace: c.word(), Insert: k.body, Snippet: true, Plain: k.name + " \"\" {\n}",
		})
	}
}

// header proposes kinds of blocks, and as labels what other files declare: a
// block of the same name is merged with those.
func (c *completer) header(b *tree.Block) {
	switch {
	case b.Kind.Span.Contains(c.offset):
		for _, k := range topBlocks {
			c.add(feature.CompletionItem{Label: k.name, Kind: feature.CompleteBlock, Documentation: k.doc, Replace: b.Kind.Span, Insert: k.name})
		}
	case len(b.Labels) > 0 && b.Label().Span.Contains(c.offset):
		c.labels(b.Kind.Text, b.Label().Span)
	}
}

func (c *completer) labels(kind string, replace text.Span) {
	for _, s := range c.sources() {
		if s.file == c.file {
			continue
		}
		for _, b := range s.tree.Blocks() {
			if b.Kind.Text == kind && !c.has(b.Label().Text) && b.Label().Text != "" {
				c.add(feature.CompletionItem{
					Label: b.Label().Text, Kind: feature.CompleteTarget, Detail: "merge with " + s.file.Path[strings.LastIndexByte(s.file.Path, '/')+1:],
					Replace: replace, Insert: b.Label().Text,
				})
			}
		}
	}
}

func (c *completer) has(label string) bool {
	return slices.ContainsFunc(c.items, func(i feature.CompletionItem) bool { return i.Label == label })
}

// attributes proposes the attributes a block does not have yet.
func (c *completer) attributes(b *tree.Block) {
	word := c.word()
	for _, a := range schemas[b.Kind.Text] {
		if have := b.Attr(a.name); have != nil && !have.Name.Span.Contains(c.offset) {
			continue
		}
		c.add(feature.CompletionItem{
			Label: a.name, Kind: feature.CompleteProperty, Detail: shapes[a.shape].label, Documentation: a.markdown(),
			Replace: word, Insert: a.name + " = " + shapes[a.shape].hcl, Snippet: true, Plain: a.name + " = ", Retrigger: true,
		})
	}
	if b.Kind.Text == "variable" {
		c.add(feature.CompletionItem{
			Label: "validation", Kind: feature.CompleteBlock, Detail: "block", Documentation: validationBlock.doc,
			Replace: word, Insert: validationBlock.body, Snippet: true, Plain: "validation {\n}",
		})
	}
}

// value proposes what can stand in an attribute's value.
func (c *completer) value() {
	e := c.at.Expr()
	if e != nil && e.Kind == tree.String && c.inText(e) {
		c.inString(e)
		return
	}
	if c.at.Block.Kind.Text == "function" && c.at.Attr.Name.Text != "result" {
		return
	}
	if c.keyPosition() {
		c.keys(c.innermost(tree.Object), false)
		return
	}
	if !c.insideTemplate() && !c.afterDot() {
		c.quoted()
	}
	c.expression()
}

// inText tells whether the offset is in a string's own text, not in an
// interpolation.
func (c *completer) inText(e *tree.Expr) bool {
	if !e.Inner.Contains(c.offset) {
		return false
	}
	before := c.file.Text()[e.Inner.Start:c.offset]
	open := max(strings.LastIndex(before, "${"), strings.LastIndex(before, "%{"))
	return open < 0 || strings.Contains(before[open:], "}")
}

// insideTemplate tells whether the offset is in an interpolation.
func (c *completer) insideTemplate() bool { return c.innermost(tree.String) != nil }

// innermost finds the innermost expression of a kind around the offset, or nil.
func (c *completer) innermost(kind tree.Kind) *tree.Expr {
	for _, e := range slices.Backward(c.at.Exprs) {
		if e.Kind == kind && e.Inner.Contains(c.offset) {
			return e
		}
	}
	return nil
}

// keyPosition tells whether the offset is where a key of an object stands.
func (c *completer) keyPosition() bool {
	object := c.innermost(tree.Object)
	if object == nil || c.insideTemplate() {
		return false
	}
	for _, e := range c.at.Exprs {
		if e.Span.Start > object.Span.Start && bracket(e.Kind) && e.Inner.Contains(c.offset) {
			return false
		}
	}
	for _, entry := range object.Entries {
		if entry.Span.Contains(c.offset) {
			return entry.Sep < 0 || c.offset < entry.Sep
		}
	}
	return true
}

func bracket(k tree.Kind) bool {
	return k == tree.List || k == tree.Call || k == tree.Paren || k == tree.For
}

// afterDot tells whether a step of a reference is being typed.
func (c *completer) afterDot() bool {
	word := c.word()
	return word.Start > 0 && c.file.Text()[word.Start-1] == '.'
}

// quoted proposes string values where no quote has been typed.
func (c *completer) quoted() {
	word := c.word()
	for _, p := range c.proposals() {
		c.add(p.item(word, quote(p.value())))
	}
}

// expression proposes names that an expression can use.
func (c *completer) expression() {
	word := c.word()
	if c.afterDot() {
		c.steps(word)
		return
	}
	c.variables(word)
	c.functions(word)
	if a := attributeOf(c.at.Block.Kind.Text, c.at.Attr.Name.Text); a != nil && a.shape == typeOf {
		c.items = nil
		for _, t := range a.values {
			c.add(feature.CompletionItem{Label: t.name, Kind: feature.CompleteValue, Documentation: t.doc, Replace: word, Insert: t.name})
		}
	}
	if a := attributeOf(c.at.Block.Kind.Text, c.at.Attr.Name.Text); a != nil && a.shape == boolean {
		for _, b := range yesNo {
			c.add(feature.CompletionItem{Label: b.name, Kind: feature.CompleteKeyword, Replace: word, Insert: b.name, SortText: "0" + b.name})
		}
	}
}

func (c *completer) variables(word text.Span) {
	for _, w := range localsOf(c.at.Block) {
		c.add(feature.CompletionItem{Label: w.Text, Kind: feature.CompleteVariable, Detail: "local to this " + c.at.Block.Kind.Text, Replace: word, Insert: w.Text, SortText: "1" + w.Text})
	}
	for _, e := range c.at.Exprs {
		for _, w := range e.Locals {
			c.add(feature.CompletionItem{Label: w.Text, Kind: feature.CompleteVariable, Detail: "of the for expression", Replace: word, Insert: w.Text, SortText: "1" + w.Text})
		}
	}
	for _, s := range c.sources() {
		for _, a := range s.tree.Root.Attrs() {
			if a.Sep >= 0 {
				c.variable(s, a.Name, a.Value, word)
			}
		}
		for _, b := range s.tree.Blocks() {
			if b.Kind.Text == "variable" && b.Label().Text != "" {
				var value *tree.Expr
				if a := b.Attr("default"); a != nil {
					value = a.Value
				}
				c.variable(s, b.Label(), value, word)
			}
		}
	}
	for _, b := range builtins {
		c.add(feature.CompletionItem{Label: b.name, Kind: feature.CompleteVariable, Detail: "built in", Documentation: b.doc, Replace: word, Insert: b.name, SortText: "3" + b.name})
	}
	c.add(feature.CompletionItem{
		Label: "target", Kind: feature.CompleteKeyword, Detail: "attributes of a target", Replace: word, Insert: "target.", SortText: "4target", Retrigger: true,
	})
}

// variable proposes a variable with its evaluated value, else with its default
// as it is written.
func (c *completer) variable(s source, name tree.Word, value *tree.Expr, word text.Span) {
	if c.has(name.Text) {
		return
	}
	item := feature.CompletionItem{Label: name.Text, Kind: feature.CompleteVariable, Replace: word, Insert: name.Text, SortText: "2" + name.Text}
	if value != nil {
		item.Detail = shorten(value.Span.In(s.tree.Source), 60)
	}
	if c.def != nil {
		if val, ok := c.def.ValueAt(c.ctx, s.file.Path, name.Span.Start); ok {
			item.Detail = shorten(valueText(val), 60)
		}
	}
	item.Detail, _, _ = strings.Cut(item.Detail, "\n")
	c.add(item)
}

func (c *completer) functions(word text.Span) {
	propose := func(f function, sort string) {
		item := feature.CompletionItem{
			Label: f.name, Kind: feature.CompleteFunction, Detail: f.label(), Documentation: f.doc,
			Replace: word, Insert: f.name + "($1)", Snippet: true, Plain: f.name + "(", SortText: sort + f.name,
		}
		if f.params == "" {
			item.Insert, item.Snippet = f.name+"()", false
		}
		c.add(item)
	}
	for _, s := range c.sources() {
		for _, b := range s.tree.Blocks() {
			if b.Kind.Text == "function" && b.Label().Text != "" && !c.has(b.Label().Text) {
				propose(declaredFunction(located{s, b}), "5")
			}
		}
	}
	for _, f := range library {
		propose(f, "6")
	}
}

// steps proposes what follows a dot: targets and groups behind "target." and
// "group.", attributes behind the name of one.
func (c *completer) steps(word text.Span) {
	src := c.file.Text()
	chain := src[:word.Start-1]
	start := len(chain)
	for start > 0 && (nameByte(chain[start-1]) || chain[start-1] == '.') {
		start--
	}
	path := strings.Split(chain[start:], ".")
	if path[0] != "target" && path[0] != "group" {
		return
	}
	switch len(path) {
	case 1:
		for _, name := range c.buildNames(path[0] == "target", path[0] == "group") {
			c.add(feature.CompletionItem{Label: name, Kind: feature.CompleteTarget, Detail: path[0], Replace: word, Insert: name})
		}
	case 2:
		for _, at := range c.blocks(path[0], path[1]) {
			for _, a := range at.block.Attrs() {
				if c.has(a.Name.Text) || a.Value == nil {
					continue
				}
				c.add(feature.CompletionItem{
					Label: a.Name.Text, Kind: feature.CompleteProperty, Detail: shorten(a.Value.Span.In(at.tree.Source), 60), Replace: word, Insert: a.Name.Text,
				})
			}
		}
	}
}
