package bake

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A given is a value for a variable from outside the definition.
type given struct {
	text string
	json bool // it came under the name with the suffix _JSON, which a typed variable reads as JSON
}

// override finds a value for a variable in --var and the environment. For a
// typed variable NAME_JSON is preferred to NAME; for others it is the last
// resort, and no different.
func (d *Definition) override(name string, typ cty.Type) (given, Origin, bool) {
	sources := []string{name, name + "_JSON"}
	if typ != cty.NilType {
		sources[0], sources[1] = sources[1], sources[0]
	}
	for _, source := range sources {
		isJSON := source != name
		if _, declared := d.variables[source]; isJSON && declared {
			continue
		}
		if s, ok := d.in.Vars[source]; ok {
			return given{s, isJSON}, Origin{Kind: FromVar, Via: source}, true
		}
		if d.in.DisableEnvLookup {
			continue
		}
		if s, ok := d.in.env(source); ok {
			return given{s, isJSON}, Origin{Kind: FromEnvironment, Via: source}, true
		}
	}
	return given{}, Origin{}, false
}

// convertOverride turns an override into a value: by the declared type, else
// by that of the default.
func convertOverride(name string, g given, typ cty.Type, defaults *typeexpr.Defaults, def cty.Value) (cty.Value, error) {
	if typ == cty.NilType {
		return primitiveOverride(name, g.text, def.Type())
	}
	if g.json {
		val, err := ctyjson.Unmarshal([]byte(g.text), typ.WithoutOptionalAttributesDeep())
		if err != nil {
			return cty.NilVal, fmt.Errorf("failed to convert variable %s from JSON: %w", name, err)
		}
		return toDeclared(val, typ, defaults)
	}
	if typ.IsPrimitiveType() {
		return primitiveOverride(name, g.text, typ)
	}
	if !typ.IsCollectionType() && !typ.IsTupleType() {
		return cty.NilVal, fmt.Errorf("unsupported type %s for variable %s", typ.FriendlyName(), name)
	}
	val, err := csvOverride(name, g.text, typ)
	if err != nil {
		return cty.NilVal, fmt.Errorf("failed to convert variable %s from CSV: %w", name, err)
	}
	return val, nil
}

// primitiveOverride reads a string, number or bool.
func primitiveOverride(name, s string, typ cty.Type) (cty.Value, error) {
	switch typ {
	case cty.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return cty.NilVal, fmt.Errorf("failed to parse %s as bool: %w", name, err)
		}
		return cty.BoolVal(b), nil
	case cty.Number:
		n, err := strconv.ParseFloat(s, 64)
		if err == nil && (math.IsNaN(n) || math.IsInf(n, 0)) {
			err = errors.New("invalid number value")
		}
		if err != nil {
			return cty.NilVal, fmt.Errorf("failed to parse %s as number: %w", name, err)
		}
		return cty.NumberVal(big.NewFloat(n)), nil
	case cty.String, cty.DynamicPseudoType:
		return cty.StringVal(s), nil
	}
	return cty.NilVal, fmt.Errorf("unsupported type %s for variable %s", typ.FriendlyName(), name)
}

// csvOverride reads a list, set, tuple or map of primitives from one CSV record.
func csvOverride(name, s string, typ cty.Type) (cty.Value, error) {
	if s == "" {
		return cty.NilVal, io.EOF // an empty value is no record, also for Buildx
	}
	fields, err := csvFields(s)
	if err != nil {
		return cty.NilVal, err
	}
	if typ.IsTupleType() {
		return csvTuple(name, fields, typ.TupleElementTypes())
	}
	if typ.IsMapType() {
		return csvMap(name, fields, typ.ElementType())
	}
	vals := make([]cty.Value, 0, len(fields))
	for _, field := range fields {
		val, err := csvElement(name, field, typ.ElementType())
		if err != nil {
			return cty.NilVal, err
		}
		vals = append(vals, val)
	}
	if typ.IsSetType() {
		return cty.SetVal(vals), nil
	}
	return cty.ListVal(vals), nil
}

func csvTuple(name string, fields []string, types []cty.Type) (cty.Value, error) {
	if len(fields) != len(types) {
		return cty.NilVal, fmt.Errorf("tuple requires %d elements, got %d", len(types), len(fields))
	}
	vals := make([]cty.Value, len(types))
	for i, field := range fields {
		val, err := csvElement(name, field, types[i])
		if err != nil {
			return cty.NilVal, err
		}
		vals[i] = val
	}
	return cty.TupleVal(vals), nil
}

func csvMap(name string, fields []string, element cty.Type) (cty.Value, error) {
	vals := make(map[string]cty.Value, len(fields))
	for _, field := range fields {
		key, value, ok := strings.Cut(field, ":")
		if !ok {
			return cty.NilVal, fmt.Errorf("invalid map element %q, expected key:value", field)
		}
		val, err := csvElement(name, value, element)
		if err != nil {
			return cty.NilVal, err
		}
		vals[key] = val
	}
	return cty.MapVal(vals), nil
}

// csvElement reads one element; only primitives can be written in CSV.
func csvElement(name, s string, typ cty.Type) (cty.Value, error) {
	if !typ.IsPrimitiveType() {
		return cty.NilVal, fmt.Errorf("unsupported type %s for variable %s", typ.FriendlyName(), name)
	}
	return primitiveOverride(name, s, typ)
}
