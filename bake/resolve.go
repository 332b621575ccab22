package bake

import (
	"fmt"
	"slices"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/hashicorp/hcl/v2"
)

// target resolves one target for the plan: a copy with its defaults, free to
// be changed.
func (p *planner) target(name string) (*Target, error) {
	resolved, _, err := p.resolve(name, map[string]bool{})
	if err != nil {
		return nil, err
	}
	t := &Target{Name: name}
	t.merge(resolved)
	t.Inherits = resolved.Inherits
	if t.Context == nil {
		context := "."
		if p.d.in.FileRelativePaths {
			context = p.d.definedIn(name)
		}
		t.Context = &context
		t.setOrigin("context", Origin{Kind: FromDefault})
	}
	if t.Dockerfile == nil || *t.Dockerfile == "" {
		dockerfile := "Dockerfile"
		t.Dockerfile = &dockerfile
		t.setOrigin("dockerfile", Origin{Kind: FromDefault})
	}
	return t, nil
}

// definedIn is the folder of the file that declares a target first.
func (d *Definition) definedIn(name string) string {
	for _, part := range d.targets[name].parts {
		if part.block != nil {
			return d.dirOf(part.block.rng)
		}
	}
	return "."
}

// resolve applies inheritance and overrides. A target that is being resolved
// already contributes nothing, as in Buildx, so that a cycle is no error; what
// was resolved inside one (partial) depends on where it was entered and is
// not kept.
func (p *planner) resolve(name string, active map[string]bool) (t *Target, partial bool, err error) {
	if t, ok := p.memo[name]; ok {
		return t, false, nil
	}
	if active[name] {
		return nil, true, nil
	}
	decl, ok := p.d.targets[name]
	if !ok {
		return nil, false, p.d.missingTarget(name, nil)
	}
	if p.resolved++; p.resolved > maxResolved {
		return nil, false, p.d.plainError("the inheritance of these targets takes too many steps: they inherit one another in cycles", nil)
	}
	active[name] = true
	defer delete(active, name)
	own, diags := p.d.declared(decl)
	if diags.HasErrors() {
		return nil, false, p.d.newError(diags)
	}
	t = &Target{Name: name}
	for _, parent := range own.Inherits {
		if p.d.targets[parent] == nil {
			return nil, false, p.d.missingTarget(parent, p.d.memberRange(decl, "inherits", parent))
		}
		inherited, part, err := p.resolve(parent, active)
		if err != nil {
			return nil, false, err
		}
		partial = partial || part
		if inherited != nil {
			t.inherit(inherited)
		}
	}
	t.merge(own)
	t.Inherits = own.Inherits
	if err := p.override(t); err != nil {
		return nil, false, err
	}
	t.normalize()
	if !partial && !p.d.stopped() {
		p.memo[name] = t
	}
	return t, partial, nil
}

// declared merges the blocks of one name.
func (d *Definition) declared(decl *target) (*Target, hcl.Diagnostics) {
	if len(decl.parts) == 1 {
		return d.own(decl.name, decl.parts[0])
	}
	t := &Target{Name: decl.name}
	var diags hcl.Diagnostics
	for _, part := range decl.parts {
		own, more := d.own(decl.name, part)
		diags = append(diags, more...)
		if own != nil {
			t.merge(own)
		}
	}
	return t, diags
}

// missingTarget is the error for a target that nothing declares; at is where
// it is named, if that is known.
func (d *Definition) missingTarget(name string, at *hcl.Range) error {
	message := fmt.Sprintf("failed to find target %s", name)
	p := problem("unknown-target", at, "Unknown target", "%s", message)
	if near := text.Near(name, append(slices.Clone(d.names), d.groupList...)); near != "" && near != name {
		message = fmt.Sprintf("%s: did you mean %q?", message, near)
		p.Detail = message
	}
	return d.plainError(message, hcl.Diagnostics{p})
}

// memberRange is where a target's attribute names another target: the string
// in its list, or the whole expression.
func (d *Definition) memberRange(decl *target, attr, member string) *hcl.Range {
	for _, part := range decl.parts {
		if part.block == nil {
			continue
		}
		if a := part.block.attr(attr); a != nil {
			return elementRange(a.expr, member)
		}
	}
	return nil
}

// elementRange is the range of the literal string in an expression that says
// value, or of the whole expression.
func elementRange(expr hcl.Expression, value string) *hcl.Range {
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, e := range list {
			if s, ok := literal(e); ok && s == value {
				return e.Range().Ptr()
			}
		}
	}
	return expr.Range().Ptr()
}

// link follows a target's contexts to other targets ("target:name"), which
// become part of the plan.
func (p *planner) link(plan *Plan, name string, t *Target, path []string) error {
	if p.linked[name] {
		return nil
	}
	path = append(path, name)
	for _, key := range sortedKeys(t.Contexts) {
		to, ok := linkTo(t.Contexts[key])
		if !ok {
			continue
		}
		if err := p.linkOne(plan, name, t, to, path); err != nil {
			return err
		}
	}
	p.linked[name] = true
	return nil
}

func linkTo(context string) (string, bool) {
	const prefix = "target:"
	if len(context) <= len(prefix) || context[:len(prefix)] != prefix {
		return "", false
	}
	return context[len(prefix):], true
}

func (p *planner) linkOne(plan *Plan, name string, t *Target, to string, path []string) error {
	if to == name {
		return p.d.linkError(name, to, fmt.Sprintf("target %s cannot link to itself", to))
	}
	if i := slices.Index(path, to); i >= 0 {
		return p.d.linkError(name, to, fmt.Sprintf("infinite loop from %s to %s", name, to))
	}
	other := plan.Targets[to]
	if other == nil {
		if p.d.targets[to] == nil {
			return p.d.missingTarget(to, p.d.linkRange(name, to))
		}
		var err error
		if other, err = p.target(to); err != nil {
			return err
		}
		other.Outputs = []Output{{Type: "cacheonly"}}
		other.Linked = true
		plan.Targets[to] = other
	}
	if err := p.link(plan, to, other, path); err != nil {
		return err
	}
	t.Entitlements = distinct(slices.Concat(t.Entitlements, other.Entitlements))
	if len(t.Platforms) > 1 && len(other.Platforms) > 1 && !subset(t.Platforms, other.Platforms) {
		return p.d.linkError(name, to, fmt.Sprintf("target %s can't be used by %s because its platforms %v are not a subset of %v",
			to, name, other.Platforms, t.Platforms))
	}
	return nil
}

func subset(list, of []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(of, s) })
}

func (d *Definition) linkError(name, to, message string) error {
	return d.plainError(message, hcl.Diagnostics{problem("link", d.linkRange(name, to), "Invalid context", "%s", message)})
}

// linkRange is where a target's contexts name another.
func (d *Definition) linkRange(name, to string) *hcl.Range {
	decl := d.targets[name]
	if decl == nil {
		return nil
	}
	for _, part := range decl.parts {
		if part.block == nil {
			continue
		}
		a := part.block.attr("contexts")
		if a == nil {
			continue
		}
		pairs, _ := hcl.ExprMap(a.expr)
		for _, pair := range pairs {
			if s, ok := literal(pair.Value); ok && s == "target:"+to {
				return pair.Value.Range().Ptr()
			}
		}
		return a.expr.Range().Ptr()
	}
	return nil
}
