package bake

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A visit is what a group was found to stand for; nothing while it is being
// looked into, which is how a cycle comes to name a group as a target.
type visit struct{ targets, groups []string }

// members expands a name into the targets and groups it stands for, in the
// order they are written.
func (d *Definition) members(name string, seen map[string]*visit) (targets, groups []string, err error) {
	if v, ok := seen[name]; ok {
		return v.targets, v.groups, nil
	}
	g, ok := d.groups[name]
	if !ok {
		return []string{name}, nil, nil
	}
	v := &visit{}
	seen[name] = v
	list, diags := d.groupTargets(g)
	if diags.HasErrors() {
		return nil, nil, d.newError(diags)
	}
	groups = []string{name}
	for _, member := range list {
		if d.targets[member] == nil && d.groups[member] == nil {
			return nil, nil, d.missingTarget(member, g.memberRange(member))
		}
		t, sub, err := d.members(member, seen)
		if err != nil {
			return nil, nil, err
		}
		if len(t) == 0 {
			t = []string{member}
		}
		targets, groups = append(targets, t...), append(groups, sub...)
	}
	// Deduplicating on every level keeps groups of groups from exploding.
	v.targets, v.groups = distinct(targets), distinct(groups)
	return v.targets, v.groups, nil
}

// memberRange is where a group names a member.
func (g *group) memberRange(member string) *hcl.Range {
	if g.block == nil {
		return nil
	}
	if a := g.block.attr("targets"); a != nil {
		return elementRange(a.expr, member)
	}
	return nil
}

// groupTargets evaluates a group's list.
func (d *Definition) groupTargets(g *group) ([]string, hcl.Diagnostics) {
	if g.block == nil {
		return g.targets, nil
	}
	val, diags := d.groupAttr(g, "targets")
	if diags.HasErrors() {
		return nil, diags
	}
	if val == cty.NilVal {
		return nil, hcl.Diagnostics{problemAt("missing-targets", &g.block.open, &g.block.labels[0].rng, "Missing required argument",
			`The argument "targets" is required, but no definition was found.`)}
	}
	if val.IsNull() || !val.IsWhollyKnown() {
		return nil, nil // what is unknown is a syntax error, reported already
	}
	a := g.block.attr("targets")
	for it := val.ElementIterator(); it.Next(); {
		if _, e := it.Element(); e.IsNull() {
			return nil, hcl.Diagnostics{unsuitable(a, errNullString)}
		}
	}
	return texts(val), nil
}

// groupAttr is the value of a group's attribute; NilVal when it is not set.
func (d *Definition) groupAttr(g *group, name string) (cty.Value, hcl.Diagnostics) {
	i := slices.IndexFunc(g.block.attrs, func(a *attribute) bool { return a.name == name })
	if i < 0 {
		return cty.NilVal, nil
	}
	return d.attrValue("group."+g.name, g.part, i)
}

// printedGroup is a group as a plan shows it.
func (d *Definition) printedGroup(name string) (*Group, error) {
	g := d.groups[name]
	targets, diags := d.groupTargets(g)
	if diags.HasErrors() {
		return nil, d.newError(diags)
	}
	out := &Group{Name: name, Description: g.description, Targets: slices.Clone(targets)}
	if g.block == nil {
		return out, nil
	}
	val, diags := d.groupAttr(g, "description")
	if diags.HasErrors() {
		return nil, d.newError(diags)
	}
	if val != cty.NilVal && !val.IsNull() && val.IsKnown() {
		out.Description = val.AsString()
	}
	return out, nil
}
