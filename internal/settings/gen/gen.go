// Command gen makes what is generated from the settings' doc comments: the
// configuration that the extension contributes and the manual's page. Run it
// in the module's root.
package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/buildlens/buildlens/internal/settings"
)

// Names of the generated files, relative to the module's root.
const (
	ConfigurationFile = "extension/configuration.gen.json"
	ManualFile        = "docs/settings.md"
)

// Files generates everything from the sources in dir, by file name.
func Files(dir string) (map[string][]byte, error) {
	docs, err := readDocs(dir)
	if err != nil {
		return nil, err
	}
	all := leaves(docs)
	configuration, err := configuration(all)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{ConfigurationFile: configuration, ManualFile: manual(all)}, nil
}

// A leaf is one setting: a field that holds a value and not further settings.
type leaf struct {
	Key     string // with the section: "buildlens.build.unsaved"
	Doc     string
	Schema  schema
	Default any
}

// A schema is the part of JSON Schema that editors read.
type schema struct {
	Type                     string             `json:"type,omitempty"`
	Scope                    string             `json:"scope,omitempty"`
	Default                  any                `json:"default,omitempty"`
	MarkdownDescription      string             `json:"markdownDescription,omitempty"`
	Enum                     []string           `json:"enum,omitempty"`
	MarkdownEnumDescriptions []string           `json:"markdownEnumDescriptions,omitempty"`
	Items                    *schema            `json:"items,omitempty"`
	Properties               map[string]*schema `json:"properties,omitempty"`
	AdditionalProperties     any                `json:"additionalProperties,omitempty"`
}

func leaves(docs *docs) []leaf {
	var all []leaf
	defaults := reflect.ValueOf(settings.Default())
	walk(docs, settings.Section, defaults, func(l leaf) { all = append(all, l) })
	return all
}

func walk(docs *docs, key string, v reflect.Value, visit func(leaf)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := key + "." + field.Tag.Get("json")
		if field.Type.Kind() == reflect.Struct {
			walk(docs, name, v.Field(i), visit)
			continue
		}
		doc := docs.fields[v.Type().Name()+"."+field.Name]
		visit(leaf{Key: name, Doc: doc, Schema: *schemaOf(docs, field.Type), Default: defaultOf(v.Field(i))})
	}
}

// defaultOf is the default as JSON shows it: empty lists and objects, not null.
func defaultOf(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Map:
		return map[string]any{}
	case reflect.Slice:
		return []any{}
	}
	return v.Interface()
}

func schemaOf(docs *docs, t reflect.Type) *schema {
	switch t.Kind() {
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Slice:
		return &schema{Type: "array", Items: schemaOf(docs, t.Elem())}
	case reflect.Map:
		return &schema{Type: "object", AdditionalProperties: schemaOf(docs, t.Elem())}
	case reflect.Struct:
		return objectSchema(docs, t)
	}
	s := &schema{Type: "string"}
	for _, value := range docs.enums[t.Name()] {
		s.Enum = append(s.Enum, value.value)
		s.MarkdownEnumDescriptions = append(s.MarkdownEnumDescriptions, value.doc)
	}
	return s
}

func objectSchema(docs *docs, t reflect.Type) *schema {
	s := &schema{Type: "object", Properties: map[string]*schema{}, AdditionalProperties: false}
	for i := range t.NumField() {
		field := t.Field(i)
		property := schemaOf(docs, field.Type)
		property.MarkdownDescription = docs.fields[t.Name()+"."+field.Name]
		s.Properties[field.Tag.Get("json")] = property
	}
	return s
}

// configuration is the `contributes.configuration` section of package.json.
func configuration(all []leaf) ([]byte, error) {
	properties := make(map[string]schema, len(all))
	for _, l := range all {
		s := l.Schema
		s.Scope, s.MarkdownDescription, s.Default = "resource", l.Doc, l.Default
		properties[l.Key] = s
	}
	out, err := json.MarshalIndent(map[string]any{"title": "Buildlens", "properties": properties}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the configuration: %w", err)
	}
	return append(out, '\n'), nil
}

// manual is the page about settings.
func manual(all []leaf) []byte {
	var b strings.Builder
	b.WriteString(manualHead)
	for _, l := range all {
		value, err := json.Marshal(l.Default)
		if err != nil { // defaults are strings, booleans and empty containers
			value = []byte("?")
		}
		fmt.Fprintf(&b, "\n## `%s`\n\n%s, default `%s`\n\n%s\n", l.Key, typeName(l.Schema), value, l.Doc)
		writeEnum(&b, l.Schema)
		writeProperties(&b, l.Schema)
	}
	return []byte(b.String())
}

const manualHead = `# Settings

<!-- Generated from internal/settings by: go run ./internal/settings/gen -->

In VS Code these are ordinary settings; other editors send the same names as the
section ` + "`buildlens`" + ` of ` + "`workspace/configuration`" + `, or as ` + "`initializationOptions.settings`" + `.
Unknown names and values of the wrong type are reported and change nothing.
`

func typeName(s schema) string {
	switch {
	case s.Items != nil:
		return "List of " + strings.ToLower(typeName(*s.Items)) + "s"
	case len(s.Enum) > 0:
		return "Choice"
	}
	return strings.ToUpper(s.Type[:1]) + s.Type[1:]
}

func writeEnum(b *strings.Builder, s schema) {
	if more, ok := s.AdditionalProperties.(*schema); ok {
		s = *more
	}
	for i, value := range s.Enum {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(b, "- `%s`: %s\n", value, s.MarkdownEnumDescriptions[i])
	}
}

func writeProperties(b *strings.Builder, s schema) {
	if s.Items == nil || s.Items.Properties == nil {
		return
	}
	b.WriteByte('\n')
	for _, name := range sortedNames(s.Items.Properties) {
		property := s.Items.Properties[name]
		fmt.Fprintf(b, "- `%s` (%s): %s\n", name, strings.ToLower(typeName(*property)), property.MarkdownDescription)
	}
}
