package workspace

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/testenv/gen"
	"github.com/buildlens/buildlens/internal/text"
)

// told is everything a definition answers.
func told(d *bake.Definition) string {
	var b strings.Builder
	ctx := context.Background()
	for _, one := range d.Diagnostics(ctx) {
		fmt.Fprintf(&b, "%+v\n", one)
	}
	for _, decl := range d.Declarations(ctx) {
		decl.Matrix = nil // holds pointers
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
	return b.String()
}

// afresh evaluates what a snapshot holds, taking nothing over.
func afresh(t *testing.T, snap *Snapshot, p *Project) *bake.Definition {
	t.Helper()
	in, err := snap.input(p, newDeps())
	if err != nil {
		t.Fatal(err)
	}
	for i := range in.Files {
		in.Files[i].Syntax = nil
	}
	return bake.New(in)
}

const composed = `services:
  api:
    build:
      context: api
      args: {LEVEL: "${LEVEL}"}
`

const overridden = `
target "api" {
  args = { WEB = target.web.args.V, OWN = VERSION }
}
target "web" {
  args = { V = "${VERSION}-${upper(VERSION)}" }
}
target "m" {
  matrix = { n = ["a", "b", VERSION] }
  name   = "m-${replace(n, ".", "-")}"
  args   = { N = n }
}
`

// TestEditedDefinitionEqualsFresh holds what a definition takes over from the
// one before an edit against a full evaluation, over random edits of three
// files of three languages and of a file that one of them reads.
func TestEditedDefinitionEqualsFresh(t *testing.T) {
	dir := folder(t, map[string]string{
		"compose.yaml": composed, "docker-bake.hcl": string(gen.Bake(20)), "docker-bake.override.hcl": overridden, ".env": "LEVEL=0\n",
	})
	s := NewSession(world())
	names := []string{"docker-bake.hcl", "docker-bake.override.hcl", "compose.yaml"}
	original := map[string]string{}
	for _, name := range names {
		path := filepath.Join(dir, name)
		f := s.Snapshot().File(path)
		original[path] = f.Text()
		s.Apply(Opened{Path: path, Text: f.Text()})
	}
	pieces := []string{
		"", "", "x", "\"", "{", "}\n", "\n", ", \"a\"", "VERSION", "target \"new\" {\n}\n", "variable \"VERSION\" {\n  default = \"2\"\n}\n", "# note\n", "é",
	}
	r := rand.New(rand.NewPCG(3, 9))
	for i := range 250 {
		path := filepath.Join(dir, names[min(r.IntN(5), 4)%3])
		f := s.Snapshot().File(path)
		at := r.IntN(len(f.Text()) + 1)
		e := text.Edit{Span: text.Span{Start: at, End: min(at+r.IntN(8), len(f.Text()))}, New: pieces[r.IntN(len(pieces))]}
		if i%4 == 0 { // back to sound texts
			e = text.Edit{Span: text.Span{End: len(f.Text())}, New: original[path]}
		}
		edit(s, path, e)
		if i%9 == 0 {
			write(t, filepath.Join(dir, ".env"), fmt.Sprintf("LEVEL=%d\n", i))
			s.Apply(DiskChanged{Paths: []string{filepath.Join(dir, ".env")}})
		}
		if r.IntN(3) == 0 {
			continue // several edits before somebody asks
		}
		snap := s.Snapshot()
		p := snap.Project(filepath.Join(dir, "docker-bake.hcl"))
		d, err := snap.Definition(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := told(d), told(afresh(t, snap, p)); got != want {
			t.Fatalf("after edit %d of %s what was taken over differs from a full evaluation\ngot:\n%s\nwant:\n%s", i, path, got, want)
		}
	}
}

// TestEditTakesOver holds that a definition starts from the one before an
// edit of its own files, however many edits there were, and from nothing
// after a change of anything else.
func TestEditTakesOver(t *testing.T) {
	dir := folder(t, map[string]string{"docker-bake.hcl": overridden, ".env": ""})
	path := filepath.Join(dir, "docker-bake.hcl")
	s := NewSession(world())
	s.Apply(Opened{Path: path, Text: overridden})
	evaluate := func() *definition {
		snap := s.Snapshot()
		p := snap.Project(path)
		if _, err := snap.Definition(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		return snap.projects.cells[p.key()]
	}
	before := evaluate()
	for range 2 {
		edit(s, path, text.Edit{New: "\n"})
	}
	snap := s.Snapshot()
	if d := snap.projects.of(snap.Project(path)); d.earlier == nil || d.earlier != before.cell.value {
		t.Error("the definition before the edits was not taken over")
	}
	if d := evaluate(); d.earlier != nil {
		t.Error("the definition before the edits is kept alive")
	}
	edit(s, path, text.Edit{New: "\n"})
	s.Apply(DiskChanged{Paths: []string{filepath.Join(dir, ".env")}})
	snap = s.Snapshot()
	if d := snap.projects.of(snap.Project(path)); d.earlier != nil {
		t.Error("a definition was taken over after a change of another file")
	}
}

// BenchmarkDefinitionEdit is one edit of a large definition and all of its
// diagnostics.
func BenchmarkDefinitionEdit(b *testing.B) {
	dir := folder(b, map[string]string{"docker-bake.hcl": string(gen.Bake(3000))})
	path := filepath.Join(dir, "docker-bake.hcl")
	s := NewSession(world())
	s.Apply(Opened{Path: path, Text: s.Snapshot().File(path).Text()})
	p := s.Snapshot().Project(path)
	at := bytes.Index([]byte(s.Snapshot().File(path).Text()), []byte("stage3\""))
	for i := 0; b.Loop(); i++ {
		snap := edit(s, path, text.Edit{Span: text.Span{Start: at, End: at + 6}, New: fmt.Sprintf("stage%d", i%7)})
		d, err := snap.Definition(context.Background(), p)
		if err != nil {
			b.Fatal(err)
		}
		d.Diagnostics(context.Background())
	}
}
