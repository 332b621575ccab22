package bake

import (
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// csvFields splits one CSV record.
func csvFields(s string) ([]string, error) {
	if !strings.ContainsAny(s, "\"\r\n") {
		return strings.Split(s, ","), nil
	}
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord = -1
	return r.Read()
}

// A pair is one key=value of a CSV record; the key is in lower case.
type pair struct {
	key, value string
	field      string // as written
	bare       bool   // there was no "="
}

// csvPairs splits one CSV record of key=value fields.
func csvPairs(s string) ([]pair, error) {
	fields, err := csvFields(s)
	if err != nil {
		return nil, err
	}
	pairs := make([]pair, 0, len(fields))
	for _, field := range fields {
		key, value, ok := strings.Cut(field, "=")
		pairs = append(pairs, pair{key: strings.TrimSpace(strings.ToLower(key)), value: value, field: field, bare: !ok})
	}
	return pairs, nil
}

// elements lists the elements of a composite attribute's value. Null and the
// empty string stand for an element that is not there.
func elements(v cty.Value) ([]cty.Value, error) {
	ty := v.Type()
	if !ty.IsListType() && !ty.IsTupleType() && !ty.IsSetType() {
		return nil, fmt.Errorf("list of string or object required, not %s", ty.FriendlyName())
	}
	var out []cty.Value
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if e.IsNull() || e.Type() == cty.String && e.AsString() == "" {
			continue
		}
		out = append(out, e)
	}
	return out, nil
}

// entries decodes a list of strings and objects with one function for each.
func entries[T any](v cty.Value, fromText func(string) (T, error), fromObject func(map[string]cty.Value) (T, error)) ([]T, error) {
	list, err := elements(v)
	if err != nil {
		return nil, err
	}
	out := make([]T, 0, len(list))
	for _, e := range list {
		var entry T
		switch ty := e.Type(); {
		case ty == cty.String:
			entry, err = fromText(e.AsString())
		case ty.IsObjectType(), ty.IsMapType():
			entry, err = fromObject(e.AsValueMap())
		default:
			err = fmt.Errorf("string or object required, not %s", ty.FriendlyName())
		}
		if err != nil {
			return nil, err
		}
		out = append(out, entry)
	}
	return out, nil
}

// textOf is a primitive value as a string; ok is false for null.
func textOf(key string, v cty.Value) (s string, ok bool, err error) {
	if v.IsNull() {
		return "", false, nil
	}
	str, err := convert.Convert(v, cty.String)
	if err != nil {
		return "", false, fmt.Errorf("%s: %w", key, err)
	}
	return str.AsString(), true, nil
}

// textAttrs turns an object's attributes into strings, without the nulls.
func textAttrs(object map[string]cty.Value) (map[string]string, error) {
	out := make(map[string]string, len(object))
	for key, v := range object {
		s, ok, err := textOf(key, v)
		if err != nil {
			return nil, err
		}
		if ok {
			out[key] = s
		}
	}
	return out, nil
}

// takeAttr removes an attribute and returns it.
func takeAttr(attrs map[string]string, key string) string {
	v := attrs[key]
	delete(attrs, key)
	return v
}
