package bake

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// literal is the string an expression says without any name in it.
func literal(e hcl.Expression) (string, bool) {
	if len(e.Variables()) > 0 || len(callsIn(e)) > 0 {
		return "", false
	}
	val, diags := e.Value(nil)
	if diags.HasErrors() || !val.IsKnown() || val.IsNull() || val.Type() != cty.String {
		return "", false
	}
	return val.AsString(), true
}
