package compose

import (
	"slices"
	"testing"
)

// TestAttributes holds that the tables have what the schema of this
// compose-go has: a release that moves sections around would empty them.
func TestAttributes(t *testing.T) {
	for name, c := range map[string]struct {
		table []Attribute
		want  map[string]Shape
	}{
		"top":     {TopAttributes(), map[string]Shape{"services": MappingShape, "include": ListShape, "name": ScalarShape}},
		"service": {ServiceAttributes(), map[string]Shape{"build": ScalarShape, "image": ScalarShape, "privileged": BooleanShape, "env_file": ScalarShape}},
		"build":   {BuildAttributes(), map[string]Shape{"context": ScalarShape, "args": MappingShape, "tags": ListShape, "no_cache": BooleanShape}},
		"x-bake":  {XBakeAttributes(), map[string]Shape{"output": ListShape}},
	} {
		if !slices.IsSortedFunc(c.table, byName) {
			t.Errorf("%s is not sorted", name)
		}
		for key, shape := range c.want {
			i := slices.IndexFunc(c.table, func(a Attribute) bool { return a.Name == key })
			if i < 0 || c.table[i].Doc == "" || c.table[i].Shape != shape {
				t.Errorf("%s: %s is missing, undocumented or of another shape in %v", name, key, c.table)
			}
		}
	}
}
