package bake

import (
	"context"
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// hidden stands for the value of something sensitive.
const hidden = "(sensitive)"

// ValueAt evaluates what stands at an offset of a file: the innermost
// expression, variable or call, or the whole attribute at its name. In a
// matrix the first instance counts; what depends on a function's parameters
// or on the variable of a for expression has no value.
func (d *Definition) ValueAt(ctx context.Context, file string, offset int) (Value, bool) {
	defer d.enter(ctx)()
	d.expand()
	s := d.syntax[file]
	if s == nil {
		return Value{}, false
	}
	for _, c := range s.chunks {
		if offset < c.start || offset > c.start+len(c.text) {
			continue
		}
		at := &valueFinder{d: d, s: s, offset: offset}
		if v, ok := at.chunk(c.chunk); ok {
			return v, !d.stopped()
		}
	}
	return Value{}, false
}

// A valueFinder looks for what stands at an offset.
type valueFinder struct {
	d      *Definition
	s      *Syntax
	offset int
}

func (f *valueFinder) holds(r hcl.Range) bool {
	span, ok := f.s.span(r)
	return ok && span.Contains(f.offset)
}

func (f *valueFinder) chunk(c *chunk) (Value, bool) {
	for _, a := range c.attrs {
		if f.holds(a.rng) {
			return f.attribute(a, nil, "", nil)
		}
	}
	for _, b := range c.blocks {
		if f.holds(b.rng) {
			return f.block(b)
		}
	}
	return Value{}, false
}

func (f *valueFinder) block(b *block) (Value, bool) {
	if len(b.labels) == 1 && f.holds(b.labels[0].rng) && b.kind == "variable" {
		return f.variable(b.name(), b.labels[0].inner())
	}
	var params []string
	if b.kind == "function" {
		params = sortedKeys(localsOf(b))
	}
	for _, a := range b.attrs {
		if f.holds(a.rng) {
			return f.attribute(a, f.d.firstInstance(b), b.kind, params)
		}
	}
	for _, nested := range b.blocks {
		if f.holds(nested.rng) {
			return f.block(nested)
		}
	}
	return Value{}, false
}

// firstInstance is the part that a block's first instance is made of.
func (d *Definition) firstInstance(b *block) *part {
	if p := d.plain[b]; p != nil {
		return p
	}
	for _, name := range d.names {
		for _, p := range d.targets[name].parts {
			if p.block == b {
				return p
			}
		}
	}
	return nil
}

// attribute is the value at the offset inside one attribute.
func (f *valueFinder) attribute(a *attribute, p *part, kind string, params []string) (Value, bool) {
	locals := scope{}
	if p != nil && a.name != "matrix" {
		maps.Copy(locals, p.locals)
	}
	f.unbound(locals, params)
	switch {
	case kind == "function" && a.name != "result", kind == "variable" && a.name == "type":
		return Value{}, false
	case f.holds(a.nameRange):
		return f.value(a, p, a.expr, locals, a.name)
	}
	for _, root := range roots(a.expr) {
		if !f.holds(root.Range()) {
			continue
		}
		if v, ok := f.expression(root, locals); ok {
			return v, true
		}
	}
	return f.value(a, p, a.expr, locals, a.name)
}

// unbound makes names known that have no value here.
func (f *valueFinder) unbound(locals scope, names []string) {
	for _, name := range names {
		locals[name] = cty.DynamicVal
	}
}

// value evaluates an attribute, converted to the type that it has in a target.
func (f *valueFinder) value(a *attribute, p *part, expr hcl.Expression, locals scope, name string) (Value, bool) {
	if p != nil {
		for i, own := range p.block.attrs {
			if own != a || name != a.name {
				continue
			}
			if val, diags := f.d.attrValue(p.block.kind+"."+p.block.name(), p, i); !diags.HasErrors() {
				return f.result(val, expr, name, Origin{Kind: FromAttribute, Place: f.d.place(a.expr.Range())})
			}
			return Value{}, false
		}
	}
	return f.evaluated(expr, locals, name)
}

func (f *valueFinder) evaluated(expr hcl.Expression, locals scope, name string) (Value, bool) {
	sub := newAttribute(name, expr.Range(), expr.Range(), expr)
	val, diags := f.d.evaluate(sub, locals)
	if diags.HasErrors() || !val.IsWhollyKnown() {
		return Value{}, false
	}
	return f.result(val, expr, name, Origin{Kind: FromAttribute, Place: f.d.place(expr.Range())})
}

func (f *valueFinder) result(val cty.Value, expr hcl.Expression, name string, origin Origin) (Value, bool) {
	span, _ := f.s.span(expr.Range())
	v := Value{Value: val, Span: span, Name: name, Origin: origin}
	if f.d.tainted(expr, map[string]bool{}) {
		v.Value, v.Sensitive = cty.StringVal(hidden), true
	}
	return v, true
}

// expression finds the innermost expression at the offset that has a value of
// its own.
func (f *valueFinder) expression(root hclsyntax.Expression, locals scope) (Value, bool) {
	path := &pathWalker{f: f}
	_ = hclsyntax.Walk(root, path)
	for _, n := range path.nodes {
		if loop, ok := n.(*hclsyntax.ForExpr); ok {
			locals = maps.Clone(locals)
			f.unbound(locals, []string{loop.KeyVar, loop.ValVar})
		}
	}
	for i := len(path.nodes) - 1; i >= 0; i-- {
		if v, ok := f.node(path.nodes[i], locals); ok {
			return v, true
		}
	}
	return Value{}, false
}

// A pathWalker collects the nodes around an offset, outermost first.
type pathWalker struct {
	f     *valueFinder
	nodes []hclsyntax.Node
}

// Enter implements hclsyntax.Walker.
func (w *pathWalker) Enter(n hclsyntax.Node) hcl.Diagnostics {
	if w.f.holds(n.Range()) {
		w.nodes = append(w.nodes, n)
	}
	return nil
}

// Exit implements hclsyntax.Walker.
func (w *pathWalker) Exit(hclsyntax.Node) hcl.Diagnostics { return nil }

// node is the value of one node of the syntax tree, if it has one.
func (f *valueFinder) node(n hclsyntax.Node, locals scope) (Value, bool) {
	switch e := n.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return f.traversal(e, locals)
	case *hclsyntax.FunctionCallExpr:
		if e.Name == loopName {
			return Value{}, false
		}
		return f.evaluated(e, locals, e.Name)
	case *hclsyntax.ObjectConsKeyExpr:
		return Value{}, false
	case *hclsyntax.ObjectConsExpr:
		for _, item := range e.Items {
			if f.holds(item.KeyExpr.Range()) {
				key := hcl.ExprAsKeyword(item.KeyExpr)
				if key == "" {
					key, _ = literal(item.KeyExpr)
				}
				return f.evaluated(item.ValueExpr, locals, key)
			}
		}
		return f.evaluated(e, locals, "")
	case *hclsyntax.TemplateExpr:
		return f.evaluated(e, locals, "")
	case *hclsyntax.LiteralValueExpr:
		return Value{}, false
	case hclsyntax.Expression:
		return f.evaluated(e, locals, "")
	}
	return Value{}, false
}

// traversal is the value of a name, up to the step at the offset.
func (f *valueFinder) traversal(e *hclsyntax.ScopeTraversalExpr, locals scope) (Value, bool) {
	name := e.Traversal.RootName()
	root, ok := e.Traversal[0].(hcl.TraverseRoot)
	if ok && f.holds(root.SrcRange) && name != "target" && name != "group" {
		if _, local := locals[name]; !local && (f.d.variables[name] != nil || f.d.globals[name] != nil) {
			return f.variable(name, root.SrcRange)
		}
		if val, local := locals[name]; local {
			if !val.IsWhollyKnown() {
				return Value{}, false
			}
			span, _ := f.s.span(root.SrcRange)
			return Value{Value: val, Span: span, Name: name, Origin: Origin{Kind: FromAttribute}}, true
		}
	}
	return f.evaluated(e, locals, name)
}

// variable is the value of a variable or global attribute.
func (f *valueFinder) variable(name string, at hcl.Range) (Value, bool) {
	if f.d.variables[name] == nil && f.d.globals[name] == nil {
		return Value{}, false
	}
	val, diags := f.d.valueOf(name)
	if diags.HasErrors() {
		return Value{}, false
	}
	span, _ := f.s.span(at)
	v := Value{Value: val, Span: span, Name: name, Origin: f.d.originOf(name)}
	if f.d.nameTainted(name, map[string]bool{}) {
		v.Value, v.Sensitive = cty.StringVal(hidden), true
	}
	return v, true
}

// originOf is where the value of a variable or global attribute came from.
func (d *Definition) originOf(name string) Origin {
	if g, ok := d.globals[name]; ok {
		return Origin{Kind: FromAttribute, Place: d.place(g.attr.expr.Range())}
	}
	return d.variables[name].origin
}

// tainted tells whether an expression uses a sensitive variable, be it through
// others.
func (d *Definition) tainted(expr hcl.Expression, seen map[string]bool) bool {
	deps := dependenciesOf(expr)
	for _, ref := range deps.refs {
		root := ref.RootName()
		if root == "target" && len(ref) > 1 {
			if d.refTainted(ref, seen) {
				return true
			}
			continue
		}
		if d.nameTainted(root, seen) {
			return true
		}
	}
	for _, call := range deps.calls {
		f := d.functions[call]
		if f == nil || f.result == nil || seen[call+"()"] {
			continue
		}
		seen[call+"()"] = true
		if d.tainted(f.result.expr, seen) {
			return true
		}
	}
	return false
}

func (d *Definition) nameTainted(name string, seen map[string]bool) bool {
	if seen[name] {
		return false
	}
	seen[name] = true
	if g, ok := d.globals[name]; ok {
		return d.tainted(g.attr.expr, seen)
	}
	v, ok := d.variables[name]
	if !ok {
		return false
	}
	if v.sensitive() {
		return true
	}
	a := v.block.attr("default")
	return a != nil && d.tainted(a.expr, seen)
}

// refTainted is tainted for "target.NAME.ATTRIBUTE".
func (d *Definition) refTainted(ref hcl.Traversal, seen map[string]bool) bool {
	key := refKey(ref)
	if seen[key] {
		return false
	}
	seen[key] = true
	name, ok := ref[1].(hcl.TraverseAttr)
	if !ok || d.targets[name.Name] == nil {
		return false
	}
	for _, p := range d.targets[name.Name].parts {
		if p.block == nil {
			continue
		}
		for _, a := range p.block.attrs {
			if len(ref) > 2 && !stepsTo(ref[2], a.name) {
				continue
			}
			if d.tainted(a.expr, seen) {
				return true
			}
		}
	}
	return false
}

// stepsTo tells whether a step goes to the attribute of a name.
func stepsTo(step hcl.Traverser, name string) bool {
	attr, ok := step.(hcl.TraverseAttr)
	return !ok || attr.Name == name
}
