package bake

import (
	"errors"
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Budgets that end hostile definitions with an error instead of exhausting
// memory or time. Real definitions stay a thousand times below them.
const (
	maxValueSize = 8 << 20  // bytes of one value
	maxInputSize = 64 << 20 // bytes of all values one expression uses
	maxLoopBytes = 1 << 30  // bytes all loops handle
	maxLoops     = 200_000
	maxInstances = 20_000 // of all matrices
	maxCallDepth = 100    // of user functions
	maxCalls     = 5_000_000
	maxDepth     = 5_000   // of values that need one another
	maxBits      = 1 << 15 // of a number before or behind its point; writing one takes time by their square
	maxCost      = 14      // of bcrypt
	maxResolved  = 100_000 // targets whose inheritance is resolved anew, which only cycles make many
	maxShown     = 20      // errors that one message lists
)

// budget counts the work of one definition.
type budget struct {
	depth     int // of user function calls
	calls     int
	loops     int // iterations of for expressions
	inputs    int // bytes of what the expression in work uses
	loopBytes int
	instances int
}

// loopName is the function that every for expression's collection is passed
// through, so that its iterations can be counted. No text can call it.
const loopName = "\x00loop"

// budgetName is the variable through which a guard finds the budget.
const budgetName = "\x00budget"

var budgetType = cty.Capsule("budget", reflect.TypeFor[budget]())

// countLoops makes the for expressions in expr pass their collections through
// loopName, behind a guard.
func countLoops(expr hclsyntax.Expression) {
	_ = hclsyntax.VisitAll(expr, func(n hclsyntax.Node) hcl.Diagnostics {
		loop, ok := n.(*hclsyntax.ForExpr)
		if !ok {
			return nil
		}
		at := loop.CollExpr.Range()
		start, end := at, at
		start.End, end.Start = at.Start, at.End
		before := &guard{&hclsyntax.LiteralValueExpr{Val: cty.True, SrcRange: start}}
		loop.CollExpr = &hclsyntax.FunctionCallExpr{
			Name: loopName, Args: []hclsyntax.Expression{before, loop.CollExpr},
			NameRange: start, OpenParenRange: start, CloseParenRange: end,
		}
		return nil
	})
}

// A guard is an expression that ends evaluation once the budget is spent.
type guard struct{ *hclsyntax.LiteralValueExpr }

// errLoops is what a guard panics with: loops around it would go on otherwise.
var errLoops = errors.New("the for expressions of this definition take too many steps")

// Value implements hclsyntax.Expression.
func (g *guard) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	for ; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[budgetName]; ok {
			if b, ok := v.EncapsulatedValue().(*budget); ok && b.spent() {
				panic(errLoops)
			}
			break
		}
	}
	return cty.True, nil
}

func (b *budget) spent() bool { return b.loops > maxLoops || b.loopBytes > maxLoopBytes }

// loopFunc is the function behind loopName.
func (d *Definition) loopFunc() function.Function {
	collection := function.Parameter{
		Name: "collection", Type: cty.DynamicPseudoType, AllowNull: true, AllowUnknown: true, AllowDynamicType: true, AllowMarked: true,
	}
	return function.New(&function.Spec{
		Params: []function.Parameter{param("guard", cty.Bool), collection},
		Type:   func(args []cty.Value) (cty.Type, error) { return args[1].Type(), nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if v := args[1]; v.IsKnown() && !v.IsNull() && !v.IsMarked() && v.CanIterateElements() {
				d.budget.loops += v.LengthInt()
				d.budget.loopBytes += v.LengthInt() * d.budget.inputs
			}
			return args[1], nil
		},
	})
}

// sizeOf estimates the bytes a value takes; it stops counting past limit.
func sizeOf(v cty.Value, limit int) int {
	if !v.IsKnown() || v.IsNull() || v.IsMarked() {
		return 8
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return 16 + len(v.AsString())
	case ty == cty.Number:
		if exp := v.AsBigFloat().MantExp(nil); exp > maxBits || exp < -maxBits {
			return limit + 1
		}
		return 16
	case ty.IsPrimitiveType(), ty.IsCapsuleType():
		return 16
	case v.CanIterateElements():
		size := 16
		for it := v.ElementIterator(); it.Next() && size <= limit; {
			k, e := it.Element()
			size += 16 + sizeOf(e, limit-size)
			if k.Type() == cty.String {
				size += 16
			}
		}
		return size
	}
	return 16
}
