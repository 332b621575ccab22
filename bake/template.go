package bake

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// roots lists the native expressions an expression is made of: itself, or for
// JSON the templates in its strings.
func roots(expr hcl.Expression) []hclsyntax.Expression {
	if native, ok := expr.(hclsyntax.Expression); ok {
		return []hclsyntax.Expression{native}
	}
	var out []hclsyntax.Expression
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		for _, pair := range pairs {
			out = append(out, roots(pair.Key)...)
			out = append(out, roots(pair.Value)...)
		}
		return out
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		for _, e := range list {
			out = append(out, roots(e)...)
		}
		return out
	}
	if template := jsonTemplate(expr); template != nil {
		out = append(out, template)
	}
	return out
}

// jsonTemplate parses the template in a JSON string; nil when it is none.
// Without a context such an expression answers its raw text.
func jsonTemplate(expr hcl.Expression) hclsyntax.Expression {
	val, diags := expr.Value(nil)
	if diags.HasErrors() || val.IsNull() || val.Type() != cty.String {
		return nil
	}
	start := expr.Range().Start
	start.Byte++
	start.Column++
	template, diags := hclsyntax.ParseTemplate([]byte(val.AsString()), expr.Range().Filename, start)
	if diags.HasErrors() {
		return nil
	}
	return template
}

// native is an expression in native syntax, so that templates in JSON are
// parsed once and their loops counted; nil where that cannot be done.
func native(expr hcl.Expression) hclsyntax.Expression {
	if e, ok := expr.(hclsyntax.Expression); ok {
		return e
	}
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		return nativeObject(expr.Range(), pairs)
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() {
		tuple := &hclsyntax.TupleConsExpr{SrcRange: expr.Range(), OpenRange: expr.StartRange()}
		for _, e := range list {
			element := native(e)
			if element == nil {
				return nil
			}
			tuple.Exprs = append(tuple.Exprs, element)
		}
		return tuple
	}
	val, diags := expr.Value(nil)
	if diags.HasErrors() {
		return nil
	}
	if val.Type() != cty.String || val.IsNull() {
		return &hclsyntax.LiteralValueExpr{Val: val, SrcRange: expr.Range()}
	}
	template := jsonTemplate(expr)
	if template != nil {
		countLoops(template)
	}
	return template
}

func nativeObject(at hcl.Range, pairs []hcl.KeyValuePair) hclsyntax.Expression {
	object := &hclsyntax.ObjectConsExpr{SrcRange: at, OpenRange: at}
	for _, pair := range pairs {
		name, diags := pair.Key.Value(nil)
		value := native(pair.Value)
		if diags.HasErrors() || value == nil || name.Type() != cty.String {
			return nil
		}
		start := pair.Key.Range().Start
		start.Byte++
		start.Column++
		key, diags := hclsyntax.ParseTemplate([]byte(name.AsString()), at.Filename, start)
		if diags.HasErrors() {
			return nil
		}
		object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: value})
	}
	return object
}

// callsIn lists the function calls in an expression, in source order.
func callsIn(expr hcl.Expression) []*hclsyntax.FunctionCallExpr {
	var calls []*hclsyntax.FunctionCallExpr
	for _, root := range roots(expr) {
		_ = hclsyntax.VisitAll(root, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.Name != loopName {
				calls = append(calls, call)
			}
			return nil
		})
	}
	return calls
}

// literal is the string an expression says without any name in it.
func literal(e hcl.Expression) (string, bool) {
	if _, ok := e.(*hclsyntax.FunctionCallExpr); ok || len(e.Variables()) > 0 || len(callsIn(e)) > 0 {
		return "", false
	}
	val, diags := e.Value(&hcl.EvalContext{})
	if diags.HasErrors() || !val.IsKnown() || val.IsNull() || val.Type() != cty.String {
		return "", false
	}
	return val.AsString(), true
}
