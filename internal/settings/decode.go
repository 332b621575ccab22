package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// A Problem is a setting that was not understood. The rest is in force.
type Problem struct {
	Key     string // dotted path below the section, such as "build.unsaved"
	Message string // one sentence that names Key
}

func (p Problem) String() string { return p.Message }

// Decode reads the section's JSON value over the defaults. Null and absent
// values keep the default; a key may also be given dotted ("build.unsaved").
// What is unknown or of the wrong type is reported and left out.
func Decode(raw []byte) (Settings, []Problem) {
	s := Default()
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return s, nil
	}
	d := decoder{}
	d.value("", raw, reflect.ValueOf(&s).Elem())
	return s, d.problems
}

type decoder struct{ problems []Problem }

func (d *decoder) report(key, format string, args ...any) {
	d.problems = append(d.problems, Problem{Key: key, Message: name(key) + ": " + fmt.Sprintf(format, args...)})
}

// name is a key as people write it.
func name(key string) string {
	if key == "" {
		return Section
	}
	return Section + "." + key
}

// value decodes raw into v, whose type decides what is expected.
func (d *decoder) value(key string, raw []byte, v reflect.Value) {
	if string(raw) == "null" {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.object(key, raw, v)
	case reflect.Map:
		d.table(key, raw, v)
	case reflect.Slice:
		d.list(key, raw, v)
	default:
		d.scalar(key, raw, v)
	}
}

func (d *decoder) object(key string, raw []byte, v reflect.Value) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		d.report(key, "expected an object, got %s", excerpt(raw))
		return
	}
	for _, member := range sortedKeys(members) {
		first, rest, dotted := strings.Cut(member, ".")
		field, ok := fieldByKey(v, first)
		if !ok {
			d.unknown(key, first, v)
			continue
		}
		value := members[member]
		if dotted {
			value = wrap(rest, value)
		}
		d.value(join(key, first), value, field)
	}
}

// wrap makes {key: value}, so that a dotted key descends like a nested one.
func wrap(key string, value json.RawMessage) json.RawMessage {
	quoted, err := json.Marshal(key)
	if err != nil { // a string always encodes
		return value
	}
	return slices.Concat([]byte("{"), quoted, []byte(":"), value, []byte("}"))
}

func (d *decoder) unknown(key, member string, v reflect.Value) {
	near := text.Near(member, keysOf(v.Type()))
	if near == "" {
		d.report(join(key, member), "unknown setting")
		return
	}
	d.report(join(key, member), "unknown setting; did you mean %q?", name(join(key, near)))
}

func (d *decoder) table(key string, raw []byte, v reflect.Value) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		d.report(key, "expected an object, got %s", excerpt(raw))
		return
	}
	table := reflect.MakeMap(v.Type())
	for _, member := range sortedKeys(members) {
		item := reflect.New(v.Type().Elem()).Elem()
		before := len(d.problems)
		d.value(join(key, member), members[member], item)
		if len(d.problems) == before {
			table.SetMapIndex(reflect.ValueOf(member), item)
		}
	}
	v.Set(table)
}

func (d *decoder) list(key string, raw []byte, v reflect.Value) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		d.report(key, "expected a list, got %s", excerpt(raw))
		return
	}
	list := reflect.MakeSlice(v.Type(), 0, len(items))
	for i, raw := range items {
		item := reflect.New(v.Type().Elem()).Elem()
		before := len(d.problems)
		d.value(fmt.Sprintf("%s[%d]", key, i), raw, item)
		if len(d.problems) == before {
			list = reflect.Append(list, item)
		}
	}
	v.Set(list)
}

func (d *decoder) scalar(key string, raw []byte, v reflect.Value) {
	parsed := reflect.New(v.Type())
	if json.Unmarshal(raw, parsed.Interface()) != nil {
		d.report(key, "expected %s, got %s", expectation(v.Type()), excerpt(raw))
		return
	}
	if e, ok := v.Interface().(enumeration); ok && !slices.Contains(e.values(), parsed.Elem().String()) {
		d.report(key, "expected one of %s, got %s%s", quoteAll(e.values()), excerpt(raw),
			suggestion(text.Near(parsed.Elem().String(), e.values())))
		return
	}
	v.Set(parsed.Elem())
}

func suggestion(near string) string {
	if near == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", near)
}

func expectation(t reflect.Type) string {
	if t.Kind() == reflect.Bool {
		return "true or false"
	}
	return "a string"
}

// excerpt is what a message quotes of a wrong value.
func excerpt(raw []byte) string {
	if len(raw) > 40 {
		return string(raw[:37]) + "..."
	}
	return string(raw)
}

func quoteAll(words []string) string { return `"` + strings.Join(words, `", "`) + `"` }

func join(key, member string) string {
	if key == "" {
		return member
	}
	return key + "." + member
}

func fieldByKey(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("json") == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func keysOf(t reflect.Type) []string {
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i] = t.Field(i).Tag.Get("json")
	}
	return keys
}

func sortedKeys(m map[string]json.RawMessage) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
