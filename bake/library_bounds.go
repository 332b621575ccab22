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
	var params []function.Parameter
	params = append(params, f.Params()...)
	check := func(args []cty.Value) error {
		for _, a := range args {
			if !a.IsWhollyKnown() || a.ContainsMarked() {
				return nil
			}
		}
		if bound(args) > maxValueSize {
			return fmt.Errorf("the result would take more than %d MB", maxValueSize>>20)
		}
		return nil
	}
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

var formatWidth = regexp.MustCompile(`%[^a-zA-Z%]*?([0-9]{4,})`)

// formatBound adds up the widths a format asks for.
func formatBound(args []cty.Value) float64 {
	total := 0.0
	for _, m := range formatWidth.FindAllStringSubmatch(str(args[0]), -1) {
		n, _ := strconv.ParseFloat(m[1], 64)
		total += n
	}
	for _, a := range args[1:] {
		if a.CanIterateElements() {
			total *= float64(max(a.LengthInt(), 1))
		}
	}
	return total
}

func indentBound(args []cty.Value) float64 {
	if args[0].IsNull() {
		return 0
	}
	n, _ := args[0].AsBigFloat().Float64()
	return n * float64(1+strings.Count(str(args[1]), "\n"))
}

func joinBound(args []cty.Value) float64 {
	count := 0
	for _, list := range args[1:] {
		if !list.IsNull() {
			count += list.LengthInt()
		}
	}
	return float64(count) * float64(len(str(args[0])))
}

func jsonBound(args []cty.Value) float64 {
	if deepText(str(args[0])) {
		return 2 * maxValueSize
	}
	return 0
}

func powBound(args []cty.Value) float64 {
	if args[0].IsNull() || args[1].IsNull() {
		return 0
	}
	exponent, _ := args[1].AsBigFloat().Float64()
	if exponent > 1e5 || exponent < -1e5 {
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
	if args[0].IsNull() {
		return 0
	}
	n := float64(args[0].LengthInt())
	return n * n / 16
}

func splitBound(args []cty.Value) float64 {
	return 32 * float64(1+strings.Count(str(args[1]), str(args[0])))
}

func matchesBound(args []cty.Value) float64 { return 32 * float64(len(str(args[1]))) }

func productBound(args []cty.Value) float64 {
	total := 16.0
	for _, set := range args {
		if set.IsNull() || !set.CanIterateElements() {
			return 0
		}
		total *= float64(set.LengthInt())
	}
	return total * float64(len(args)) * 16
}
