package bakefile_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"io/fs"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
	"github.com/buildlens/buildlens/lsp/feature/check"
	"golang.org/x/tools/txtar"
)

// Markers are calls in comments that begin with "#@". Behind a line they speak
// of that line; on lines of their own, of the last line above that is none.
// Files without comments (JSON) have theirs in a section "NAME@", where they
// speak of the whole file. A text is looked for in what they speak of; "|" in
// the text of a position marks the cursor, which else is in its middle.
//
//	diag("text", "code", "part of the message"...)   exactly this span
//	hover("text", "part"...)                         "!part" must not occur
//	def("text", "file:name"...)                      all of them, in order
//	refs("text", "file:line"...)                     all, declarations included
//	highlight("text", "line"...)                     all of them, "!" for writes
//	complete("text", "label"...)                     "!label" must not occur
//	insert("text", "label", "inserted")              what choosing a proposal gives on its line
//	lens("title"...)                                 all of the line's lenses
//	hint("text", "label")                            behind the text
//
// Diagnostics, and in files with such a marker lenses and hints, that no
// marker expects fail the test.
type marker struct {
	name string
	args []string
	at   text.Span // what it speaks of
	note string    // for messages
}

const root = "/w"

// A memory is the disk of a test: the files of an archive below root.
type memory struct{ fstest.MapFS }

func (m memory) name(path string) string {
	if path == root {
		return "."
	}
	return strings.TrimPrefix(path, root+"/")
}

func (m memory) Read(path string) ([]byte, error)       { return m.ReadFile(m.name(path)) }
func (m memory) Stat(path string) (fs.FileInfo, error)  { return m.MapFS.Stat(m.name(path)) }
func (m memory) List(dir string) ([]fs.DirEntry, error) { return m.ReadDir(m.name(dir)) }

// A bench is one archive as a workspace.
type bench struct {
	t       *testing.T
	session *workspace.Session
	snap    *workspace.Snapshot
	markers map[string][]marker // by path
	paths   []string
	quiet   bool // diagnostics are not looked at
}

func TestMarkers(t *testing.T) {
	archives, err := filepath.Glob("../../../testdata/marker/bake-*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			newBench(t, archive).run()
		})
	}
}

// newBench makes the workspace of an archive. The section "@env" holds the
// environment, "@project" a project of the settings, "@quiet" says that
// diagnostics are not looked at.
func newBench(t *testing.T, archive *txtar.Archive) *bench {
	b := &bench{t: t, markers: map[string][]marker{}}
	disk := memory{fstest.MapFS{}}
	var env []string
	set := settings.Default()
	notes := map[string]string{}
	for _, f := range archive.Files {
		switch name, body := f.Name, string(f.Data); {
		case name == "@env":
			env = strings.Fields(body)
		case name == "@quiet":
			b.quiet = true
		case name == "@project":
			set.Bake.Projects = []settings.Project{projectOf(body)}
		case strings.HasSuffix(name, "@"):
			notes[strings.TrimSuffix(name, "@")] = body
		default:
			source, markers := b.strip(name, body)
			disk.MapFS[name] = &fstest.MapFile{Data: []byte(source), Mode: 0o644}
			path := filepath.Join(root, name)
			b.paths = append(b.paths, path)
			b.markers[path] = markers
		}
	}
	for name, body := range notes {
		path := filepath.Join(root, name)
		whole := text.Span{End: len(disk.MapFS[name].Data)}
		for i, line := range strings.Split(strings.TrimSpace(body), "\n") {
			b.markers[path] = append(b.markers[path], b.parse(line, whole, fmt.Sprintf("%s@:%d", name, i+1))...)
		}
	}
	b.session = workspace.NewSession(workspace.World{
		Disk: disk, Env: workspace.NewEnv(env), Home: "/home/me", LocalPlatform: "linux/amd64",
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }, Rand: strings.NewReader(strings.Repeat("0", 1024)),
	})
	b.snap = b.session.Apply(workspace.Configured{Folders: []workspace.Folder{{Path: root, Name: "w", Settings: set}}, Settings: set})
	return b
}

// projectOf reads "files a b" and "set x=y" lines.
func projectOf(body string) settings.Project {
	p := settings.Project{Name: "test"}
	for line := range strings.Lines(body) {
		words := strings.Fields(line)
		switch {
		case len(words) > 1 && words[0] == "files":
			p.Files = words[1:]
		case len(words) > 1 && words[0] == "set":
			p.Set = append(p.Set, words[1:]...)
		}
	}
	return p
}

// strip takes the markers out of a source.
func (b *bench) strip(name, body string) (string, []marker) {
	var out strings.Builder
	var markers []marker
	last := text.Span{}
	for i, line := range strings.SplitAfter(body, "\n") {
		before, note, ok := strings.Cut(strings.TrimRight(line, "\n"), "#@")
		where := fmt.Sprintf("%s:%d", name, i+1)
		switch {
		case ok && strings.TrimSpace(before) == "":
			markers = append(markers, b.parse(note, last, where)...)
			continue
		case ok:
			before = strings.TrimRight(before, " ")
		default:
			before = strings.TrimRight(line, "\n")
		}
		start := out.Len()
		out.WriteString(before)
		last = text.Span{Start: start, End: out.Len()}
		if strings.HasSuffix(line, "\n") {
			out.WriteByte('\n')
		}
		if ok {
			markers = append(markers, b.parse(note, last, where)...)
		}
	}
	return out.String(), markers
}

// parse reads calls in the grammar of Go.
func (b *bench) parse(note string, at text.Span, where string) []marker {
	b.t.Helper()
	if strings.TrimSpace(note) == "" {
		return nil
	}
	e, err := parser.ParseExpr("[]any{" + note + "}")
	if err != nil {
		b.t.Fatalf("%s: %v", where, err)
	}
	var out []marker
	for _, el := range e.(*ast.CompositeLit).Elts {
		call, ok := el.(*ast.CallExpr)
		if !ok {
			b.t.Fatalf("%s: not a call", where)
		}
		m := marker{name: call.Fun.(*ast.Ident).Name, at: at, note: where}
		for _, a := range call.Args {
			lit, ok := a.(*ast.BasicLit)
			if !ok {
				b.t.Fatalf("%s: not a string", where)
			}
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				b.t.Fatalf("%s: %v", where, err)
			}
			m.args = append(m.args, s)
		}
		out = append(out, m)
	}
	return out
}

func (b *bench) run() {
	for _, path := range b.paths {
		f := b.snap.File(path)
		r := &runner{T: b.t, bench: b, f: f, src: f.Text()}
		if !b.quiet {
			r.diagnostics(b.markers[path])
		}
		if f.Language != workspace.Bake {
			continue
		}
		r.lenses(b.markers[path])
		r.hints(b.markers[path])
		for _, m := range b.markers[path] {
			r.marker(m)
		}
	}
}

// A runner checks one file.
type runner struct {
	*testing.T
	*bench
	f   *workspace.File
	src string
}

// find is the span of a text in what a marker speaks of, and the cursor.
func (r *runner) find(m marker, s string) (text.Span, int) {
	r.Helper()
	plain := strings.Replace(s, "|", "", 1)
	i := strings.Index(m.at.In(r.src), plain)
	if i < 0 {
		r.Fatalf("%s: %q is not there", m.note, plain)
	}
	span := text.Span{Start: m.at.Start + i, End: m.at.Start + i + len(plain)}
	if cursor := strings.IndexByte(s, '|'); cursor >= 0 {
		return span, span.Start + cursor
	}
	return span, span.Start + len(plain)/2
}

func (r *runner) diagnostics(markers []marker) {
	r.Helper()
	left := check.All(r.Context(), r.snap, r.f)
	for _, m := range markers {
		if m.name != "diag" {
			continue
		}
		span, _ := r.find(m, m.args[0])
		i := slices.IndexFunc(left, func(d diag.Diagnostic) bool {
			return d.Span == span && d.Code == m.args[1] && containsAll(d.Message, m.args[2:])
		})
		if i < 0 {
			r.Errorf("%s: no %s on %q; there is %s", m.note, m.args[1:], m.args[0], r.list(left))
			continue
		}
		if left[i].Source == "" || left[i].File != "" {
			r.Errorf("%s: source %q, file %q", m.note, left[i].Source, left[i].File)
		}
		left = slices.Delete(left, i, i+1)
	}
	if len(left) > 0 {
		r.Errorf("%s: unexpected %s", r.f.Path, r.list(left))
	}
}

func (r *runner) list(list []diag.Diagnostic) string {
	var out strings.Builder
	for _, d := range list {
		fmt.Fprintf(&out, "\n  %v %q %s: %s", r.f.Lines().Position(d.Span.Start), d.Span.In(r.src), d.Code, d.Message)
	}
	return out.String()
}

func containsAll(s string, parts []string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool {
		if rest, ok := strings.CutPrefix(p, "!"); ok {
			return strings.Contains(s, rest)
		}
		return !strings.Contains(s, p)
	})
}

func (r *runner) marker(m marker) {
	r.Helper()
	switch m.name {
	case "hover":
		_, at := r.find(m, m.args[0])
		h := bakefile.Hover(r.Context(), r.snap, r.f, at)
		if h == nil {
			r.Errorf("%s: no hover on %q", m.note, m.args[0])
		} else if !containsAll(h.Markdown, m.args[1:]) {
			r.Errorf("%s: hover on %q lacks %q:\n%s", m.note, m.args[0], m.args[1:], h.Markdown)
		}
	case "def":
		_, at := r.find(m, m.args[0])
		r.places(m, bakefile.Definition(r.Context(), r.snap, r.f, at), func(f *workspace.File, l feature.Location) string { return l.Name.In(f.Text()) })
	case "refs":
		_, at := r.find(m, m.args[0])
		r.places(m, bakefile.References(r.Context(), r.snap, r.f, at, true), func(f *workspace.File, l feature.Location) string {
			return strconv.Itoa(f.Lines().Line(l.Name.Start) + 1)
		})
	case "highlight":
		r.highlight(m)
	case "complete":
		r.complete(m)
	case "insert":
		r.insert(m)
	case "diag", "lens", "hint":
	default:
		r.Errorf("%s: unknown marker %s", m.note, m.name)
	}
}

// places holds locations against "file:what".
func (r *runner) places(m marker, got []feature.Location, what func(*workspace.File, feature.Location) string) {
	r.Helper()
	var list []string
	for _, l := range got {
		f := r.f
		if l.Path != "" {
			f = r.snap.File(l.Path)
		}
		list = append(list, strings.TrimPrefix(f.Path, root+"/")+":"+what(f, l))
		if !l.Span.Encloses(l.Name) {
			r.Errorf("%s: %v does not enclose %v", m.note, l.Span, l.Name)
		}
	}
	if !slices.Equal(list, m.args[1:]) {
		r.Errorf("%s: %s of %q are %q, want %q", m.note, m.name, m.args[0], list, m.args[1:])
	}
}

func (r *runner) highlight(m marker) {
	r.Helper()
	_, at := r.find(m, m.args[0])
	var list []string
	for _, h := range bakefile.Highlights(r.Context(), r.snap, r.f, at) {
		line := strconv.Itoa(r.f.Lines().Line(h.Span.Start) + 1)
		if h.Kind == feature.HighlightWrite {
			line = "!" + line
		}
		list = append(list, line)
	}
	if !slices.Equal(list, m.args[1:]) {
		r.Errorf("%s: highlights of %q are %q, want %q", m.note, m.args[0], list, m.args[1:])
	}
}

func (r *runner) complete(m marker) {
	r.Helper()
	_, at := r.find(m, m.args[0])
	items := bakefile.Complete(r.Context(), r.snap, r.f, at).Items
	var labels []string
	for _, item := range items {
		labels = append(labels, item.Label)
		line := r.f.Lines().Span(r.f.Lines().Line(at))
		if !item.Replace.Contains(at) || !line.Encloses(item.Replace) {
			r.Errorf("%s: %s replaces %v, which is not around %d on its line", m.note, item.Label, item.Replace, at)
		}
	}
	for _, want := range m.args[1:] {
		not, excluded := strings.CutPrefix(want, "!")
		if slices.Contains(labels, not) == excluded {
			r.Errorf("%s: completion at %q: %s; there is %q", m.note, m.args[0], want, labels)
		}
	}
}

func (r *runner) insert(m marker) {
	r.Helper()
	_, at := r.find(m, m.args[0])
	for _, item := range bakefile.Complete(r.Context(), r.snap, r.f, at).Items {
		if item.Label != m.args[1] {
			continue
		}
		line := r.f.Lines().Span(r.f.Lines().Line(at))
		got := r.src[line.Start:item.Replace.Start] + item.Insert + r.src[item.Replace.End:line.End]
		if strings.TrimSpace(got) != m.args[2] {
			r.Errorf("%s: inserting %s gives\n%s\nwant\n%s", m.note, item.Label, strings.TrimSpace(got), m.args[2])
		}
		return
	}
	r.Errorf("%s: no proposal %s", m.note, m.args[1])
}

func has(markers []marker, name string) bool {
	return slices.ContainsFunc(markers, func(m marker) bool { return m.name == name })
}

func (r *runner) lenses(markers []marker) {
	r.Helper()
	if !has(markers, "lens") {
		return
	}
	left := map[int][]string{}
	for _, l := range bakefile.Lenses(r.Context(), r.snap, r.f) {
		line := r.f.Lines().Line(l.Span.Start)
		left[line] = append(left[line], l.Title)
	}
	for _, m := range markers {
		if m.name != "lens" {
			continue
		}
		at, titles := m.at.Start, m.args
		if r.f.IsJSON() {
			span, _ := r.find(m, m.args[0])
			at, titles = span.Start, m.args[1:]
		}
		line := r.f.Lines().Line(at)
		if !slices.Equal(left[line], titles) {
			r.Errorf("%s: lenses %q, want %q", m.note, left[line], titles)
		}
		delete(left, line)
	}
	for line, titles := range left {
		r.Errorf("%s:%d: unexpected lenses %q", r.f.Path, line+1, titles)
	}
}

func (r *runner) hints(markers []marker) {
	r.Helper()
	if !has(markers, "hint") {
		return
	}
	left := map[int]string{}
	for _, h := range bakefile.Hints(r.Context(), r.snap, r.f, text.Span{End: len(r.src)}) {
		left[h.Offset] = h.Label
	}
	for _, m := range markers {
		if m.name != "hint" {
			continue
		}
		span, _ := r.find(m, m.args[0])
		if left[span.End] != m.args[1] {
			r.Errorf("%s: hint %q behind %q, want %q", m.note, left[span.End], m.args[0], m.args[1])
		}
		delete(left, span.End)
	}
	for offset, label := range left {
		r.Errorf("%s:%v: unexpected hint %q", r.f.Path, r.f.Lines().Position(offset), label)
	}
}
