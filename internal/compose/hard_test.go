package compose

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// hardInputs are documents that are small and expand to much, or break parsers.
func hardInputs() map[string]string {
	var bomb, merges strings.Builder
	bomb.WriteString("a0: &a0 [x, x]\n")
	merges.WriteString("a0: &a0 {k: v}\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
		fmt.Fprintf(&merges, "a%d: &a%d {<<: [*a%d, *a%d], k%d: v, n: *a%d}\n", i, i, i-1, i-1, i, i-1)
	}
	services := "services:\n  web:\n    build: .\n"
	return map[string]string{
		"alias bomb":    services + bomb.String(),
		"merge bomb":    services + merges.String(),
		"self alias":    services + "x: &x {y: *x}\n",
		"self merge":    services + "x: &x {<<: *x}\n",
		"alias as key":  services + "x: &x k\n? *x\n: v\n",
		"deep flow":     services + "x: " + strings.Repeat("[", 5000),
		"deep closed":   services + "x: " + strings.Repeat("[", 3000) + strings.Repeat("]", 3000),
		"deep block":    services + "x:\n" + deepBlock(300),
		"wide":          services + "x: [" + strings.Repeat("y,", 120_000) + "]\n",
		"no newline":    "services: {web: {build: .}}",
		"bom":           "\ufeff" + services,
		"crlf":          strings.ReplaceAll(services, "\n", "\r\n"),
		"cr":            strings.ReplaceAll(services, "\n", "\r"),
		"next line":     services + "x: \"a\u0085b\u2028c\"\ny: 1\n",
		"control":       services + "x: \x00\x01\n",
		"not utf-8":     services + "x: \xff\xfe\n",
		"utf-16":        "s\x00e\x00r\x00",
		"numbers":       "1: 2\n",
		"list keys":     "[a, b]: c\n",
		"null":          "~",
		"bad types":     "services: {web: {build: {context: 1, additional_contexts: [1], ssh: 3, secrets: 4}, env_file: {}, extends: 5}}\n",
		"services list": "services: [a]\ninclude: {}\nsecrets: 3\n",
		"unclosed":      "services:\n  web:\n    build: \"x\n  api:\n    build: .\n",
		"nested":        "services: {web: {build: ., image: \"" + strings.Repeat("${A:-", 10_000) + "\"}}\n",
		"dollars":       "services: {web: {image: \"$${A} ${B:-${C:-${D}}} ${E ${\", build: .}}\n",
	}
}

func deepBlock(levels int) string {
	var b strings.Builder
	for i := 1; i <= levels; i++ {
		b.WriteString(strings.Repeat(" ", i) + "x:\n")
	}
	return b.String()
}

// TestHardInputs holds that none of them panics, hangs or is refused without a word.
func TestHardInputs(t *testing.T) {
	for name, src := range hardInputs() {
		t.Run(name, func(t *testing.T) {
			files := memFS{"c.yaml": src}
			f := files.file("c.yaml")
			checkSpans(t, ParseModel(f))
			p, diags := Load(context.Background(), LoadInput{Files: []File{f}, Dir: root, FS: files})
			if p == nil || len(p.Models) != 1 {
				t.Fatalf("project %v", p)
			}
			if len(p.Services) == 0 && len(diags) == 0 {
				t.Errorf("neither services nor diagnostics")
			}
		})
	}
}
