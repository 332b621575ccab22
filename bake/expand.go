package bake

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A target is everything that was declared under one name.
type target struct {
	name  string
	parts []*part
}

// A part is one block's share of a target: the block, and for an instance of
// a matrix its values.
type part struct {
	block  *block
	locals scope
	cells  []cell  // of block.attrs
	own    *Target // decoded; nil until then
	ownErr hcl.Diagnostics
	ownSet bool

	service *service // in the place of a block, for Compose
}

func newPart(b *block, locals scope) *part {
	return &part{block: b, locals: locals, cells: make([]cell, len(b.attrs))}
}

// A group is the block that declares it last, or one made for a matrix or for
// Compose.
type group struct {
	name        string
	block       *block // nil for a made one
	part        *part
	targets     []string // of a made one
	description string
	origin      *block // the block a matrix's group was made for
}

// expand finds all names of targets and groups, matrices included.
func (d *Definition) expand() {
	if d.expanded {
		return
	}
	d.budget.instances = 0
	d.targets, d.groups, d.names, d.groupList = map[string]*target{}, map[string]*group{}, nil, nil
	var diags hcl.Diagnostics
	d.loadCompose()
	d.expandServices()
	for _, b := range d.order {
		switch b.kind {
		case "target":
			diags = append(diags, d.expandTarget(b)...)
		case "group":
			diags = append(diags, d.expandGroup(b)...)
		}
	}
	if d.stopped() {
		return
	}
	d.expanded = true
	d.parsed = append(d.parsed, diags...)
}

func (d *Definition) addPart(name string, p *part) {
	t, ok := d.targets[name]
	if !ok {
		t = &target{name: name}
		d.targets[name] = t
		d.names = append(d.names, name)
	}
	t.parts = append(t.parts, p)
}

func (d *Definition) addGroup(g *group) {
	if _, ok := d.groups[g.name]; !ok {
		d.groupList = append(d.groupList, g.name)
	}
	d.groups[g.name] = g
}

func (d *Definition) expandGroup(b *block) hcl.Diagnostics {
	for _, name := range []string{"matrix", "name"} {
		if a := b.attr(name); a != nil {
			return hcl.Diagnostics{problemAt("group-"+name, &b.labels[0].rng, &a.nameRange, "Invalid group",
				"%s is not supported for groups", name)}
		}
	}
	if diags := checkName(b.name(), &b.labels[0].rng); diags != nil {
		return diags
	}
	d.addGroup(&group{name: b.name(), block: b, part: d.plain[b]})
	return nil
}

func (d *Definition) expandTarget(b *block) hcl.Diagnostics {
	matrix, name := b.attr("matrix"), b.attr("name")
	if matrix == nil {
		if name != nil {
			return hcl.Diagnostics{problemAt("name-without-matrix", &b.labels[0].rng, &name.nameRange, "Invalid name", "name requires matrix")}
		}
		if diags := checkName(b.name(), &b.labels[0].rng); diags != nil {
			return diags
		}
		d.addPart(b.name(), d.plain[b])
		return nil
	}
	instances, diags := d.matrixInstances(b, matrix)
	if diags.HasErrors() {
		return diags
	}
	return d.nameInstances(b, name, instances)
}

func checkName(name string, at *hcl.Range) hcl.Diagnostics {
	if labelPattern.MatchString(name) {
		return nil
	}
	return hcl.Diagnostics{problem("invalid-name", at, "Invalid name", labelMessage)}
}

// nameInstances names the instances of a matrix and declares them, with a
// group of the block's own name.
func (d *Definition) nameInstances(b *block, name *attribute, instances []scope) hcl.Diagnostics {
	at := &b.labels[0].rng
	names := make([]string, 0, len(instances))
	seen := map[string]bool{}
	for _, locals := range instances {
		generated, diags := d.instanceName(b, name, locals)
		if diags.HasErrors() {
			return diags
		}
		if seen[generated] {
			return hcl.Diagnostics{problemAt("duplicate-name", at, exprRange(name, at), "Invalid name", "duplicate name %q", generated)}
		}
		seen[generated] = true
		names = append(names, generated)
	}
	carried := d.carried[b]
	for i, generated := range names {
		p := newPart(b, instances[i])
		if len(carried) == len(names) {
			p = carried[i]
		}
		d.addPart(generated, p)
	}
	if len(names) > 0 && !slices.Equal(names, []string{b.name()}) {
		d.addGroup(&group{name: b.name(), targets: names, origin: b})
	}
	return nil
}

func exprRange(a *attribute, otherwise *hcl.Range) *hcl.Range {
	if a == nil {
		return otherwise
	}
	return a.expr.Range().Ptr()
}

// instanceName evaluates the name attribute for one instance; without one all
// instances have the block's own name.
func (d *Definition) instanceName(b *block, name *attribute, locals scope) (string, hcl.Diagnostics) {
	at := &b.labels[0].rng
	if name == nil {
		return b.name(), checkName(b.name(), at)
	}
	val, diags := d.evaluate(name, locals)
	if diags.HasErrors() {
		return "", diags
	}
	s, err := convert.Convert(val, cty.String)
	if err != nil || s.IsNull() || !s.IsKnown() {
		return "", hcl.Diagnostics{problem("invalid-name", exprRange(name, at), "Invalid name", "the name must be a string")}
	}
	if !labelPattern.MatchString(s.AsString()) {
		return "", hcl.Diagnostics{problemAt("invalid-name", at, exprRange(name, at), "Invalid name", labelMessage)}
	}
	return s.AsString(), nil
}

// matrixInstances evaluates a matrix into one scope for each combination. Its
// axes vary in the order of their names, the last one fastest.
func (d *Definition) matrixInstances(b *block, matrix *attribute) ([]scope, hcl.Diagnostics) {
	at := &b.labels[0].rng
	fail := func(message string) ([]scope, hcl.Diagnostics) {
		return nil, hcl.Diagnostics{problemAt("invalid-matrix", at, exprRange(matrix, at), "Invalid matrix", "%s", message)}
	}
	val, diags := d.evaluate(matrix, nil)
	if diags.HasErrors() {
		return nil, diags
	}
	if !val.IsWhollyKnown() {
		return nil, nil
	}
	if val.IsNull() || !val.Type().IsObjectType() && !val.Type().IsMapType() {
		return fail("matrix must be a map")
	}
	instances := []scope{{}}
	for it := val.ElementIterator(); it.Next(); {
		key, values := it.Element()
		if ty := values.Type(); values.IsNull() || !ty.IsListType() && !ty.IsTupleType() && !ty.IsSetType() {
			return fail("matrix values must be a list")
		}
		if len(instances)*values.LengthInt()+d.budget.instances > maxInstances {
			return fail("the matrix has too many combinations")
		}
		instances = cross(instances, key.AsString(), values)
	}
	d.budget.instances += len(instances)
	return instances, nil
}

// cross multiplies the combinations so far by the values of one more axis.
func cross(instances []scope, axis string, values cty.Value) []scope {
	out := make([]scope, 0, len(instances)*values.LengthInt())
	for _, locals := range instances {
		for it := values.ElementIterator(); it.Next(); {
			_, v := it.Element()
			next := make(scope, len(locals)+1)
			for name, val := range locals {
				next[name] = val
			}
			next[axis] = v
			out = append(out, next)
		}
	}
	return out
}

// sanitize turns a name from the command line or Compose into one of a target.
func sanitize(name string) string { return strings.ReplaceAll(name, ".", "_") }
