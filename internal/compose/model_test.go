package compose

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/buildlens/buildlens/internal/text"
)

// TestModel runs testdata/model/*.txtar: each has a section "compose.yaml" and
// a section "want" with the outline of its model, text for every span.
func TestModel(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join("testdata", "model", "*.txtar"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m := ParseModel(File{Name: "compose.yaml", Data: []byte(section(archive, "compose.yaml"))})
			checkSpans(t, m)
			got := outline(m)
			if *update {
				setSection(archive, "want", got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(section(archive, "want"), got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func outline(m *Model) string {
	var out strings.Builder
	src := string(m.File.Data)
	lines := text.NewLines(src)
	show := func(s text.Span) string { return fmt.Sprintf("%v %q", lines.Position(s.Start), s.In(src)) }
	for _, d := range m.Diagnostics {
		fmt.Fprintf(&out, "! %s: %s\n", show(d.Span), d.Message)
	}
	var walk func(n *Node, depth int)
	walk = func(n *Node, depth int) {
		indent := strings.Repeat("  ", depth)
		for _, e := range n.Entries {
			fmt.Fprintf(&out, "%s%s", indent, show(e.KeySpan))
			if e.Merged {
				out.WriteString(" merged")
			}
			if !e.Alias.IsZero() {
				fmt.Fprintf(&out, " alias %s", show(e.Alias))
			}
			if e.Value.Kind == Scalar {
				fmt.Fprintf(&out, " = %s", show(e.Value.Span))
			}
			out.WriteString("\n")
			walk(e.Value, depth+1)
		}
		for _, item := range n.Items {
			fmt.Fprintf(&out, "%s- %s\n", indent, show(item.Span))
			walk(item, depth+1)
		}
	}
	for _, n := range m.Documents {
		walk(n, 0)
	}
	for _, s := range m.Services {
		fmt.Fprintf(&out, "service %s: header %s ends at %v\n", s.Name, show(s.Header), lines.Position(s.Span.End))
	}
	for _, i := range m.Interpolations() {
		fmt.Fprintf(&out, "reference %s: name %s operator %q operand %q\n", show(i.Span), i.Name, i.Operator, i.Operand)
	}
	return out.String()
}

// TestAttr looks attributes up in all the spellings Compose has for them.
func TestAttr(t *testing.T) {
	src := `services:
  web:
    build: ./dir
    extends: base
  api:
    build:
      context: "./api"
      args:
        - VERSION=1.2
        - "QUOTED=a b"
        - BARE
      labels: {team: build}
      secrets:
        - token
        - source: long
      tags:
        - api:1
    env_file:
      - path: x.env
`
	m := ParseModel(File{Name: "compose.yaml", Data: []byte(src)})
	for _, c := range []struct{ service, keys, key, value string }{
		{"web", "build", "build", "./dir"},
		{"web", "build context", "", "./dir"},
		{"web", "extends service", "", "base"},
		{"api", "build context", "context", `"./api"`},
		{"api", "build args VERSION", "VERSION", "1.2"},
		{"api", "build args QUOTED", "QUOTED", "a b"},
		{"api", "build args BARE", "", "BARE"},
		{"api", "build args 0", "", "VERSION=1.2"},
		{"api", "build labels team", "team", "build"},
		{"api", "build secrets token", "", "token"},
		{"api", "build secrets long", "", "source: long"},
		{"api", "build tags api:1", "", "api:1"},
		{"api", "env_file x.env", "", "path: x.env"},
	} {
		e, ok := m.Service(c.service).Attr(strings.Fields(c.keys)...)
		if !ok {
			t.Errorf("%s %s: not found", c.service, c.keys)
			continue
		}
		if got := e.KeySpan.In(src); got != c.key {
			t.Errorf("%s %s: key %q, want %q", c.service, c.keys, got, c.key)
		}
		if got := e.Value.Span.In(src); got != c.value {
			t.Errorf("%s %s: value %q, want %q", c.service, c.keys, got, c.value)
		}
	}
	if _, ok := m.Service("web").Attr("build", "dockerfile"); ok {
		t.Error("a short build has no dockerfile")
	}
}

func TestPathAt(t *testing.T) {
	src := "x: &x {a: b}\nservices:\n  web:\n    build:\n      args: [A=1, B=2]\n      <<: *x\n  api: *x\n"
	m := ParseModel(File{Name: "compose.yaml", Data: []byte(src)})
	for at, want := range map[string]string{
		"B=2":     "services web build args 1",
		"context": "",
		"args":    "services web build args",
		"web":     "services web",
		"*x\n  a": "services web build",
		"api":     "services api",
		"b}":      "x a",
	} {
		var got []string
		if offset := strings.Index(src, at); offset >= 0 {
			for _, e := range m.PathAt(offset) {
				got = append(got, e.Key)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("at %q: %q, want %q", at, got, want)
		}
	}
}
