package bake

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// PlanRequest says what to resolve and how.
type PlanRequest struct {
	Targets   []string // names of targets and groups, or patterns; empty means "default"
	Overrides []string // --set, in order: "pattern.key=value"
}

// A Group is a named set of targets and groups.
type Group struct {
	Name        string   `json:"-"`
	Description string   `json:"description,omitempty"`
	Targets     []string `json:"targets"`
}

// A Plan is a definition resolved for some targets: what `bake --print` prints.
type Plan struct {
	Groups  map[string]*Group
	Targets map[string]*Target // linked ones included
	Order   []string           // names of Targets, sorted
}

// A planner resolves one PlanRequest.
type planner struct {
	d         *Definition
	overrides map[string][]override // by target
	memo      map[string]*Target    // resolved targets, of those that depend on no cycle
	linked    map[string]bool       // whose links are followed
	resolved  int                   // targets, each time anew
}

// Plan resolves targets. All variables and functions are evaluated, but only
// the attributes of targets that are needed. Its error is a *Error, or that of
// the context.
func (d *Definition) Plan(ctx context.Context, req PlanRequest) (*Plan, error) {
	defer d.enter(ctx)()
	err := d.sound()
	if cause := ctx.Err(); cause != nil {
		return nil, fmt.Errorf("evaluating the definition: %w", cause)
	}
	if err != nil {
		return nil, err
	}
	plan, err := d.plan(req)
	if cause := ctx.Err(); cause != nil {
		return nil, fmt.Errorf("resolving targets: %w", cause)
	}
	return plan, err
}

// prepare evaluates what every plan needs: names, variables and functions.
func (d *Definition) prepare() hcl.Diagnostics {
	var diags hcl.Diagnostics
	if d.parsed.HasErrors() {
		diags = append(diags, d.parsed...)
	}
	diags = append(diags, d.evaluateNames()...)
	if diags.HasErrors() {
		return diags
	}
	d.expand()
	return d.parsed
}

// evaluateNames evaluates all globals, variables and functions, used or not,
// and then the validations.
func (d *Definition) evaluateNames() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, name := range sortedKeys(d.globals) {
		_, more := d.valueOf(name)
		diags = append(diags, more...)
	}
	for _, b := range d.order {
		switch v, f := d.variables[b.name()], d.functions[b.name()]; {
		case b.kind == "variable" && v != nil && v.block == b && d.globals[b.name()] == nil:
			_, more := d.valueOf(b.name())
			diags = append(diags, more...)
		case b.kind == "function" && f != nil && f.block == b:
			diags = append(diags, d.checkFunction(f)...)
		}
	}
	for _, b := range d.order {
		if v := d.variables[b.name()]; b.kind == "variable" && v != nil && v.block == b && !diags.HasErrors() {
			diags = append(diags, d.validate(v)...)
		}
	}
	return distinctDiagnostics(diags)
}

// checkFunction resolves a function nobody may call.
func (d *Definition) checkFunction(f *userFunction) hcl.Diagnostics {
	if f.result == nil {
		return f.diags
	}
	return d.resolveFunction(f.result.expr, f.name)
}

// plan resolves a request once everything it builds on is sound.
func (d *Definition) plan(req PlanRequest) (*Plan, error) {
	p := &planner{d: d, memo: d.memo, linked: map[string]bool{}}
	if len(req.Overrides) > 0 {
		p.memo = map[string]*Target{}
	}
	names, err := d.match(req.Targets)
	if err != nil {
		return nil, err
	}
	if p.overrides, err = d.overrides(req.Overrides); err != nil {
		return nil, err
	}
	plan := &Plan{Groups: map[string]*Group{}, Targets: map[string]*Target{}}
	for _, name := range names {
		if err := p.request(plan, name); err != nil {
			return nil, err
		}
	}
	d.defaultGroup(plan, names)
	for _, name := range sortedKeys(plan.Targets) {
		if err := p.link(plan, name, plan.Targets[name], nil); err != nil {
			return nil, err
		}
	}
	d.finish(plan)
	return plan, nil
}

// match turns requested names and patterns into names.
func (d *Definition) match(requested []string) ([]string, error) {
	if len(requested) == 0 {
		requested = []string{"default"}
	}
	var names []string
	for _, r := range requested {
		name := sanitize(r)
		if !strings.ContainsAny(name, "*?[]") {
			names = append(names, name)
			continue
		}
		matched, err := d.glob(name, d.groupList, d.names)
		if err != nil {
			return nil, d.plainError(fmt.Sprintf("could not parse target pattern %q: %v", r, err), nil)
		}
		if len(matched) == 0 {
			return nil, d.plainError(fmt.Sprintf("could not find any target matching %q", r), nil)
		}
		names = append(names, matched...)
	}
	return distinct(names), nil
}

// glob lists the names in some lists that match a pattern.
func (d *Definition) glob(pattern string, lists ...[]string) ([]string, error) {
	var out []string
	for _, name := range slices.Concat(lists...) {
		ok, err := path.Match(pattern, name)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, name)
		}
	}
	return out, nil
}

// request adds a requested target or group with all it stands for.
func (p *planner) request(plan *Plan, name string) error {
	targets, groups, err := p.d.members(name, map[string]*visit{})
	if err != nil {
		return err
	}
	for _, target := range distinct(targets) {
		if plan.Targets[target] != nil {
			continue
		}
		t, err := p.target(target)
		if err != nil {
			return err
		}
		plan.Targets[target] = t
	}
	for _, group := range distinct(groups) {
		g, err := p.d.printedGroup(group)
		if err != nil {
			return err
		}
		plan.Groups[group] = g
	}
	return nil
}

// defaultGroup adds what was requested to the group "default".
func (d *Definition) defaultGroup(plan *Plan, names []string) {
	group := plan.Groups["default"]
	if group == nil {
		group = &Group{Name: "default"}
		plan.Groups["default"] = group
	}
	for _, name := range names {
		if _, real := d.groups["default"]; name == "default" && real {
			continue
		}
		group.Targets = append(group.Targets, name)
	}
	slices.Sort(group.Targets)
	group.Targets = slices.Compact(group.Targets)
}

// finish applies what a plan gets from outside the definition, and the form
// in which paths are shown.
func (d *Definition) finish(plan *Plan) {
	epoch, hasEpoch := d.in.env("SOURCE_DATE_EPOCH")
	for name, t := range plan.Targets {
		if d.in.Remote != nil {
			d.in.Remote.rewrite(t)
		}
		context := cleanContext(*t.Context)
		t.Context = &context
		if _, own := t.Args["SOURCE_DATE_EPOCH"]; hasEpoch && !own {
			mergeMap(&t.Args, map[string]string{"SOURCE_DATE_EPOCH": epoch})
			t.setOrigin("args.SOURCE_DATE_EPOCH", Origin{Kind: FromEnvironment, Via: "SOURCE_DATE_EPOCH"})
		}
		plan.Order = append(plan.Order, name)
	}
	slices.Sort(plan.Order)
}
