package bake

import "github.com/zclconf/go-cty/cty"

// Budgets that end hostile definitions with an error instead of exhausting
// memory. Real definitions stay a thousand times below them.
const (
	maxValueSize = 8 << 20  // bytes of one value
	maxInputSize = 64 << 20 // bytes of all values one expression uses
	maxInstances = 20_000   // of one matrix
	maxCallDepth = 100      // of user functions
	maxCalls     = 5_000_000
)

// budget counts the work of one definition.
type budget struct {
	depth int // of user function calls
	calls int
}

// sizeOf estimates the bytes a value takes; it stops counting past limit.
func sizeOf(v cty.Value, limit int) int {
	if !v.IsKnown() || v.IsNull() || v.IsMarked() {
		return 8
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return 16 + len(v.AsString())
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
