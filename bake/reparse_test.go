package bake_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/testenv/gen"
)

// outline is what a parsed file says without evaluating it.
func outline(s *bake.Syntax) string { return fmt.Sprintf("%+v\n%+v\n", s.Blocks(), s.Attributes()) }

// view is everything that can be asked of one parsed file.
func view(s *bake.Syntax, src []byte, previous *bake.Definition) (string, *bake.Definition) {
	var b strings.Builder
	b.WriteString(outline(s))
	in := testInput("/w", bake.File{Name: "docker-bake.hcl", Path: "/w/docker-bake.hcl", Data: src, Syntax: s})
	in.Previous = previous
	d := bake.New(in)
	ctx := context.Background()
	for _, one := range d.Diagnostics(ctx) {
		fmt.Fprintf(&b, "%+v\n", one)
	}
	for _, decl := range d.Declarations(ctx) {
		decl.Matrix = nil
		fmt.Fprintf(&b, "%+v\n", decl)
	}
	plan, err := d.Plan(ctx, bake.PlanRequest{Targets: []string{"*"}})
	fmt.Fprintln(&b, err)
	if err == nil {
		b.Write(plan.Print())
		for _, name := range plan.Order {
			fmt.Fprintln(&b, name, plan.Targets[name].Origins)
		}
	}
	return b.String(), d
}

func sample(t testing.TB) []byte {
	t.Helper()
	paths, err := filepath.Glob("../testdata/bake/*/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	src := gen.Bake(12)
	for _, path := range paths {
		if strings.Contains(path, "hostile") {
			continue // slow on purpose
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		src = append(append(src, data...), '\n')
	}
	return src
}

// fragments are what an edit puts in: what people type, and what breaks.
var fragments = []string{
	"", "", "x", "\"", "{", "}", "${", "}\n", "\n", "# note\n", "/*", "*/", "[", "]", ", \"a\"", "<<EOT\n", "EOT\n",
	"target \"new\" {\n}\n", "tags = [\"a\"]\n", "variable \"V\" {\n  default = 1\n}\n", "é", "\r\n", "$${", "%{ if true }", "(", ")",
}

// TestReparseEqualsParse makes random edits and holds every incremental
// result against a full one.
func TestReparseEqualsParse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	file := bake.File{Name: "docker-bake.hcl", Path: "/w/docker-bake.hcl", Data: sample(t)}
	original := file.Data
	s := bake.Parse(file)
	var d *bake.Definition
	for i := range 150 {
		if i%5 == 0 { // mostly sound texts: broken ones are not evaluated
			file.Data = original
		}
		file.Data = edited(r, file.Data)
		s = bake.Reparse(s, file)
		var got string
		got, d = view(s, file.Data, d)
		want, _ := view(bake.Parse(file), file.Data, nil)
		if got != want {
			t.Fatalf("edit %d: incremental and full parse differ at %s\ntext:\n%s", i, firstDifference(got, want), file.Data)
		}
	}
}

func edited(r *rand.Rand, src []byte) []byte {
	at := r.IntN(len(src) + 1)
	end := min(at+r.IntN(12), len(src))
	if r.IntN(3) > 0 {
		end = at
	}
	out := append([]byte{}, src[:at]...)
	out = append(out, fragments[r.IntN(len(fragments))]...)
	return append(out, src[end:]...)
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d:\ngot  %s\nwant %s", i, a[i], b[i])
		}
	}
	return "the end"
}

// TestReparseKeepsBlocks holds that an edit parses only what it touches:
// untouched blocks are the very same, moved.
func TestReparseKeepsBlocks(t *testing.T) {
	src := string(gen.Bake(50))
	old := bake.Parse(bake.File{Name: "docker-bake.hcl", Data: []byte(src)})
	changed := strings.Replace(src, "service-25\"\n", "service-25-changed\"\n", 1)
	next := bake.Reparse(old, bake.File{Name: "docker-bake.hcl", Data: []byte(changed)})
	if got := bake.SharedChunks(old, next); got != bake.Chunks(old)-1 {
		t.Errorf("%d of %d items were kept", got, bake.Chunks(old))
	}
	a, b := old.Blocks(), next.Blocks()
	last := len(a) - 1
	if a[last].Span.Shift(len(changed)-len(src)) != b[last].Span {
		t.Errorf("the last block moved from %v to %v", a[last].Span, b[last].Span)
	}
	if !reflect.DeepEqual(a[0], b[0]) {
		t.Errorf("the first block changed: %v, %v", a[0], b[0])
	}
}
