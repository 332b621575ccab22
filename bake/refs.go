package bake

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/hashicorp/hcl/v2"
)

// A Ref is one place in a file that names something.
type Ref struct {
	Span text.Span
	Kind RefKind
	Name string // of attributes: "target.NAME.ATTRIBUTE"
	Def  bool   // it is the declaration itself
	// Decl is what the name stands for: the first declaration of that name. It
	// is nil for what is built in or local, and where nothing declares it.
	Decl *Declaration
}

// RefKind is what a Ref names.
type RefKind int

// The kinds of references.
const (
	RefTarget RefKind = iota + 1 // in inherits, groups, contexts ("target:x") and expressions
	RefGroup
	RefVariable  // variables and global attributes
	RefFunction  // declared ones and built-in ones (Decl is nil)
	RefAttribute // of a target or group, in an expression
	RefLocal     // a matrix axis or a parameter
	RefBuiltin   // BAKE_CMD_CONTEXT, BAKE_LOCAL_PLATFORM
)

var refKinds = map[DeclKind]RefKind{
	DeclTarget: RefTarget, DeclService: RefTarget, DeclGroup: RefGroup,
	DeclVariable: RefVariable, DeclGlobal: RefVariable, DeclFunction: RefFunction,
}

// Refs lists everything in a file that names a target, group, variable,
// function or attribute, in source order. The file is named as in Place.
func (d *Definition) Refs(ctx context.Context, file string) []Ref {
	index := d.declarationIndex(ctx)
	defer d.enter(ctx)()
	s := d.syntax[file]
	if s == nil {
		return nil
	}
	c := &refCollector{d: d, s: s, index: index}
	for _, chunk := range s.chunks {
		for _, a := range chunk.attrs {
			c.add(a.nameRange, RefVariable, a.name, true)
			c.expression(a.expr, nil)
		}
		for _, b := range chunk.blocks {
			c.block(b)
		}
	}
	slices.SortStableFunc(c.refs, func(a, b Ref) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return c.refs
}

// declarationIndex finds declarations by what they are named as.
func (d *Definition) declarationIndex(ctx context.Context) map[refName]*Declaration {
	index := map[refName]*Declaration{}
	for _, decl := range d.Declarations(ctx) {
		key := refName{refKinds[decl.Kind], decl.Name}
		if _, ok := index[key]; !ok {
			index[key] = &decl
		}
	}
	return index
}

type refName struct {
	kind RefKind
	name string
}

// A refCollector gathers the references of one file.
type refCollector struct {
	d     *Definition
	s     *Syntax
	index map[refName]*Declaration
	refs  []Ref
}

func (c *refCollector) add(r hcl.Range, kind RefKind, name string, def bool) {
	span, ok := c.s.span(r)
	if ok {
		c.refs = append(c.refs, Ref{Span: span, Kind: kind, Name: name, Def: def, Decl: c.index[refName{kind, name}]})
	}
}

// block collects the references of a block: its label, its expressions, and
// the strings in them that name targets.
func (c *refCollector) block(b *block) {
	if kind, ok := blockKinds[b.kind]; ok && len(b.labels) == 1 {
		ref := refKinds[kind]
		if kind == DeclTarget && b.attr("matrix") != nil && c.index[refName{RefTarget, b.name()}] == nil {
			ref = RefGroup
		}
		c.add(b.labels[0].inner(), ref, b.name(), true)
	}
	locals := localsOf(b)
	for _, a := range b.attrs {
		if b.kind == "function" && a.name != "result" {
			c.params(a)
			continue
		}
		c.expression(a.expr, locals)
		c.names(b, a)
	}
	for _, nested := range b.blocks {
		c.block(nested)
	}
}

// params collects the names a function declares for its parameters.
func (c *refCollector) params(a *attribute) {
	list, diags := hcl.ExprList(a.expr)
	if diags.HasErrors() {
		list = []hcl.Expression{a.expr}
	}
	for _, e := range list {
		if name := hcl.ExprAsKeyword(e); name != "" {
			c.add(e.Range(), RefLocal, name, true)
		}
	}
}

// localsOf lists the names that a block adds for its own expressions.
func localsOf(b *block) map[string]bool {
	locals := map[string]bool{}
	for _, name := range []string{"params", "variadic_params"} {
		a := b.attr(name)
		if a == nil || b.kind != "function" {
			continue
		}
		list, diags := hcl.ExprList(a.expr)
		if diags.HasErrors() {
			list = []hcl.Expression{a.expr}
		}
		for _, e := range list {
			locals[hcl.ExprAsKeyword(e)] = true
		}
	}
	if a := b.attr("matrix"); a != nil {
		pairs, _ := hcl.ExprMap(a.expr)
		for _, pair := range pairs {
			if key := hcl.ExprAsKeyword(pair.Key); key != "" {
				locals[key] = true
			} else if key, ok := literal(pair.Key); ok {
				locals[key] = true
			}
		}
	}
	return locals
}

// expression collects the variables and calls of an expression.
func (c *refCollector) expression(expr hcl.Expression, locals map[string]bool) {
	for _, t := range expr.Variables() {
		c.traversal(t, locals)
	}
	for _, call := range callsIn(expr) {
		c.add(call.NameRange, RefFunction, call.Name, false)
	}
}

func (c *refCollector) traversal(t hcl.Traversal, locals map[string]bool) {
	root, ok := t[0].(hcl.TraverseRoot)
	if !ok {
		return
	}
	switch {
	case locals[root.Name]:
		c.add(root.SrcRange, RefLocal, root.Name, false)
	case root.Name == "BAKE_CMD_CONTEXT", root.Name == "BAKE_LOCAL_PLATFORM":
		c.add(root.SrcRange, RefBuiltin, root.Name, false)
	case root.Name == "target", root.Name == "group":
		c.blockTraversal(root.Name, t)
	default:
		c.add(root.SrcRange, RefVariable, root.Name, false)
	}
}

// blockTraversal collects the names of "target.NAME.ATTRIBUTE".
func (c *refCollector) blockTraversal(kind string, t hcl.Traversal) {
	ref := map[string]RefKind{"target": RefTarget, "group": RefGroup}[kind]
	if len(t) < 2 {
		return
	}
	name, ok := t[1].(hcl.TraverseAttr)
	if !ok {
		return
	}
	c.add(afterDot(name.SrcRange), ref, name.Name, false)
	if len(t) < 3 {
		return
	}
	if attr, ok := t[2].(hcl.TraverseAttr); ok {
		c.add(afterDot(attr.SrcRange), RefAttribute, kind+"."+name.Name+"."+attr.Name, false)
	}
}

// afterDot is a step's range without its dot.
func afterDot(r hcl.Range) hcl.Range {
	r.Start.Byte++
	r.Start.Column++
	return r
}

// names collects the literal strings of an attribute that name targets.
func (c *refCollector) names(b *block, a *attribute) {
	switch {
	case b.kind == "target" && a.name == "inherits", b.kind == "group" && a.name == "targets":
		list, _ := hcl.ExprList(a.expr)
		for _, e := range list {
			if name, ok := literal(e); ok {
				c.member(e, name, 0, b.kind == "group")
			}
		}
	case b.kind == "target" && a.name == "contexts":
		pairs, _ := hcl.ExprMap(a.expr)
		for _, pair := range pairs {
			if s, ok := literal(pair.Value); ok && strings.HasPrefix(s, "target:") {
				c.member(pair.Value, strings.TrimPrefix(s, "target:"), len("target:"), false)
			}
		}
	}
}

// member adds a string that names a target, or where groups may stand too,
// a group. skip is how much of the string comes before the name.
func (c *refCollector) member(e hcl.Expression, name string, skip int, groups bool) {
	span, ok := c.s.span(e.Range())
	if !ok {
		return
	}
	span = c.s.insideQuotes(span)
	span.Start = min(span.Start+skip, span.End)
	kind := RefTarget
	if groups && c.index[refName{RefGroup, name}] != nil {
		kind = RefGroup
	}
	c.refs = append(c.refs, Ref{Span: span, Kind: kind, Name: name, Decl: c.index[refName{kind, name}]})
}
