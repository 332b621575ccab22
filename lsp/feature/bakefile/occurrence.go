package bakefile

import (
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// A nameKind is what an occurrence names.
type nameKind int

const (
	buildName     nameKind = iota + 1 // a target or group: they share their uses
	variableName                      // a variable or global attribute
	functionName                      // declared or of the library
	attributeName                     // "target.owner.name"
	localName                         // a matrix variable, a parameter, the variable of a for expression
	stageName                         // a stage of the target's Dockerfile
	argName                           // an ARG of the target's Dockerfile
	dockerfilePath
	contextPath
)

// An occurrence is a place that names something.
type occurrence struct {
	kind  nameKind
	name  string
	span  text.Span   // of the name
	whole text.Span   // of what it declares; zero for uses
	owner string      // attributeName: the target
	block *tree.Block // that it stands in; nil at top level
	bind  text.Span   // localName: where it is bound
}

// declares tells whether the occurrence is a declaration.
func (o occurrence) declares() bool { return !o.whole.IsZero() }

// same tells whether both name the same thing, within the files of a project.
// Stages and ARGs are compared by their own functions.
func (o occurrence) same(p occurrence) bool {
	if o.kind != p.kind || o.name != p.name || o.owner != p.owner {
		return false
	}
	return o.kind != localName || o.block == p.block && o.bind == p.bind
}

// occurrences lists what a file names, in source order of its blocks.
func occurrences(f *tree.File) []occurrence {
	c := &collector{}
	for _, a := range f.Root.Attrs() {
		c.global(a)
	}
	for _, b := range f.Blocks() {
		c.inBlock(b)
	}
	return c.out
}

// occurrenceAt finds what is named at an offset.
func occurrenceAt(f *tree.File, offset int) (occurrence, bool) {
	c := &collector{}
	for _, a := range f.Root.Attrs() {
		if a.Span.Contains(offset) {
			c.global(a)
		}
	}
	for _, b := range f.Blocks() {
		if b.Span.Contains(offset) {
			c.inBlock(b)
		}
	}
	best := -1
	for i, o := range c.out {
		if o.span.Contains(offset) && (best < 0 || o.span.Len() <= c.out[best].span.Len()) {
			best = i
		}
	}
	if best < 0 {
		return occurrence{}, false
	}
	return c.out[best], true
}

// A collector gathers occurrences.
type collector struct {
	out    []occurrence
	block  *tree.Block
	locals map[string]text.Span // names bound here, and where
}

func (c *collector) add(o occurrence) {
	o.block = c.block
	c.out = append(c.out, o)
}

func (c *collector) global(a *tree.Attr) {
	c.add(occurrence{kind: variableName, name: a.Name.Text, span: a.Name.Span, whole: a.Span})
	c.expr(a.Value)
}

var labelKinds = map[string]nameKind{"target": buildName, "group": buildName, "variable": variableName, "function": functionName}

func (c *collector) inBlock(b *tree.Block) {
	c.block = b
	defer func() { c.block, c.locals = nil, nil }()
	if kind, ok := labelKinds[b.Kind.Text]; ok && len(b.Labels) > 0 {
		c.add(occurrence{kind: kind, name: b.Label().Text, span: b.Label().Span, whole: b.Span})
	}
	c.bind(b)
	for _, a := range b.Attrs() {
		c.attribute(b, a)
	}
	for _, inner := range b.Blocks() {
		for _, a := range inner.Attrs() {
			c.expr(a.Value)
		}
	}
}

// bind declares the names a block adds for its own expressions.
func (c *collector) bind(b *tree.Block) {
	c.locals = map[string]text.Span{}
	for _, w := range localsOf(b) {
		c.locals[w.Text] = w.Span
		c.add(occurrence{kind: localName, name: w.Text, span: w.Span, whole: w.Span, bind: w.Span})
	}
}

// localsOf lists the variables of a target's matrix, or a function's parameters.
func localsOf(b *tree.Block) []tree.Word {
	var out []tree.Word
	if a := b.Attr("matrix"); a != nil && a.Value != nil && b.Kind.Text == "target" {
		for _, e := range a.Value.Entries {
			if name, ok := e.Name(); ok {
				out = append(out, name)
			}
		}
	}
	if b.Kind.Text != "function" {
		return out
	}
	if a := b.Attr("params"); a != nil && a.Value != nil {
		for _, item := range a.Value.Items {
			out = appendName(out, item)
		}
	}
	if a := b.Attr("variadic_params"); a != nil {
		out = appendName(out, a.Value)
	}
	return out
}

// appendName adds a bare name, or in JSON a string that holds one.
func appendName(out []tree.Word, e *tree.Expr) []tree.Word {
	if e == nil {
		return out
	}
	if e.Kind == tree.Ref && len(e.Steps) == 0 {
		return append(out, e.Name)
	}
	if w, ok := e.Literal(); ok {
		return append(out, w)
	}
	return out
}

func (c *collector) attribute(b *tree.Block, a *tree.Attr) {
	switch kind := b.Kind.Text; {
	case kind == "function" && a.Name.Text != "result", kind == "variable" && a.Name.Text == "type":
		return
	case kind == "target":
		c.add(occurrence{kind: attributeName, owner: b.Label().Text, name: a.Name.Text, span: a.Name.Span, whole: a.Span})
		c.named(a)
	case kind == "group" && a.Name.Text == "targets":
		c.members(a.Value, "")
	}
	c.expr(a.Value)
}

// named collects the strings of a target's attribute that name something.
func (c *collector) named(a *tree.Attr) {
	if a.Value == nil {
		return
	}
	switch a.Name.Text {
	case "inherits":
		c.members(a.Value, "")
	case "contexts":
		for _, e := range a.Value.Entries {
			if e.Value != nil {
				c.members(e.Value, "target:")
			}
		}
	case "target":
		c.literal(stageName, a.Value)
	case "no-cache-filter":
		for _, item := range a.Value.Items {
			c.literal(stageName, item)
		}
	case "args":
		for _, e := range a.Value.Entries {
			if name, ok := e.Name(); ok {
				c.add(occurrence{kind: argName, name: name.Text, span: name.Span})
			}
		}
	case "dockerfile":
		c.literal(dockerfilePath, a.Value)
	case "context":
		c.literal(contextPath, a.Value)
	}
}

func (c *collector) literal(kind nameKind, e *tree.Expr) {
	if w, ok := e.Literal(); ok {
		c.add(occurrence{kind: kind, name: w.Text, span: w.Span})
	}
}

// members collects the literal strings in an expression that name targets,
// those behind a prefix.
func (c *collector) members(e *tree.Expr, prefix string) {
	e.Walk(func(e *tree.Expr) bool {
		if w, ok := e.Literal(); ok && strings.HasPrefix(w.Text, prefix) && w.Text != prefix {
			span := w.Span
			span.Start = min(span.Start+len(prefix), span.End)
			c.add(occurrence{kind: buildName, name: w.Text[len(prefix):], span: span})
		}
		return e.Kind != tree.Call && e.Kind != tree.Ref
	})
}

// expr collects the names an expression uses.
func (c *collector) expr(e *tree.Expr) {
	e.Walk(func(e *tree.Expr) bool {
		switch e.Kind {
		case tree.Call:
			c.add(occurrence{kind: functionName, name: e.Name.Text, span: e.Name.Span})
		case tree.Ref:
			c.ref(e)
		}
		if len(e.Locals) == 0 {
			return true
		}
		c.loop(e)
		return false
	})
}

// loop collects what stands inside a for expression, which binds names.
func (c *collector) loop(e *tree.Expr) {
	outer := c.locals
	inner := make(map[string]text.Span, len(outer)+len(e.Locals))
	for name, at := range outer {
		inner[name] = at
	}
	for _, w := range e.Locals {
		inner[w.Text] = w.Span
		c.add(occurrence{kind: localName, name: w.Text, span: w.Span, whole: w.Span, bind: w.Span})
	}
	c.locals = inner
	for _, item := range e.Items {
		c.expr(item)
	}
	c.locals = outer
}

func (c *collector) ref(e *tree.Expr) {
	name := e.Name.Text
	if name == "" {
		return
	}
	if at, ok := c.locals[name]; ok {
		c.add(occurrence{kind: localName, name: name, span: e.Name.Span, bind: at})
		return
	}
	if name != "target" && name != "group" {
		c.add(occurrence{kind: variableName, name: name, span: e.Name.Span})
		return
	}
	if len(e.Steps) == 0 || e.Steps[0].Index != nil {
		return
	}
	owner := e.Steps[0].Name
	c.add(occurrence{kind: buildName, name: owner.Text, span: owner.Span})
	if len(e.Steps) > 1 && e.Steps[1].Index == nil {
		attr := e.Steps[1].Name
		c.add(occurrence{kind: attributeName, owner: owner.Text, name: attr.Text, span: attr.Span})
	}
}

// sortByPlace sorts by where names begin and drops repetitions.
func sortByPlace(list []occurrence) []occurrence {
	slices.SortStableFunc(list, func(a, b occurrence) int { return a.span.Start - b.span.Start })
	return slices.CompactFunc(list, func(a, b occurrence) bool { return a.span == b.span && a.kind == b.kind })
}
