package bakefile

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/buildlens/buildlens/bake"
	"github.com/zclconf/go-cty/cty"
)

// asText is the text of a value that is a known string.
func asText(v cty.Value) (string, bool) {
	if v == cty.NilVal || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

// render writes a value as HCL, on one line while it is short.
func render(v cty.Value) string {
	if one := inline(v); len(one) <= 100 && !strings.Contains(one, "\n") {
		return one
	}
	var b strings.Builder
	block(&b, v, "")
	return b.String()
}

// inline writes a value on one line.
func inline(v cty.Value) string {
	switch {
	case v == cty.NilVal || !v.IsKnown():
		return "(unknown)"
	case v.IsNull():
		return "null"
	case v.Type() == cty.String:
		return quote(v.AsString())
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('f', -1)
	case v.Type() == cty.Bool:
		return strconv.FormatBool(v.True())
	case !v.CanIterateElements():
		return "(" + v.Type().FriendlyName() + ")"
	}
	var parts []string
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		if keyed(v.Type()) {
			parts = append(parts, keyText(key)+" = "+inline(e))
			continue
		}
		parts = append(parts, inline(e))
	}
	if keyed(v.Type()) {
		if len(parts) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// block writes a value over several lines.
func block(b *strings.Builder, v cty.Value, indent string) {
	if one := inline(v); len(one)+len(indent) <= 80 || v.IsNull() || !v.IsKnown() || !v.CanIterateElements() {
		b.WriteString(one)
		return
	}
	open, end := "[\n", "]"
	if keyed(v.Type()) {
		open, end = "{\n", "}"
	}
	b.WriteString(open)
	for it := v.ElementIterator(); it.Next(); {
		key, e := it.Element()
		b.WriteString(indent + "  ")
		if keyed(v.Type()) {
			b.WriteString(keyText(key) + " = ")
		}
		block(b, e, indent+"  ")
		if !keyed(v.Type()) {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	b.WriteString(indent + end)
}

func keyed(t cty.Type) bool { return t.IsMapType() || t.IsObjectType() }

func keyText(key cty.Value) string {
	s := key.AsString()
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return quote(s)
		}
	}
	if s == "" {
		return `""`
	}
	return s
}

var templateMarks = strings.NewReplacer("\\", `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{")

func quote(s string) string { return `"` + templateMarks.Replace(s) + `"` }

// shorten cuts a text for a place where only one line fits.
func shorten(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	runes := []rune(s)
	return string(runes[:limit-1]) + "…"
}

// fence is a text as a block of code in markdown, whatever it holds.
func fence(language, code string) string {
	marks := "```"
	for strings.Contains(code, marks) {
		marks += "`"
	}
	return marks + language + "\n" + strings.TrimRight(code, "\n") + "\n" + marks
}

// code is a text as inline code in markdown.
func code(s string) string {
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}

// printed is a target as `bake --print` shows it.
func printed(t *bake.Target) string {
	out, err := json.MarshalIndent(t, "", "  ")
	if err != nil { // strings, booleans and maps of them always encode
		return ""
	}
	return string(out)
}

// printedAttribute is one attribute of that.
func printedAttribute(t *bake.Target, name string) (string, bool) {
	data, err := json.Marshal(t)
	if err != nil {
		return "", false
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil || all[name] == nil {
		return "", false
	}
	return string(all[name]), true
}
