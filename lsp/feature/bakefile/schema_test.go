package bakefile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/bake"
)

// diagnose lists the codes that the evaluator reports for a definition.
func diagnose(t *testing.T, source string) []string {
	t.Helper()
	def := bake.New(bake.Input{Dir: "/", Files: []bake.File{{Name: "docker-bake.hcl", Path: "/docker-bake.hcl", Data: []byte(source)}}})
	var out []string
	for _, d := range def.Diagnostics(t.Context()) {
		out = append(out, d.Code+": "+d.Message)
	}
	return out
}

// The evaluator knows every attribute of the schema, and the schema is complete:
// a target has 31.
func TestSchemaIsTheEvaluators(t *testing.T) {
	for kind, list := range schemas {
		if kind == "validation" {
			continue
		}
		var body strings.Builder
		for _, a := range list {
			fmt.Fprintf(&body, "  %s = null\n", a.name)
		}
		for _, d := range diagnose(t, kind+" \"x\" {\n"+body.String()+"}\n") {
			if strings.HasPrefix(d, "unknown-attribute") {
				t.Errorf("%s: %s", kind, d)
			}
		}
		if !slices.IsSortedFunc(list, func(a, b attribute) int { return strings.Compare(a.name, b.name) }) {
			t.Errorf("the attributes of %s are not sorted", kind)
		}
		for _, a := range list {
			if a.doc == "" || shapes[a.shape].label == "" || shapes[a.shape].json == "" {
				t.Errorf("%s.%s lacks documentation or a shape", kind, a.name)
			}
		}
	}
	if n := len(targetSchema); n != 31 {
		t.Errorf("a target has %d attributes, want 31", n)
	}
}

func TestLibraryIsTheEvaluators(t *testing.T) {
	if len(library) != 106 {
		t.Errorf("%d functions, want 106", len(library))
	}
	if !slices.IsSortedFunc(library, func(a, b function) int { return strings.Compare(a.name, b.name) }) {
		t.Error("the library is not sorted")
	}
	for _, f := range library {
		for _, d := range diagnose(t, "x = "+f.name+"()\n") {
			if strings.HasPrefix(d, "call-to-unknown-function") {
				t.Errorf("%s: %s", f.name, d)
			}
		}
		for _, p := range f.signature().Parameters {
			if label := f.label()[p.Start:p.End]; label == "" || strings.ContainsAny(label, "(),") {
				t.Errorf("%s: parameter %q", f.name, label)
			}
		}
	}
}
