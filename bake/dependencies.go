package bake

import "github.com/hashicorp/hcl/v2"

// dependencies are the names an expression uses, found once per expression.
type dependencies struct {
	expr  hcl.Expression  // what is evaluated: the expression in native syntax
	refs  []hcl.Traversal // of variables, each distinct use once
	calls []string        // names of the functions called, each once
}

func dependenciesOf(expr hcl.Expression) *dependencies {
	d := &dependencies{expr: expr}
	if e := native(expr); e != nil {
		d.expr = e
	}
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
