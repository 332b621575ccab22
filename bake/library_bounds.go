package bake

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// bounded wraps a function whose result can be far larger than its arguments:
// bound estimates its size in bytes before it is computed.
func bounded(f function.Function, bound func(args []cty.Value) float64) function.Function {
	return limited(f, func(args []cty.Value) error {
		if bound(args) > maxValueSize {
			return fmt.Errorf("the result would take more than %d MB", maxValueSize>>20)
		}
		return nil
	})
}

// limited wraps a function with a check of its arguments, ahead of the call.
func limited(f function.Function, check func(args []cty.Value) error) function.Function {
	var params []function.Parameter
	params = append(params, f.Params()...)
	return function.New(&function.Spec{
		Description: f.Description(),
		Params:      params,
		VarParam:    f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := check(args); err != nil {
				return cty.DynamicPseudoType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) },
	})
}

// str is a string argument, or "" where it is none.
func str(v cty.Value) string {
	if v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}

// count is the number of elements of an argument, 0 where it has none.
func count(v cty.Value) int {
	if v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		return 0
	}
	return v.LengthInt()
}

// number is a numeric argument, or 0.
func number(v cty.Value) float64 {
	if v.IsNull() || !v.IsKnown() || v.Type() != cty.Number {
		return 0
	}
	n, _ := v.AsBigFloat().Float64()
	return n
}

var formatWidth = regexp.MustCompile(`%[^a-zA-Z%]*?([0-9]{4,})`)

// formatBound adds up the widths a format asks for.
func formatBound(args []cty.Value) float64 {
	total := 0.0
	for _, m := range formatWidth.FindAllStringSubmatch(str(args[0]), -1) {
		n, _ := strconv.ParseFloat(m[1], 64)
		total += n
	}
	for _, a := range args[1:] {
		total *= float64(max(count(a), 1))
	}
	return total
}

func indentBound(args []cty.Value) float64 {
	return number(args[0]) * float64(1+strings.Count(str(args[1]), "\n"))
}

func joinBound(args []cty.Value) float64 {
	elements := 0
	for _, list := range args[1:] {
		elements += count(list)
	}
	return float64(elements) * float64(len(str(args[0])))
}

func jsonBound(args []cty.Value) float64 {
	if deepText(str(args[0])) {
		return 2 * maxValueSize
	}
	return 0
}

func powBound(args []cty.Value) float64 {
	if exponent := number(args[1]); exponent > 1e5 || exponent < -1e5 {
		return 2 * maxValueSize
	}
	return 0
}

// replaceBound assumes that the text is made of nothing but matches.
func replaceBound(args []cty.Value) float64 {
	matches := 1 + len(str(args[0]))/max(len(str(args[1])), 1)
	return float64(min(matches, 1+strings.Count(str(args[0]), str(args[1])))) * float64(len(str(args[2])))
}

// distinctBound is for the time it takes: each element is held against all.
func distinctBound(args []cty.Value) float64 {
	n := float64(count(args[0]))
	return n * n / 16
}

func splitBound(args []cty.Value) float64 {
	return 32 * float64(1+strings.Count(str(args[1]), str(args[0])))
}

func matchesBound(args []cty.Value) float64 { return 32 * float64(len(str(args[1]))) }

func productBound(args []cty.Value) float64 {
	total := 16.0
	for _, set := range args {
		if n := count(set); n > 0 {
			total *= float64(n)
		}
	}
	return total * float64(len(args)) * 16
}

// checkCost refuses a cost that takes longer than a second or so: each step
// doubles the time.
func checkCost(args []cty.Value) error {
	if len(args) > 1 && number(args[1]) > maxCost {
		return fmt.Errorf("a cost of more than %d takes too long", maxCost)
	}
	return nil
}

func checkDigits(args []cty.Value) error {
	if len(str(args[0])) > maxDigits {
		return fmt.Errorf("numbers may have %d digits", maxDigits)
	}
	return nil
}
