package workspace

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/google/go-cmp/cmp"
)

// world is the real disk with an environment of its own.
func world(env ...string) World {
	w := RealWorld()
	w.Env = NewEnv(env)
	return w
}

// folder writes files into a new folder.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		write(t, filepath.Join(dir, name), content)
	}
	return dir
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// edit applies edits, each in terms of the text before it, to an open file.
func edit(s *Session, path string, list ...text.Edit) *Snapshot {
	f := s.Snapshot().File(path)
	lines := f.Lines()
	for _, e := range list {
		lines = lines.Edit(e)
	}
	return s.Apply(Edited{Path: path, Version: f.Version + 1, Lines: lines, Edits: list})
}

func TestRandomEditsEqualFullText(t *testing.T) {
	const path = "/w/Dockerfile"
	r := rand.New(rand.NewPCG(7, 7))
	want := strings.Repeat("FROM alpine AS a\nRUN echo 1 && \\\n  echo é\nCOPY --from=a <<EOF /x\nbody\nEOF\n\n", 8)
	s := NewSession(world())
	s.Apply(Opened{Path: path, LanguageID: "dockerfile", Text: want})
	pieces := []string{"", "x", "\n", "RUN y\n", "FROM b AS c\n", "# escape=`\n", "\\\n", "<<EOF\n", "EOF\n", "é"}
	for i := range 1000 {
		var list []text.Edit
		for range 1 + r.IntN(3) {
			at := r.IntN(len(want) + 1)
			e := text.Edit{Span: text.Span{Start: at, End: min(at+r.IntN(6), len(want))}, New: pieces[r.IntN(len(pieces))]}
			next, err := text.Apply(want, []text.Edit{e})
			if err != nil {
				t.Fatal(err)
			}
			want, list = next, append(list, e)
		}
		f := edit(s, path, list...).File(path)
		if f.Text() != want || f.Lines().Count() != text.NewLines(want).Count() {
			t.Fatalf("after edit %d the text differs", i)
		}
		if r.IntN(8) > 0 {
			continue // several edits between two looks at the model
		}
		if fresh, updated := outline(dockerfile.Parse(want)), outline(f.Dockerfile()); !slices.Equal(fresh, updated) {
			t.Fatalf("after edit %d the updated model differs from a fresh one (-fresh +updated):\n%s", i, cmp.Diff(fresh, updated))
		}
	}
}

// outline is what two models of one text have to agree on.
func outline(f *dockerfile.File) []string {
	var out []string
	for _, ins := range f.Instructions {
		out = append(out, fmt.Sprintf("%s %v %q stage %d", ins.Cmd, ins.Span, ins.Line(), ins.Stage.Index))
	}
	for _, d := range f.Diagnostics {
		out = append(out, fmt.Sprintf("%s %v", d.Code, d.Span))
	}
	return out
}

func TestSnapshotsDoNotChange(t *testing.T) {
	dir := folder(t, map[string]string{"a": "disk"})
	path := filepath.Join(dir, "a")
	s := NewSession(world())
	before := s.Snapshot()
	if got := before.File(path).Text(); got != "disk" {
		t.Fatalf("got %q", got)
	}
	opened := s.Apply(Opened{Path: path, Version: 1, Text: "open"})
	write(t, path, "disk again")
	changed := s.Apply(DiskChanged{Paths: []string{path}})
	closed := s.Apply(Closed{Path: path})
	for _, test := range []struct {
		name string
		snap *Snapshot
		want string
	}{{"before", before, "disk"}, {"opened", opened, "open"}, {"changed", changed, "open"}, {"closed", closed, "disk again"}} {
		if got := test.snap.File(path).Text(); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if data, err := test.snap.FS().Read(path); err != nil || string(data) != test.want {
			t.Errorf("%s: FS reads %q, %v", test.name, data, err)
		}
	}
}

func TestRevalidate(t *testing.T) {
	dir := folder(t, map[string]string{"a": "1", "b": "1"})
	a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	s := NewSession(world())
	snap := s.Snapshot()
	for _, path := range []string{a, b, c} {
		snap.File(path)
	}
	if got := s.Revalidate(); got != nil {
		t.Errorf("nothing changed, got %v", got)
	}
	write(t, a, "longer")
	if err := os.Remove(b); err != nil {
		t.Fatal(err)
	}
	write(t, c, "new")
	if diff := cmp.Diff([]string{a, b, c}, s.Revalidate()); diff != "" {
		t.Error(diff)
	}
	snap = s.Snapshot()
	if snap.File(a).Text() != "longer" || snap.File(b) != nil || snap.File(c).Text() != "new" {
		t.Error("the new state was not read")
	}
}

func TestListShowsUnsavedDocuments(t *testing.T) {
	dir := folder(t, map[string]string{"b": ""})
	s := NewSession(world())
	snap := s.Apply(Opened{Path: filepath.Join(dir, "a"), Text: "x"}, Opened{Path: filepath.Join(dir, "b"), Text: "y"})
	entries, err := snap.FS().List(dir)
	if err != nil || len(entries) != 2 || entries[0].Name() != "a" || entries[1].Name() != "b" {
		t.Errorf("got %v, %v", entries, err)
	}
}

func TestEqualContentSharesItsModel(t *testing.T) {
	dir := folder(t, map[string]string{"Dockerfile": "FROM x\n"})
	path := filepath.Join(dir, "Dockerfile")
	s := NewSession(world())
	model := s.Snapshot().File(path).Dockerfile()
	if s.Apply(Opened{Path: path, Text: "FROM x\n"}).File(path).Dockerfile() != model {
		t.Error("an unchanged document was parsed again")
	}
}

func TestObserve(t *testing.T) {
	dir := folder(t, map[string]string{"docker-bake.hcl": "target \"a\" {}\n", "x/y": ""})
	bakeFile := filepath.Join(dir, "docker-bake.hcl")
	snap, deps := NewSession(world()).Snapshot().Observe()
	p := snap.Project(bakeFile)
	if _, err := snap.Definition(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if _, err := snap.FS().List(filepath.Join(dir, "x")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		bakeFile: true, filepath.Join(dir, "docker-bake.override.hcl"): true,
		filepath.Join(dir, "x", "new"): true, filepath.Join(dir, "Dockerfile"): false,
	} {
		if got := deps.Has(path); got != want {
			t.Errorf("depends on %s: %v, want %v", filepath.Base(path), got, want)
		}
	}
}

// A definition survives edits of what it does not look at, and no others.
func TestDefinitionIsKeptWhileItHolds(t *testing.T) {
	dir := folder(t, map[string]string{"docker-bake.hcl": "target \"a\" {}\n", "Dockerfile": "FROM x\n"})
	bakeFile, docker := filepath.Join(dir, "docker-bake.hcl"), filepath.Join(dir, "Dockerfile")
	s := NewSession(world())
	snap := s.Apply(Opened{Path: docker, Text: "FROM x\n"}, Opened{Path: bakeFile, Text: "target \"a\" {}\n"})
	first, err := snap.Definition(t.Context(), snap.Project(bakeFile))
	if err != nil {
		t.Fatal(err)
	}
	snap = edit(s, docker, text.Edit{New: "# \n"})
	if d, _ := snap.Definition(t.Context(), snap.Project(bakeFile)); d != first {
		t.Error("editing a Dockerfile dropped the definition")
	}
	snap = edit(s, bakeFile, text.Edit{New: "\n"})
	second, err := snap.Definition(t.Context(), snap.Project(bakeFile))
	if err != nil || second == first {
		t.Errorf("editing the Bake file kept the old definition (%v)", err)
	}
	write(t, filepath.Join(dir, "docker-bake.override.hcl"), "target \"b\" {}\n")
	snap = s.Apply(DiskChanged{Paths: []string{filepath.Join(dir, "docker-bake.override.hcl")}})
	if p := snap.Project(bakeFile); len(p.Files) != 2 {
		t.Errorf("the new override file is not part of %v", p.Files)
	}
}

func TestProject(t *testing.T) {
	dir := folder(t, map[string]string{
		"docker-bake.hcl": "", "compose.yaml": "", "other.bake.hcl": "", "sub/docker-bake.json": "{}",
		"env/a.hcl": "", "env/b.hcl": "", "Dockerfile": "",
	})
	s := NewSession(world())
	in := settings.Default()
	in.Bake.Projects = []settings.Project{{Name: "env", Dir: "env", Files: []string{"a.hcl", "b.hcl"}, Set: []string{"*.x=y"}}}
	snap := s.Apply(Configured{Folders: []Folder{{Path: dir, Settings: in}}},
		Opened{Path: filepath.Join(dir, "env", "b.hcl"), LanguageID: "dockerbake"})
	tests := []struct {
		file string
		want *Project
	}{
		{"docker-bake.hcl", &Project{Dir: dir, Files: []string{"compose.yaml", "docker-bake.hcl"}}},
		{"compose.yaml", &Project{Dir: dir, Files: []string{"compose.yaml", "docker-bake.hcl"}}},
		{"other.bake.hcl", &Project{Dir: dir, Files: []string{"other.bake.hcl"}}},
		{"sub/docker-bake.json", &Project{Dir: filepath.Join(dir, "sub"), Files: []string{"docker-bake.json"}}},
		{"env/b.hcl", &Project{Name: "env", Dir: filepath.Join(dir, "env"), Files: []string{"a.hcl", "b.hcl"}, Set: []string{"*.x=y"}, Settings: true}},
		{"Dockerfile", nil},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, snap.Project(filepath.Join(dir, filepath.FromSlash(test.file)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.file, diff)
		}
	}
	around := snap.ProjectsAround(filepath.Join(dir, "sub", "Dockerfile"))
	var dirs []string
	for _, p := range around {
		dirs = append(dirs, strings.TrimPrefix(p.Dir, dir))
	}
	if diff := cmp.Diff([]string{"/env", "/sub", ""}, dirs); diff != "" {
		t.Errorf("projects around sub/Dockerfile (-want +got):\n%s", diff)
	}
}

func TestMemoDoesNotStoreCancelledWork(t *testing.T) {
	var m Memos
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Memo(ctx, &m, "k", func(context.Context) (int, error) {
		cancel()
		return 1, nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if v, err := Memo(t.Context(), &m, "k", func(context.Context) (int, error) { return 2, nil }); v != 2 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
	}
	if v, _ := Memo(t.Context(), &m, "k", func(context.Context) (int, error) { return 3, nil }); v != 2 {
		t.Errorf("computed again: %d", v)
	}
}

// Somebody who waits for a computation that is cancelled takes it over.
func TestMemoHandsOver(t *testing.T) {
	var m Memos
	ctx, cancel := context.WithCancel(t.Context())
	running := make(chan struct{})
	go func() {
		_, _ = Memo(ctx, &m, "k", func(ctx context.Context) (int, error) {
			close(running)
			<-ctx.Done()
			return 0, ctx.Err()
		})
	}()
	<-running
	time.AfterFunc(time.Millisecond, cancel)
	if v, err := Memo(t.Context(), &m, "k", func(context.Context) (int, error) { return 5, nil }); v != 5 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}

func TestMemoSurvivesPanic(t *testing.T) {
	var m Memos
	func() {
		defer func() { _ = recover() }() // the panic is the point
		_, _ = Memo(t.Context(), &m, "k", func(context.Context) (int, error) { panic("x") })
	}()
	if v, err := Memo(t.Context(), &m, "k", func(context.Context) (int, error) { return 1, nil }); v != 1 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}

func BenchmarkApplyEdit(b *testing.B) {
	const path = "/w/Dockerfile"
	s := NewSession(world())
	s.Apply(Opened{Path: path, LanguageID: "dockerfile", Text: strings.Repeat("RUN echo some words that make a line of usual length\n", 5000)})
	s.Snapshot().File(path).Lines()
	for b.Loop() {
		edit(s, path, text.Edit{Span: text.Span{Start: 1000, End: 1001}, New: "x"})
	}
}
