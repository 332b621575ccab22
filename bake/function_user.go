package bake

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A userFunction is a function block.
type userFunction struct {
	block    *block
	name     string
	params   []string
	variadic string // "" without variadic_params
	result   *attribute
	diags    hcl.Diagnostics // why it cannot be called
	resolved cellState       // of the check for cycles
	active   bool            // a call is being evaluated
}

func newUserFunction(b *block) *userFunction {
	f := &userFunction{block: b, name: b.name(), result: b.attr("result")}
	params := b.attr("params")
	switch {
	case params == nil:
		f.diags = append(f.diags, problemAt("missing-params", &b.open, &b.labels[0].rng, "Missing required argument",
			`The argument "params" is required, but no definition was found.`))
	case f.result == nil:
		f.diags = append(f.diags, problemAt("missing-result", params.expr.Range().Ptr(), &b.labels[0].rng, "Invalid function",
			"empty result not allowed for %s", f.name))
	}
	f.params, f.variadic = f.paramNames(params, b.attr("variadic_params"))
	return f
}

// paramNames reads the names of the parameters, which must be identifiers.
func (f *userFunction) paramNames(params, variadic *attribute) (names []string, rest string) {
	if params != nil {
		list, diags := hcl.ExprList(params.expr)
		f.diags = append(f.diags, diags...)
		for _, e := range list {
			name := hcl.ExprAsKeyword(e)
			if name == "" {
				f.diags = append(f.diags, problem("invalid-param", e.Range().Ptr(), "Invalid param element",
					"Each parameter name must be an identifier."))
				continue
			}
			names = append(names, name)
		}
	}
	if variadic != nil {
		if rest = hcl.ExprAsKeyword(variadic.expr); rest == "" {
			f.diags = append(f.diags, problem("invalid-param", variadic.expr.Range().Ptr(), "Invalid variadic_params",
				"The name must be an identifier."))
		}
	}
	return names, rest
}

// loadFunctions makes the user's functions callable. Their bodies are
// evaluated only when they are called.
func (d *Definition) loadFunctions() {
	for name, f := range d.functions {
		spec := &function.Spec{
			Type: function.StaticReturnType(cty.DynamicPseudoType),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return d.call(f, args) },
		}
		for _, param := range f.params {
			spec.Params = append(spec.Params, anyParam(param))
		}
		if f.variadic != "" {
			rest := anyParam(f.variadic)
			spec.VarParam = &rest
		}
		d.base.Functions[name] = function.New(spec)
	}
}

func anyParam(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true}
}

// A callError is what went wrong in the body of a user function.
type callError struct {
	diags hcl.Diagnostics
	text  string
}

func (e *callError) Error() string { return e.text }

// call evaluates a function's result for some arguments.
func (d *Definition) call(f *userFunction, args []cty.Value) (cty.Value, error) {
	d.budget.calls++
	if f.active || d.budget.depth >= maxCallDepth {
		return cty.DynamicVal, fmt.Errorf("function cycle not allowed for %s", f.name)
	}
	if d.budget.calls > maxCalls {
		return cty.DynamicVal, fmt.Errorf("more than %d calls of functions", maxCalls)
	}
	if f.diags.HasErrors() || f.result == nil {
		return cty.DynamicVal, d.callFailed(f.diags)
	}
	locals := make(scope, len(f.params)+1)
	for i, param := range f.params {
		locals[param] = args[i]
	}
	if f.variadic != "" {
		locals[f.variadic] = cty.TupleVal(args[len(f.params):])
	}
	f.active, d.budget.depth = true, d.budget.depth+1
	val, diags := d.evaluate(f.result, locals)
	f.active, d.budget.depth = false, d.budget.depth-1
	if diags.HasErrors() {
		return cty.DynamicVal, d.callFailed(diags)
	}
	return val, nil
}

func (d *Definition) callFailed(diags hcl.Diagnostics) error {
	return &callError{diags: diags, text: d.errorText(diags)}
}

// resolveFunction checks a function an expression calls: that it can be
// called at all and does not call itself.
func (d *Definition) resolveFunction(expr hcl.Expression, name string) hcl.Diagnostics {
	f, ok := d.functions[name]
	if !ok {
		return nil
	}
	if f.diags.HasErrors() {
		return f.diags
	}
	switch f.resolved {
	case done:
		return nil
	case running:
		return hcl.Diagnostics{problem("cycle", expr.Range().Ptr(), "Invalid expression",
			"function cycle not allowed for %s (%s)", name, d.cyclePath(name+"()"))}
	}
	f.resolved = running
	d.stack = append(d.stack, name+"()")
	diags := d.resolveBody(f)
	d.stack = d.stack[:len(d.stack)-1]
	f.resolved = done
	if d.stopped() {
		f.resolved = fresh
		return diags
	}
	f.diags = append(f.diags, diags...)
	return f.diags
}

// resolveBody resolves what a function's body uses but for its parameters,
// whether or not it is ever called.
func (d *Definition) resolveBody(f *userFunction) hcl.Diagnostics {
	if f.result == nil {
		return nil
	}
	locals := scope{}
	for _, param := range append([]string{f.variadic}, f.params...) {
		locals[param] = cty.DynamicVal
	}
	return d.resolve(f.result.expr, f.result.deps(), locals, map[string]cty.Value{})
}
