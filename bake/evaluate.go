package bake

import (
	"fmt"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A cell holds the value of something that is evaluated at most once.
type cell struct {
	state     cellState
	val       cty.Value
	diags     hcl.Diagnostics // why it has none; those of what it depends on included
	sensitive bool
}

type cellState uint8

const (
	fresh cellState = iota
	running
	done
)

// scope holds the names an expression sees besides the globals: the values of
// its matrix instance, or the parameters of its function.
type scope map[string]cty.Value

// fill evaluates a cell unless that is done already. name is what a cycle's
// path shows.
func (d *Definition) fill(c *cell, name string, compute func() (cty.Value, hcl.Diagnostics)) (cty.Value, hcl.Diagnostics) {
	if c.state == done {
		return c.val, c.diags
	}
	if len(d.stack) > maxDepth {
		return cty.DynamicVal, hcl.Diagnostics{problem("too-deep", nil, "Nested too deeply",
			"more than %d values need one another, down to %s", maxDepth, name)}
	}
	c.state = running
	d.stack = append(d.stack, name)
	val, diags := compute()
	d.stack = d.stack[:len(d.stack)-1]
	if d.stopped() {
		c.state = fresh
		return cty.DynamicVal, stoppedDiagnostics()
	}
	c.state, c.val, c.diags = done, val, diags
	return val, diags
}

// cyclePath is the way from the first use of name back to it.
func (d *Definition) cyclePath(name string) string {
	i := max(slices.Index(d.stack, name), 0)
	return strings.Join(append(slices.Clone(d.stack[i:]), name), " -> ")
}

// evaluate computes an expression. What it refers to is resolved first, so an
// error there is the only one.
func (d *Definition) evaluate(a *attribute, locals scope) (cty.Value, hcl.Diagnostics) {
	if d.stopped() {
		return cty.DynamicVal, stoppedDiagnostics()
	}
	deps := a.deps()
	vars := make(map[string]cty.Value, len(deps.refs)+len(locals))
	if diags := d.resolve(a.expr, deps, locals, vars); diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	ctx := d.base.NewChild()
	ctx.Variables = vars
	outer := d.budget.inputs
	d.budget.inputs = inputSize(vars)
	val, diags := d.compute(deps.expr, ctx)
	d.budget.inputs = outer
	if diags.HasErrors() {
		return cty.DynamicVal, d.improve(diags, locals)
	}
	return val, nil
}

// compute runs the HCL evaluator within the budget. A panic in it, or in a
// function of a library, becomes an error of the expression.
func (d *Definition) compute(expr hcl.Expression, ctx *hcl.EvalContext) (val cty.Value, diags hcl.Diagnostics) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case errLoops:
			val, diags = cty.DynamicVal, hcl.Diagnostics{problem("too-large", expr.Range().Ptr(), "Too many steps", "%v", r)}
		default:
			val, diags = cty.DynamicVal, hcl.Diagnostics{problem("internal", expr.Range().Ptr(), "Cannot evaluate", "%v", r)}
		}
	}()
	val, diags = expr.Value(ctx)
	if !diags.HasErrors() && sizeOf(val, maxValueSize) > maxValueSize {
		return cty.DynamicVal, hcl.Diagnostics{problem("too-large", expr.Range().Ptr(), "Value too large",
			"The value of this expression takes more than %d MB.", maxValueSize>>20)}
	}
	return val, diags
}

// resolve puts the values of all names an expression uses into vars. Names
// that nothing declares are left out: whether that is an error is for the
// expression to say ("try" may ask).
func (d *Definition) resolve(expr hcl.Expression, deps *dependencies, locals scope, vars map[string]cty.Value) hcl.Diagnostics {
	for _, name := range deps.calls {
		if diags := d.resolveFunction(expr, name); diags.HasErrors() {
			return diags
		}
	}
	for name, val := range locals {
		vars[name] = val
	}
	blocks := blockRefs{}
	for _, ref := range deps.refs {
		root := ref.RootName()
		if _, ok := locals[root]; ok {
			continue
		}
		var diags hcl.Diagnostics
		if root == "target" || root == "group" {
			diags = d.resolveBlockRef(expr, ref, blocks)
		} else {
			diags = d.resolveName(expr, root, vars)
		}
		if diags.HasErrors() {
			return diags
		}
	}
	blocks.into(vars)
	if inputSize(vars) > maxInputSize {
		return hcl.Diagnostics{problem("too-large", expr.Range().Ptr(), "Value too large",
			"The values this expression uses take more than %d MB.", maxInputSize>>20)}
	}
	return nil
}

// inputSize estimates the bytes of what an expression uses.
func inputSize(vars map[string]cty.Value) int {
	size := 0
	for _, val := range vars {
		size += sizeOf(val, maxInputSize)
	}
	return size
}

// resolveName puts the value of a variable or global attribute into vars, if
// there is one of that name.
func (d *Definition) resolveName(expr hcl.Expression, name string, vars map[string]cty.Value) hcl.Diagnostics {
	if _, ok := vars[name]; ok {
		return nil
	}
	val, found, diags := d.lookupName(expr, name)
	if found && !diags.HasErrors() {
		vars[name] = val
	}
	return diags
}

// lookupName is the value of a built-in, a global attribute or a variable, in
// that order.
func (d *Definition) lookupName(expr hcl.Expression, name string) (val cty.Value, found bool, diags hcl.Diagnostics) {
	switch name {
	case "BAKE_CMD_CONTEXT":
		return cty.StringVal(d.cmdContext()), true, nil
	case "BAKE_LOCAL_PLATFORM":
		return cty.StringVal(d.in.LocalPlatform), true, nil
	}
	var c *cell
	if g, ok := d.globals[name]; ok {
		c = &g.cell
	} else if v, ok := d.variables[name]; ok {
		c = &v.cell
	} else {
		return cty.NilVal, false, nil
	}
	if c.state == running {
		return cty.NilVal, true, hcl.Diagnostics{problem("cycle", expr.Range().Ptr(), "Invalid expression",
			"variable cycle not allowed for %s (%s)", name, d.cyclePath(name))}
	}
	val, diags = d.valueOf(name)
	return val, true, diags
}

func (d *Definition) cmdContext() string {
	if d.in.CmdContext == "" {
		return "cwd://"
	}
	return d.in.CmdContext
}

// improve completes the diagnostics of the HCL library with what it cannot
// know: the names that would have been possible.
func (d *Definition) improve(diags hcl.Diagnostics, locals scope) hcl.Diagnostics {
	for _, diag := range diags {
		diag.EvalContext, diag.Expression = nil, nil
		name, ok := quotedName(diag.Detail)
		if !ok || strings.Contains(diag.Detail, "Did you mean") {
			continue
		}
		var near string
		switch diag.Summary {
		case "Unknown variable":
			near = text.Near(name, slices.Concat(d.valueNames(), sortedKeys(locals)))
		case "Call to unknown function":
			near = text.Near(name, sortedKeys(d.base.Functions))
		}
		if near != "" && near != name {
			diag.Detail += fmt.Sprintf(" Did you mean %q?", near)
		}
	}
	return diags
}

// quotedName is the first quoted word of a message.
func quotedName(s string) (string, bool) {
	_, rest, ok := strings.Cut(s, `"`)
	if !ok {
		return "", false
	}
	name, _, ok := strings.Cut(rest, `"`)
	return name, ok
}

// valueNames lists what an expression may name besides its locals.
func (d *Definition) valueNames() []string {
	names := append(sortedKeys(d.globals), sortedKeys(d.variables)...)
	return append(names, "BAKE_CMD_CONTEXT", "BAKE_LOCAL_PLATFORM", "target", "group")
}
