package bake

import (
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"

	"github.com/Masterminds/semver/v3"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func param(name string, typ cty.Type) function.Parameter {
	return function.Parameter{Name: name, Type: typ}
}

// textFunc makes a function from string to string.
func textFunc(name, description string, f func(string) string) function.Function {
	return function.New(&function.Spec{
		Description: description,
		Params:      []function.Parameter{param(name, cty.String)},
		Type:        function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(f(args[0].AsString())), nil
		},
	})
}

func basenameFunc() function.Function {
	return textFunc("path", "Returns the last element of a path with forward slashes.", path.Base)
}

func dirnameFunc() function.Function {
	return textFunc("path", "Returns all but the last element of a path with forward slashes.", path.Dir)
}

var unsafeName = regexp.MustCompile(`[^a-zA-Z0-9_-]`)

func sanitizeFunc() function.Function {
	return textFunc("name", "Replaces every character that a target's name may not have by an underscore.",
		func(s string) string { return unsafeName.ReplaceAllString(s, "_") })
}

func homedirFunc(home string) function.Function {
	return function.New(&function.Spec{
		Description: "Returns the current user's home directory.",
		Type:        function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			if home == "" {
				return cty.NilVal, errors.New("the home directory is not known")
			}
			return cty.StringVal(home), nil
		},
	})
}

func semverFunc() function.Function {
	return function.New(&function.Spec{
		Description: "Tells whether a semantic version satisfies a constraint.",
		Params:      []function.Parameter{param("version", cty.String), param("constraint", cty.String)},
		Type:        function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			version, err := semver.NewVersion(args[0].AsString())
			if err != nil {
				return cty.NilVal, fmt.Errorf("failed to parse semver version %q: %w", args[0].AsString(), err)
			}
			constraint, err := semver.NewConstraint(args[1].AsString())
			if err != nil {
				return cty.NilVal, fmt.Errorf("failed to parse semver constraint %q: %w", args[1].AsString(), err)
			}
			return cty.BoolVal(constraint.Check(version)), nil
		},
	})
}

func indexOfFunc() function.Function {
	return function.New(&function.Spec{
		Description: "Returns the index of the first element of a list that equals a value.",
		Params:      []function.Parameter{param("list", cty.DynamicPseudoType), param("value", cty.DynamicPseudoType)},
		Type:        function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if ty := args[0].Type(); !ty.IsListType() && !ty.IsTupleType() {
				return cty.NilVal, function.NewArgErrorf(0, "argument must be a list or tuple")
			}
			if args[0].LengthInt() == 0 {
				return cty.NilVal, errors.New("cannot search an empty list")
			}
			for it := args[0].ElementIterator(); it.Next(); {
				i, v := it.Element()
				equal, err := stdlib.Equal(v, args[1])
				if err != nil {
					return cty.NilVal, err
				}
				if equal.IsKnown() && equal.True() {
					return i, nil
				}
			}
			return cty.NilVal, errors.New("item not found")
		},
	})
}

// uuidV4Func makes random identifiers of version 4 from the given source.
func uuidV4Func(random io.Reader) function.Function {
	return function.New(&function.Spec{
		Description: "Returns a random UUID.",
		Type:        function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			if random == nil {
				return cty.NilVal, errors.New("no source of randomness here")
			}
			var b [16]byte
			if _, err := io.ReadFull(random, b[:]); err != nil {
				return cty.NilVal, fmt.Errorf("reading randomness: %w", err)
			}
			b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
			return cty.StringVal(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])), nil
		},
	})
}
