package dockerfile

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/buildlens/buildlens/internal/diag"
	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
)

// TestMarkers runs testdata/marker/dockerfile-*.txtar. A comment "#@ name(...)"
// states what holds on the nearest line above it that is none:
//
//	diag("token", "Code")      a diagnostic on exactly that token
//	nodiag                     none on that line
//	fix("Code", "line")        a fix of the diagnostic leaves the file with that line
//	hover("token", "part")     the hover on the token holds that part
//	def("token", "part")       its definition is on a line that holds that part
//	complete("text", "a", ...) behind that text, a and ... are proposed, nocomplete: are not
//
// Diagnostics that no comment expects fail too, as far as "diag" or "nodiag"
// occurs in the file.
func TestMarkers(t *testing.T) {
	archives, err := filepath.Glob("../../../testdata/marker/dockerfile-*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no marker files: %v", err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if path.Base(file.Name) == "Dockerfile" {
				t.Run(filepath.Base(name)+"/"+path.Dir(file.Name), func(t *testing.T) { runMarkers(t, archive, file) })
			}
		}
	}
}

// A marked file is one Dockerfile with its expectations.
type marked struct {
	t     *testing.T
	f     *df.File
	lines *text.Lines
	diags []diag.Diagnostic
	seen  []bool
}

var markerPattern = regexp.MustCompile(`^\s*#@ (\w+)(?:\((.*)\))?$`)
var stringPattern = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

func runMarkers(t *testing.T, archive *txtar.Archive, file txtar.File) {
	m := &marked{t: t, f: df.Parse(string(file.Data))}
	m.lines = text.NewLines(m.f.Source)
	opt := df.LintOptions{Shell: true}
	if strings.Contains(string(archive.Comment), "rules that are on by default") {
		opt.Practices = df.DefaultPractices()
	}
	for _, other := range archive.Files {
		if other.Name == path.Join(path.Dir(file.Name), ".dockerignore") {
			opt.DockerIgnore = other.Data
		}
	}
	m.diags = append(df.Lint(t.Context(), m.f, opt), m.f.Diagnostics...)
	m.seen = make([]bool, len(m.diags))
	checksDiagnostics := false
	line := 0
	for i := range m.lines.Count() {
		match := markerPattern.FindStringSubmatch(m.lines.Text(i))
		if match == nil {
			line = i
			continue
		}
		var args []string
		for _, quoted := range stringPattern.FindAllString(match[2], -1) {
			arg, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatalf("line %d: %s: %v", i+1, quoted, err)
			}
			args = append(args, arg)
		}
		checksDiagnostics = checksDiagnostics || strings.HasSuffix(match[1], "diag")
		m.check(match[1], line, args)
	}
	for i, d := range m.diags {
		if checksDiagnostics && !m.seen[i] {
			t.Errorf("line %d: unexpected %s on %q: %s", m.lines.Line(d.Span.Start)+1, d.Code, d.Span.In(m.f.Source), d.Message)
		}
	}
}

func (m *marked) check(name string, line int, args []string) {
	m.t.Helper()
	checks := map[string]func(int, []string){
		"diag": m.diag, "nodiag": m.noDiag, "fix": m.fix, "hover": m.hover, "def": m.definition,
		"complete":   func(l int, a []string) { m.complete(l, a, true) },
		"nocomplete": func(l int, a []string) { m.complete(l, a, false) },
	}
	check, ok := checks[name]
	if !ok {
		m.t.Fatalf("line %d: unknown expectation %q", line+1, name)
	}
	check(line, args)
}

// at is the offset of a text in a line.
func (m *marked) at(line int, part string) int {
	m.t.Helper()
	i := strings.Index(m.lines.Text(line), part)
	if i < 0 {
		m.t.Fatalf("line %d holds no %q", line+1, part)
	}
	return m.lines.Start(line) + i
}

func (m *marked) diag(line int, args []string) {
	m.t.Helper()
	for i, d := range m.diags {
		if d.Code == args[1] && m.lines.Line(d.Span.Start) == line && d.Span.In(m.f.Source) == args[0] {
			m.seen[i] = true
			return
		}
	}
	m.t.Errorf("line %d: no %s on %q", line+1, args[1], args[0])
}

func (m *marked) noDiag(line int, _ []string) {
	m.t.Helper()
	for i, d := range m.diags {
		if m.lines.Line(d.Span.Start) == line && !m.seen[i] {
			m.t.Errorf("line %d: unexpected %s: %s", line+1, d.Code, d.Message)
		}
	}
}

func (m *marked) fix(line int, args []string) {
	m.t.Helper()
	for _, d := range m.diags {
		if d.Code != args[0] || m.lines.Line(d.Span.Start) != line || len(d.Fixes) == 0 {
			continue
		}
		var edits []text.Edit
		for _, e := range d.Fixes[0].Edits {
			edits = append(edits, e.Edit)
		}
		fixed, err := text.Apply(m.f.Source, edits)
		if err != nil {
			m.t.Errorf("line %d: applying %q: %v", line+1, d.Fixes[0].Title, err)
		}
		if !slices.Contains(strings.Split(fixed, "\n"), args[1]) {
			m.t.Errorf("line %d: %q leaves no line %q but\n%s", line+1, d.Fixes[0].Title, args[1], fixed)
		}
		return
	}
	m.t.Errorf("line %d: no %s with a fix", line+1, args[0])
}

func (m *marked) hover(line int, args []string) {
	m.t.Helper()
	h := Hover(m.f, m.at(line, args[0])+1, Context{})
	if h == nil || !strings.Contains(h.Markdown, args[1]) {
		m.t.Errorf("line %d: the hover on %q does not hold %q: %+v", line+1, args[0], args[1], h)
	}
}

func (m *marked) definition(line int, args []string) {
	m.t.Helper()
	found := Definition(m.f, m.at(line, args[0]))
	if len(found) != 1 || !strings.Contains(m.lines.Text(m.lines.Line(found[0].Name.Start)), args[1]) {
		m.t.Errorf("line %d: the definition of %q is not on a line with %q: %v", line+1, args[0], args[1], found)
	}
}

func (m *marked) complete(line int, args []string, want bool) {
	m.t.Helper()
	offset := m.at(line, args[0]) + len(args[0])
	var labels []string
	for _, item := range Completion(m.f, offset, Context{}).Items {
		labels = append(labels, item.Label)
		if !item.Replace.Contains(offset) || m.lines.Line(item.Replace.Start) != m.lines.Line(offset) {
			m.t.Errorf("line %d: %q replaces %v, which does not hold the cursor at %d", line+1, item.Label, item.Replace, offset)
		}
	}
	for _, label := range args[1:] {
		if slices.Contains(labels, label) != want {
			m.t.Errorf("line %d: behind %q, %q is proposed: %v; all: %v", line+1, args[0], label, !want, labels)
		}
	}
}
