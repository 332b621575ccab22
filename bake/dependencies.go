package bake

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// dependencies are the names an expression uses, found once per expression.
type dependencies struct {
	refs  []hcl.Traversal // of variables, each distinct use once
	calls []string        // names of the functions called, each once
}

func dependenciesOf(expr hcl.Expression) *dependencies {
	d := &dependencies{}
	seen := map[string]bool{}
	for _, t := range expr.Variables() {
		if key := refKey(t); !seen[key] {
			seen[key] = true
			d.refs = append(d.refs, t)
		}
	}
	for _, call := range callsIn(expr) {
		if key := "()" + call.Name; !seen[key] {
			seen[key] = true
			d.calls = append(d.calls, call.Name)
		}
	}
	return d
}

// refKey tells uses apart as far as evaluation does: variables by their name,
// targets and groups by name and attribute.
func refKey(t hcl.Traversal) string {
	key := t.RootName()
	if key != "target" && key != "group" {
		return key
	}
	for _, step := range t[1:min(len(t), 3)] {
		attr, ok := step.(hcl.TraverseAttr)
		if !ok {
			return key + "[]"
		}
		key += "." + attr.Name
	}
	return key
}

// callsIn lists the function calls in an expression, in source order. In JSON
// they are inside strings and found only when those are evaluated.
func callsIn(expr hcl.Expression) []*hclsyntax.FunctionCallExpr {
	node, ok := expr.(hclsyntax.Node)
	if !ok {
		return nil
	}
	var calls []*hclsyntax.FunctionCallExpr
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			calls = append(calls, call)
		}
		return nil
	})
	return calls
}
