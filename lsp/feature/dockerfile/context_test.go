package dockerfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buildlens/buildlens/internal/diag"
	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
)

// diskFS is the disk as a ContextFS.
type diskFS struct{}

func (diskFS) Stat(name string) (fs.FileInfo, error)   { return os.Stat(name) }
func (diskFS) List(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }
func contextOf(t *testing.T, ignore string) *BuildContext {
	dir := t.TempDir()
	for _, name := range []string{"main.go", "main_test.go", "web/index.html", "web/app.js", "secret/key", "go.mod"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return &BuildContext{FS: diskFS{}, Dir: dir, Ignore: []byte(ignore), IgnorePath: filepath.Join(dir, ".dockerignore")}
}

func TestContextPaths(t *testing.T) {
	for _, c := range []struct{ ignore, line, want string }{
		{"", "COPY ", "go.mod main.go main_test.go secret/ web/"},
		{"secret\n*_test.go\n", "COPY ", "go.mod main.go web/"},
		{"secret\n!secret/key\n", "ADD s", "go.mod main.go main_test.go secret/ web/"},
		{"", "COPY --chown=1 go.mod web/", "app.js index.html"},
		{"", "COPY /web/in", "app.js index.html"},
		{"", `COPY ["web/`, "app.js index.html"},
		{"", "COPY ../", ""},
		{"", "COPY --from=x ", ""},
		{"", "ONBUILD COPY web/", "app.js index.html"},
		{"", "RUN --mount=type=bind,source=web/", "app.js index.html"},
		{"", "RUN --mount=type=cache,source=web/", ""},
	} {
		f := df.Parse("FROM x\n" + c.line)
		var got []string
		for _, item := range Completion(f, len(f.Source), Context{Build: contextOf(t, c.ignore)}).Items {
			if item.Detail == "build context" {
				got = append(got, item.Label)
				if want := strings.LastIndexAny(f.Source, " /\"=") + 1; item.Replace != (text.Span{Start: want, End: len(f.Source)}) {
					t.Errorf("%s: %s replaces %v", c.line, item.Label, item.Replace)
				}
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s with %q\n%s", c.line, c.ignore, diff)
		}
	}
}

func TestMissingSources(t *testing.T) {
	const src = "FROM x AS a\nARG V=main\nCOPY mian.go web ./go.mod /x/\nCOPY $V.go $W *.none https://e.org/x /y/\nCOPY --from=a nope /z\nADD /web/app.js secret/key gone/ /x/\nCOPY <<E /x\nE\n"
	for ignore, want := range map[string]string{
		"":                        "missing-source:mian.go missing-source:gone/",
		"*.js\n":                  "missing-source:mian.go missing-source:gone/",
		"**/*.js\n*.go\n!main.go": "missing-source:mian.go excluded-source:/web/app.js missing-source:gone/",
	} {
		b := contextOf(t, ignore)
		var got []string
		for _, d := range MissingSources(df.Parse(src), b, nil) {
			got = append(got, d.Code+":"+d.Span.In(src))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("with %q\n%s", ignore, diff)
		}
	}
	found := MissingSources(df.Parse(src), contextOf(t, ""), nil)
	if len(found[0].Fixes) != 1 || found[0].Fixes[0].Edits[0].Edit.New != "main.go" {
		t.Errorf("fixes of a misspelt name: %+v", found[0].Fixes)
	}
}

// What .dockerignore leaves out can be brought back, by a fix in that file
// which is not part of fix-all.
func TestIgnoreFix(t *testing.T) {
	b := contextOf(t, "secret")
	f := df.Parse("FROM scratch\nCOPY secret/key /x\n")
	list := WithContextFixes(f, df.Lint(t.Context(), f, df.LintOptions{DockerIgnore: b.Ignore}), b)
	want := []diag.FileEdit{{Path: b.IgnorePath, Edit: text.Edit{Span: text.At(len("secret")), New: "\n!secret/key\n"}}}
	if len(list) != 1 || len(list[0].Fixes) != 1 || FixAll(list) != nil {
		t.Fatalf("got %+v", list)
	}
	if diff := cmp.Diff(want, list[0].Fixes[0].Edits); diff != "" {
		t.Error(diff)
	}
}

// A best-practice rule is ignored by the comment people know.
func TestIgnoreAction(t *testing.T) {
	for src, want := range map[string]string{
		"FROM scratch\nRUN sudo a\n":                                     "FROM scratch\n# hadolint ignore=DL3004\nRUN sudo a\n",
		"FROM scratch\n# hadolint ignore=DL3003 as agreed\nRUN sudo a\n": "FROM scratch\n# hadolint ignore=DL3003,DL3004 as agreed\nRUN sudo a\n",
	} {
		f := df.Parse(src)
		found := df.Lint(t.Context(), f, df.LintOptions{Practices: df.DefaultPractices()})
		if len(found) != 1 {
			t.Fatalf("%q: %+v", src, found)
		}
		actions := CodeActions(f, found[0].Span, found)
		edit := actions[len(actions)-1].Edits[0].Edit
		got, err := text.Apply(src, []text.Edit{edit})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if again := df.Lint(t.Context(), df.Parse(got), df.LintOptions{Practices: df.DefaultPractices()}); len(again) != 0 {
			t.Errorf("the comment hides nothing: %+v", again)
		}
	}
}
