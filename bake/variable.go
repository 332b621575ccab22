package bake

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A global is a top-level attribute.
type global struct {
	attr *attribute
	cell cell
}

// A variable is a variable block.
type variable struct {
	block  *block
	cell   cell
	origin Origin
	typed  cty.Type // NilType without a type
}

func newVariable(b *block) *variable { return &variable{block: b} }

// sensitive tells whether the block says that its value must not be shown.
func (v *variable) sensitive() bool {
	a := v.block.attr("sensitive")
	if a == nil {
		return false
	}
	val, diags := a.expr.Value(nil)
	return !diags.HasErrors() && val.IsKnown() && val.Type() == cty.Bool && !val.IsNull() && val.True()
}

// valueOf is the value of the global attribute or variable of a name that exists.
func (d *Definition) valueOf(name string) (cty.Value, hcl.Diagnostics) {
	if g, ok := d.globals[name]; ok {
		return d.fill(&g.cell, name, func() (cty.Value, hcl.Diagnostics) { return d.evaluate(g.attr, nil) })
	}
	v := d.variables[name]
	return d.fill(&v.cell, name, func() (cty.Value, hcl.Diagnostics) { return d.variableValue(name, v) })
}

// variableValue evaluates a variable: its type, its default, and what
// overrides that.
func (d *Definition) variableValue(name string, v *variable) (cty.Value, hcl.Diagnostics) {
	fail := func(err error) (cty.Value, hcl.Diagnostics) {
		return cty.DynamicVal, hcl.Diagnostics{
			problemAt("invalid-value", &v.block.open, &v.block.labels[0].rng, "Invalid value", "%s", err),
		}
	}
	typ, defaults, diags := v.declaredType()
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	val, diags := d.defaultValue(v, typ)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if typ != cty.NilType {
		converted, err := toDeclared(val, typ, defaults)
		if err != nil {
			return fail(fmt.Errorf("invalid type %s for variable %s default value: %w", val.Type().FriendlyName(), name, err))
		}
		val = converted
	}
	v.typed = typ
	given, origin, ok := d.override(name, typ)
	if !ok {
		v.origin = Origin{Kind: FromDefault, Place: d.place(v.block.rng)}
		if a := v.block.attr("default"); a != nil {
			v.origin.Place = d.place(a.expr.Range())
		}
		return d.noteSensitive(v, val), nil
	}
	v.origin = origin
	val, err := convertOverride(name, given, typ, defaults, val)
	if err != nil {
		d.noteSensitive(v, cty.StringVal(given.text))
		return fail(err)
	}
	return d.noteSensitive(v, val), nil
}

// noteSensitive remembers the value of a sensitive variable, to keep it out
// of messages.
func (d *Definition) noteSensitive(v *variable, val cty.Value) cty.Value {
	if !v.sensitive() {
		return val
	}
	v.cell.sensitive = true
	_ = cty.Walk(val, func(_ cty.Path, part cty.Value) (bool, error) {
		if part.IsKnown() && !part.IsNull() && part.Type().IsPrimitiveType() {
			if s, err := convert.Convert(part, cty.String); err == nil && s.AsString() != "" {
				d.secrets = append(d.secrets, s.AsString())
			}
		}
		return true, nil
	})
	return val
}

// declaredType reads the type attribute; NilType when there is none.
func (v *variable) declaredType() (cty.Type, *typeexpr.Defaults, hcl.Diagnostics) {
	a := v.block.attr("type")
	if a == nil {
		return cty.NilType, nil, nil
	}
	return typeexpr.TypeConstraintWithDefaults(a.expr)
}

// defaultValue evaluates the default. Without one it is "" for an untyped
// variable, null for a typed one.
func (d *Definition) defaultValue(v *variable, typ cty.Type) (cty.Value, hcl.Diagnostics) {
	a := v.block.attr("default")
	switch {
	case a != nil:
		return d.evaluate(a, nil)
	case typ == cty.NilType:
		return cty.StringVal(""), nil
	}
	return cty.NullVal(typ), nil
}

// toDeclared converts a value to a variable's type, filling in the defaults
// of optional attributes.
func toDeclared(val cty.Value, typ cty.Type, defaults *typeexpr.Defaults) (cty.Value, error) {
	if defaults != nil && !val.IsNull() {
		val = defaults.Apply(val)
	}
	return convert.Convert(val, typ)
}

// validate runs the validation blocks of every variable.
func (d *Definition) validate(v *variable) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, b := range v.block.blocks {
		if b.kind == "validation" {
			diags = append(diags, d.validateOne(b)...)
		}
	}
	return diags
}

func (d *Definition) validateOne(b *block) hcl.Diagnostics {
	condition := b.attr("condition")
	if condition == nil {
		return nil
	}
	val, diags := d.evaluate(condition, nil)
	if diags.HasErrors() {
		return diags
	}
	subject := condition.expr.Range().Ptr()
	if !val.IsKnown() {
		return nil
	}
	if val.IsNull() {
		return hcl.Diagnostics{problem("validation", subject, "Invalid condition result",
			"Condition expression must return either true or false, not null.")}
	}
	ok, err := convert.Convert(val, cty.Bool)
	if err != nil {
		return hcl.Diagnostics{problem("validation", subject, "Invalid condition result",
			"Invalid condition result value: %s.", err)}
	}
	if ok.True() {
		return nil
	}
	return hcl.Diagnostics{problem("validation", subject, "Validation failed", "%s", d.validationMessage(b))}
}

// validationMessage is the error_message of a validation that failed.
func (d *Definition) validationMessage(b *block) string {
	const invalid = "This check failed, but has an invalid error message."
	a := b.attr("error_message")
	if a == nil {
		return invalid
	}
	val, diags := d.evaluate(a, nil)
	if diags.HasErrors() || val.IsNull() || !val.IsKnown() {
		return invalid
	}
	s, err := convert.Convert(val, cty.String)
	if err != nil || s.AsString() == "" {
		return invalid
	}
	return s.AsString()
}
