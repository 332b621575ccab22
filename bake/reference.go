package bake

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// blockRefs collects the attributes of targets and groups that an expression
// refers to: kind -> name -> attribute -> value.
type blockRefs map[string]map[string]map[string]cty.Value

func (r blockRefs) of(kind, name string) map[string]cty.Value {
	if r[kind] == nil {
		r[kind] = map[string]map[string]cty.Value{}
	}
	if r[kind][name] == nil {
		r[kind][name] = map[string]cty.Value{}
	}
	return r[kind][name]
}

// into puts the objects "target" and "group" into vars.
func (r blockRefs) into(vars map[string]cty.Value) {
	for kind, names := range r {
		objects := make(map[string]cty.Value, len(names))
		for name, attrs := range names {
			objects[name] = cty.ObjectVal(attrs)
		}
		vars[kind] = cty.ObjectVal(objects)
	}
}

// resolveBlockRef resolves "target.NAME.ATTRIBUTE": only that attribute, as it
// is written in the target's own blocks, without inheritance or overrides.
func (d *Definition) resolveBlockRef(expr hcl.Expression, ref hcl.Traversal, into blockRefs) hcl.Diagnostics {
	root := ref.RootName()
	subject := expr.Range().Ptr()
	if len(ref) < 2 {
		return hcl.Diagnostics{problemAt("invalid-reference", subject, ref.SourceRange().Ptr(), "Invalid expression",
			"cannot access %s as a variable", root)}
	}
	name, ok := ref[1].(hcl.TraverseAttr)
	if !ok {
		return hcl.Diagnostics{problemAt("invalid-reference", subject, ref.SourceRange().Ptr(), "Invalid expression",
			"cannot traverse %s without attribute", root)}
	}
	parts, known := d.partsOf(root, name.Name)
	if into[root] == nil {
		into[root] = map[string]map[string]cty.Value{}
	}
	if !known {
		return nil
	}
	attrs := into.of(root, name.Name)
	if len(ref) > 2 {
		if attr, ok := ref[2].(hcl.TraverseAttr); ok {
			return d.resolveAttr(expr, root+"."+name.Name, parts, attr.Name, attrs)
		}
	}
	for _, attr := range attrNames(root) {
		if diags := d.resolveAttr(expr, root+"."+name.Name, parts, attr, attrs); diags.HasErrors() {
			return diags
		}
	}
	return nil
}

// partsOf lists the blocks behind a target's or group's name. While the names
// of matrix instances are still being evaluated, only plain blocks are found.
func (d *Definition) partsOf(kind, name string) ([]*part, bool) {
	if !d.expanded {
		return d.plainParts(kind, name)
	}
	if kind == "target" {
		if t, ok := d.targets[name]; ok {
			return t.parts, true
		}
		return nil, false
	}
	if g, ok := d.groups[name]; ok && g.part != nil {
		return []*part{g.part}, true
	}
	return nil, false
}

func (d *Definition) plainParts(kind, name string) (parts []*part, ok bool) {
	for _, b := range d.order {
		if p := d.plain[b]; p != nil && b.kind == kind && b.name() == name {
			parts = append(parts, p)
		}
	}
	return parts, len(parts) > 0
}

// attrNames lists what a whole target or group is made of.
func attrNames(kind string) []string {
	if kind == "group" {
		return []string{"description", "targets"}
	}
	var names []string
	for _, a := range targetAttrTable {
		names = append(names, a.name)
	}
	return names
}

// resolveAttr puts one attribute's value into attrs; unset is a typed null.
// An attribute that no target can have is left out.
func (d *Definition) resolveAttr(expr hcl.Expression, owner string, parts []*part, name string, attrs map[string]cty.Value) hcl.Diagnostics {
	typ, ok := attrType(name)
	if !ok {
		return nil
	}
	if _, ok := attrs[name]; ok {
		return nil
	}
	val := cty.NullVal(typ)
	for _, p := range parts {
		v, set, diags := d.partAttr(expr, owner, p, name)
		if diags.HasErrors() {
			return diags
		}
		if set && !v.IsNull() {
			val = d.referable(name, v)
		}
	}
	attrs[name] = val
	return nil
}

// referable is an attribute's value as references see it: entries written as
// strings are objects.
func (d *Definition) referable(name string, val cty.Value) cty.Value {
	spec, ok := targetAttrOf(name)
	if !ok || spec.typ != cty.NilType {
		return val
	}
	t := &Target{}
	if err := decode(spec, t, val); err != nil {
		return val
	}
	if encoded, ok := t.encode(name); ok {
		return encoded
	}
	return val
}

// attrType is the type a reference to an attribute has.
func attrType(name string) (cty.Type, bool) {
	if name == "targets" {
		return stringList, true
	}
	a, ok := targetAttrOf(name)
	if !ok {
		return cty.NilType, false
	}
	if a.typ == cty.NilType {
		return cty.DynamicPseudoType, true
	}
	return a.typ, true
}

// partAttr is the value of an attribute in one block.
func (d *Definition) partAttr(expr hcl.Expression, owner string, p *part, name string) (val cty.Value, set bool, diags hcl.Diagnostics) {
	if p.service != nil {
		return p.service.value(name)
	}
	for i, a := range p.block.attrs {
		if a.name != name {
			continue
		}
		if p.cells[i].state == running {
			return cty.NilVal, true, hcl.Diagnostics{problem("cycle", expr.Range().Ptr(), "Invalid expression",
				"reference cycle not allowed for %s.%s (%s)", owner, name, d.cyclePath(owner+"."+name))}
		}
		val, diags := d.attrValue(owner, p, i)
		return val, true, diags
	}
	return cty.NilVal, false, nil
}

// attrValue is the value of a block's i-th attribute, converted to the type
// the attribute has.
func (d *Definition) attrValue(owner string, p *part, i int) (cty.Value, hcl.Diagnostics) {
	a := p.block.attrs[i]
	return d.fill(&p.cells[i], owner+"."+a.name, func() (cty.Value, hcl.Diagnostics) {
		val, diags := d.evaluate(a, p.locals)
		if diags.HasErrors() {
			return val, diags
		}
		typ, ok := attrType(a.name)
		if !ok || typ == cty.DynamicPseudoType {
			return val, nil
		}
		converted, err := convert.Convert(val, typ)
		if err != nil {
			return cty.DynamicVal, hcl.Diagnostics{unsuitable(a, err)}
		}
		return converted, nil
	})
}

// unsuitable is the error for a value an attribute cannot have.
func unsuitable(a *attribute, err error) *hcl.Diagnostic {
	at := a.expr.Range()
	return problemAt("unsuitable-value", a.expr.StartRange().Ptr(), &at, "Unsuitable value type",
		"Unsuitable value for %s: %s", a.name, err)
}
