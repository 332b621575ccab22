package compose

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/schema"
)

// An Attribute is a key that Compose allows somewhere.
type Attribute struct {
	Name  string
	Doc   string // the specification's own words
	Shape Shape  // of the simplest value it takes
}

// Shape is how a value is written.
type Shape int

// The shapes.
const (
	ScalarShape Shape = iota + 1
	ListShape
	MappingShape
	BooleanShape
)

// attributes are the tables of keys, read from the Compose schema once.
var attributes = sync.OnceValue(func() (t struct{ top, service, build []Attribute }) {
	var root struct {
		schemaNode
		Defs map[string]schemaNode `json:"$defs"`
	}
	if json.Unmarshal([]byte(schema.Schema), &root) != nil {
		return t // compose-go itself could not validate anything then
	}
	t.top = root.list(root.Defs)
	for _, part := range []string{"service", "container_spec", "workload_spec"} {
		t.service = append(t.service, root.Defs[part].list(root.Defs)...)
	}
	for _, form := range root.Defs["workload_spec"].Properties["build"].OneOf {
		t.build = append(t.build, form.list(root.Defs)...)
	}
	slices.SortFunc(t.service, byName)
	t.service = slices.CompactFunc(t.service, func(a, b Attribute) bool { return a.Name == b.Name })
	return t
})

func byName(a, b Attribute) int { return cmp.Compare(a.Name, b.Name) }

// TopAttributes lists the keys of a file, by name.
func TopAttributes() []Attribute { return attributes().top }

// ServiceAttributes lists the keys of a service, by name.
func ServiceAttributes() []Attribute { return attributes().service }

// BuildAttributes lists the keys of a build section, by name, without x-bake.
func BuildAttributes() []Attribute { return attributes().build }

// XBakeAttributes lists the keys under x-bake, which no schema has.
func XBakeAttributes() []Attribute { return xbakeAttributes }

var xbakeAttributes = []Attribute{
	{"cache-from", "Cache sources that Bake adds to `cache_from`, as `--cache-from` takes them.", ListShape},
	{"cache-to", "Cache destinations that Bake adds to `cache_to`, as `--cache-to` takes them.", ListShape},
	{"contexts", "Named build contexts that `additional_contexts` does not have.", MappingShape},
	{"no-cache", "Replaces `no_cache`.", BooleanShape},
	{"no-cache-filter", "Stages to build without cache.", ListShape},
	{"output", "Where the result goes, as `--output` takes it.", ListShape},
	{"platforms", "Platforms that Bake adds to `platforms`.", ListShape},
	{"pull", "Replaces `pull`.", BooleanShape},
	{"secret", "Secrets that Bake adds to `secrets`, as `--secret` takes them.", ListShape},
	{"ssh", "SSH agents and keys that Bake adds to `ssh`, as `--ssh` takes them.", ListShape},
	{"tags", "Tags that Bake adds to `tags`.", ListShape},
}

// schemaNode is the part of JSON schema that the tables need.
type schemaNode struct {
	Description string                `json:"description"`
	Type        any                   `json:"type"` // a name, or a list of them
	Ref         string                `json:"$ref"`
	OneOf       []schemaNode          `json:"oneOf"`
	Properties  map[string]schemaNode `json:"properties"`
}

func (n schemaNode) list(defs map[string]schemaNode) []Attribute {
	list := make([]Attribute, 0, len(n.Properties))
	for name, p := range n.Properties {
		list = append(list, Attribute{name, p.Description, p.shape(defs)})
	}
	slices.SortFunc(list, byName)
	return list
}

func (n schemaNode) shape(defs map[string]schemaNode) Shape {
	if n.Ref != "" {
		n = defs[strings.TrimPrefix(n.Ref, "#/$defs/")]
	}
	types, _ := json.Marshal(n.Type) // it came out of JSON
	for _, form := range n.OneOf {
		more, _ := json.Marshal(form.Type)
		types = append(types, more...)
	}
	for _, known := range []struct {
		name  string
		shape Shape
	}{{"boolean", BooleanShape}, {"string", ScalarShape}, {"object", MappingShape}, {"array", ListShape}} {
		if strings.Contains(string(types), `"`+known.name+`"`) {
			return known.shape
		}
	}
	if n.Properties != nil {
		return MappingShape
	}
	return ScalarShape
}
