package compose

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// seeds adds every file of the test data, and what is hard for YAML parsers.
func seeds(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*", "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(data).Files {
			f.Add(string(file.Data))
		}
	}
	for _, hard := range hardInputs() {
		f.Add(hard)
	}
}

// FuzzParseModel holds that any bytes give a model whose spans lie in the file.
func FuzzParseModel(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		m := ParseModel(File{Name: "c.yaml", Data: []byte(src)})
		checkSpans(t, m)
		for _, i := range m.Interpolations() {
			if i.Span.Len() <= 0 || i.Span.End > len(src) || !i.Span.Encloses(i.NameSpan) {
				t.Fatalf("interpolation %+v of %d bytes", i, len(src))
			}
		}
	})
}

// FuzzLoad holds that any bytes load or give a diagnostic, as a definition and
// as a file that is included and extended.
func FuzzLoad(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		files := memFS{
			"c.yaml":    src,
			"main.yaml": "include: [c.yaml]\nservices: {web: {build: ., extends: {file: c.yaml, service: web}}}\n",
			".env":      src,
		}
		for _, name := range []string{"c.yaml", "main.yaml"} {
			p, diags := Load(context.Background(), LoadInput{Files: []File{files.file(name)}, Dir: root, FS: files})
			if len(p.Services) == 0 && len(diags) == 0 && !servicesAreEmpty(p) {
				t.Fatalf("%s: neither services nor diagnostics", name)
			}
		}
	})
}

// servicesAreEmpty tells whether a definition can be fine without services:
// it has an empty section, or secrets.
func servicesAreEmpty(p *Project) bool {
	for _, m := range p.Models {
		if _, ok := m.Top("services"); ok {
			return true
		}
		if _, ok := m.Top("secrets"); ok {
			return true
		}
	}
	return false
}

func checkSpans(t *testing.T, m *Model) {
	t.Helper()
	size := len(m.File.Data)
	seen := map[*Node]bool{}
	var walk func(n *Node)
	walk = func(n *Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		if n.Span.Start < 0 || n.Span.End < n.Span.Start || n.Span.End > size {
			t.Fatalf("span %v of %d bytes", n.Span, size)
		}
		for _, e := range n.Entries {
			if s := e.Span(); s.Start < 0 || s.End < s.Start || s.End > size || e.KeySpan.End > size {
				t.Fatalf("entry %q at %v of %d bytes", e.Key, s, size)
			}
			walk(e.Value)
		}
		for _, item := range n.Items {
			walk(item)
		}
	}
	for _, n := range m.Documents {
		walk(n)
	}
	for _, d := range m.Diagnostics {
		if d.Span.Start < 0 || d.Span.End < d.Span.Start || d.Span.End > size {
			t.Fatalf("diagnostic %v at %v of %d bytes", d.Message, d.Span, size)
		}
	}
}
