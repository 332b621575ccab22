package tree

import (
	"fmt"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/internal/text"
)

// dump writes a tree as one line per block and attribute.
func dump(f *File) string {
	var b strings.Builder
	for _, a := range f.Root.Attrs() {
		fmt.Fprintf(&b, "%s = %s\n", a.Name.Text, show(a.Value))
	}
	for _, block := range f.Blocks() {
		dumpBlock(&b, block, "")
	}
	return b.String()
}

func dumpBlock(b *strings.Builder, block *Block, indent string) {
	fmt.Fprintf(b, "%s%s", indent, block.Kind.Text)
	for _, l := range block.Labels {
		fmt.Fprintf(b, " %q", l.Text)
	}
	if !block.Closed {
		b.WriteString(" open")
	}
	b.WriteString("\n")
	for _, a := range block.Attrs() {
		fmt.Fprintf(b, "%s  %s = %s\n", indent, a.Name.Text, show(a.Value))
	}
	for _, inner := range block.Blocks() {
		dumpBlock(b, inner, indent+"  ")
	}
}

var kindNames = map[Kind]string{
	Other: "other", String: "string", List: "list", Object: "object", Call: "call", Ref: "ref", Operation: "op", Paren: "paren", For: "for",
}

func show(e *Expr) string {
	if e == nil {
		return "-"
	}
	var parts []string
	switch e.Kind {
	case String:
		if e.Plain {
			return fmt.Sprintf("%q", e.Text)
		}
	case Other:
		return e.Text
	case Ref:
		out := e.Name.Text
		for _, item := range e.Items {
			out += show(item)
		}
		for _, s := range e.Steps {
			if s.Index != nil {
				out += "[" + show(s.Index) + "]"
				continue
			}
			out += "." + s.Name.Text
		}
		return out
	}
	for _, entry := range e.Entries {
		parts = append(parts, show(entry.Key)+": "+show(entry.Value))
	}
	for _, item := range e.Items {
		parts = append(parts, show(item))
	}
	return kindNames[e.Kind] + e.Name.Text + "(" + strings.Join(parts, ", ") + ")"
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"block", "target \"a\" {\n  tags = [\"x\", B]\n}\n", "target \"a\"\n  tags = list(\"x\", B)\n"},
		{"one line", `group "g" { targets = ["a"] }`, "group \"g\"\n  targets = list(\"a\")\n"},
		{"template", `x = "a-${f(B, "c")}-${target.a.tags[0]}"`, `x = string(callf(B, "c"), target.a.tags[0])` + "\n"},
		{"conditional", `x = A == "" ? [] : ["${A}"]`, "x = op(A, \"\", list(), list(string(A)))\n"},
		{"for", `x = [for i, v in L : upper(v) if v != ""]`, "x = for(L, callupper(v), if, op(v, \"\"))\n"},
		{"object", "x = {\n a = 1\n \"b\" : c\n (D) = 2 }", "x = object(a: 1, \"b\": c, paren(D): 2)\n"},
		{"heredoc", "target \"a\" {\n  dockerfile-inline = <<EOT\nFROM ${B}\nRUN [\nEOT\n}\n", "target \"a\"\n  dockerfile-inline = string(B)\n"},
		{"missing value", "target \"a\" {\n  tags =\n  context = \".\"\n}\n", "target \"a\"\n  tags = -\n  context = \".\"\n"},
		{"half a name", "target \"a\" {\n  tag\n  context = \".\"\n}\n", "target \"a\"\n  tag = -\n  context = \".\"\n"},
		{"open list", "target \"a\" {\n  tags = [\"x\",\n  context = \".\"\n}\ntarget \"b\" {}\n", "target \"a\"\n  tags = list(\"x\")\n  context = \".\"\ntarget \"b\"\n"},
		{"open block", "target \"a\" {\n  tags = [\ntarget \"b\" {\n x = 1\n}\n", "target \"a\" open\n  tags = list()\ntarget \"b\"\n  x = 1\n"},
		{"open string", "target \"a\" {\n  target = \"rel\n  context = \".\"\n}\n", "target \"a\"\n  target = \"rel\"\n  context = \".\"\n"},
		{"open interpolation", "target \"a\" {\n  target = \"${B\n  context = \".\"\n}\n", "target \"a\"\n  target = string(B)\n  context = \".\"\n"},
		{"validation", "variable \"V\" {\n  validation {\n condition = V != \"\"\n}\n}", "variable \"V\"\n  validation\n    condition = op(V, \"\")\n"},
		{"escapes", `x = "a\"$${b}"`, "x = \"a\\\"${b}\"\n"},
		{"dot", "target \"a\" {\n  args = target.b.\n  tags = []\n}", "target \"a\"\n  args = target.b.\n  tags = list()\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := dump(Read(c.src, false)); got != c.want {
				t.Errorf("read\n%s\ngot\n%swant\n%s", c.src, got, c.want)
			}
		})
	}
}

func TestReadJSON(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"blocks", `{"target": {"a": {"tags": ["x", "${B}"]}}, "V": "1"}`, "V = \"1\"\ntarget \"a\"\n  tags = list(\"x\", string(B))\n"},
		{"escaped", `{"V": "${f(\"x\", B)}"}`, "V = string(callf(\"x\", B))\n"},
		{"validation", `{"variable": {"V": {"default": 1, "validation": [{"condition": "${V}"}]}}}`,
			"variable \"V\"\n  default = 1\n  validation\n    condition = string(V)\n"},
		{"missing value", "{\"target\": {\"a\": {\"tags\": \n\"context\": \".\"}}}", "target \"a\"\n  tags = -\n  context = \".\"\n"},
		{"half a key", "{\"target\": {\"a\": {\"ta\"}}}", "target \"a\"\n  ta = -\n"},
		{"open string", "{\"target\": {\"a\": {\"target\": \"rel\n}}}", "target \"a\"\n  target = \"rel\"\n"},
		{"open list", "{\"group\": {\"a\": {\"targets\": [\"x\",\n}}}", "group \"a\"\n  targets = list(\"x\")\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := dump(Read(c.src, true)); got != c.want {
				t.Errorf("read\n%s\ngot\n%swant\n%s", c.src, got, c.want)
			}
		})
	}
}

// Names in a JSON string with escapes have the spans of the source.
func TestEscapedSpans(t *testing.T) {
	src := `{"V": "\"${f(\"x\", NAME)}"}`
	e := Read(src, true).Root.Attr("V").Value
	call := e.Items[0]
	if got := call.Items[1].Span.In(src); got != "NAME" {
		t.Errorf("the argument is %q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("target \"a\" {\n  tags = [\"x-${f(A, [for b in c : b])}\"]\n  args = { a = <<E\nx\nE\n }\n}\n", 20)
	f.Add(`{"target":{"a":{"args":{"x":"${a.b[0].c}"}}}}`, 30)
	f.Add("x = \"%{ for a in b }${a}%{ endfor }\"\ngroup \"", 3)
	f.Fuzz(func(t *testing.T, src string, offset int) {
		for _, json := range []bool{false, true} {
			file := Read(src, json)
			checkBlock(t, file.Root, text.Span{Start: 0, End: len(src)})
			if offset >= 0 && offset <= len(src) {
				file.At(offset)
			}
		}
	})
}

// checkBlock holds every span against the one around it.
func checkBlock(t *testing.T, b *Block, within text.Span) {
	t.Helper()
	for _, a := range b.Attrs() {
		if !within.Encloses(a.Span) || !a.Span.Encloses(a.Name.Span) {
			t.Fatalf("attribute %q at %v of %v within %v", a.Name.Text, a.Name.Span, a.Span, within)
		}
		a.Value.Walk(func(e *Expr) bool {
			if !a.Span.Encloses(e.Span) || e.Span.Len() < 0 {
				t.Fatalf("expression at %v within %v", e.Span, a.Span)
			}
			return true
		})
	}
	for _, inner := range b.Blocks() {
		if !within.Encloses(inner.Span) {
			t.Fatalf("block at %v within %v", inner.Span, within)
		}
		checkBlock(t, inner, inner.Span)
	}
}
