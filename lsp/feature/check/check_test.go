package check_test

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
	"github.com/buildlens/buildlens/lsp/feature/check"
)

// A disk holds files below /w.
type disk struct{ fstest.MapFS }

func (d disk) name(path string) string {
	if path == "/w" {
		return "."
	}
	return strings.TrimPrefix(path, "/w/")
}

func (d disk) Read(path string) ([]byte, error)        { return d.ReadFile(d.name(path)) }
func (d disk) Stat(path string) (fs.FileInfo, error)   { return d.MapFS.Stat(d.name(path)) }
func (d disk) List(path string) ([]fs.DirEntry, error) { return d.ReadDir(d.name(path)) }

func newDisk(files map[string]string) disk {
	d := disk{fstest.MapFS{}}
	for name, content := range files {
		d.MapFS[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
	}
	return d
}

func newSession(d disk, set settings.Settings) *workspace.Session {
	s := workspace.NewSession(workspace.World{Disk: d, Env: workspace.NewEnv(nil), Now: time.Now, LocalPlatform: "linux/amd64"})
	s.Apply(workspace.Configured{Folders: []workspace.Folder{{Path: "/w", Settings: set}}, Settings: set})
	return s
}

func codes(list []diag.Diagnostic) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Severity.String()+" "+d.Code)
	}
	return out
}

const (
	bakeSource = "target \"default\" {\n  target = \"rel\"\n  args = { VERSION = \"1\" }\n}\n"
	dockerFile = "FROM scratch AS rel\nARG VERSION\nCOPY a /\n"
)

// A Dockerfile that changes, on the disk or in the editor, changes what is said
// about the Bake file, and the observed snapshot knows.
func TestReferencesFollowTheDockerfile(t *testing.T) {
	d := newDisk(map[string]string{"docker-bake.hcl": bakeSource})
	s := newSession(d, settings.Default())
	run := func(change workspace.Change) ([]string, *workspace.Deps) {
		snap := s.Snapshot()
		if change != nil {
			snap = s.Apply(change)
		}
		observed, deps := snap.Observe()
		return codes(check.All(t.Context(), observed, observed.File("/w/docker-bake.hcl"))), deps
	}
	expect := func(got []string, deps *workspace.Deps, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if !deps.Has("/w/Dockerfile") {
			t.Error("a change of the Dockerfile would go unnoticed")
		}
	}
	got, deps := run(nil)
	expect(got, deps, "error missing-dockerfile")

	d.MapFS["Dockerfile"] = &fstest.MapFile{Data: []byte(dockerFile)}
	got, deps = run(workspace.DiskChanged{Paths: []string{"/w/Dockerfile"}})
	expect(got, deps)

	got, deps = run(workspace.Opened{Path: "/w/Dockerfile", LanguageID: "dockerfile", Text: "FROM scratch AS other\n"})
	expect(got, deps, "error unknown-stage", "warning undeclared-arg")

	got, deps = run(workspace.Closed{Path: "/w/Dockerfile"})
	expect(got, deps)
}

func TestSeverities(t *testing.T) {
	set := settings.Default()
	set.Lint.Rules = map[string]settings.Severity{"unknown-stage": settings.SeverityHint, "undeclared-arg": settings.SeverityOff, "StageNameCasing": settings.SeverityError}
	s := newSession(newDisk(map[string]string{"docker-bake.hcl": bakeSource, "Dockerfile": "FROM scratch AS Other\n"}), set)
	snap := s.Snapshot()
	if got := codes(check.All(t.Context(), snap, snap.File("/w/docker-bake.hcl"))); !slices.Equal(got, []string{"hint unknown-stage"}) {
		t.Errorf("Bake: %q", got)
	}
	if got := codes(check.All(t.Context(), snap, snap.File("/w/Dockerfile"))); !slices.Equal(got, []string{"error StageNameCasing"}) {
		t.Errorf("Dockerfile: %q", got)
	}
}

// Nothing is reported by both phases, whatever is wrong.
func TestPhasesAreDisjoint(t *testing.T) {
	for name, source := range map[string]string{
		"docker-bake.hcl":  "target \"a\" {\n  tags = [\n  colour = nope\n}\ngroup \"g\" { targets = [\"x\"] }\nx = = 1\ny = f(\n",
		"docker-bake.json": `{"target": {"a": {"tags": ["${nope}"], "x": }}`,
		"Dockerfile":       "FROM\nRUNN x\nFROM scratch as B\nCOPY --from=zz a\n",
		"compose.yaml":     "services:\n  web:\n    build: {context: [}\n  x: 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			snap := newSession(newDisk(map[string]string{name: source}), settings.Default()).Snapshot()
			f := snap.File("/w/" + name)
			first, second := check.Syntax(snap, f), check.Analysis(t.Context(), snap, f)
			if len(first) == 0 {
				t.Error("no syntax error was found")
			}
			for _, d := range first {
				if d.Source == "" || d.Code == "" || d.Message == "" {
					t.Errorf("incomplete: %+v", d)
				}
				if slices.ContainsFunc(second, func(e diag.Diagnostic) bool { return e.Span == d.Span && e.Message == d.Message }) {
					t.Errorf("reported twice: %s at %v", d.Message, d.Span)
				}
			}
			if all := check.All(t.Context(), snap, f); len(all) != len(first)+len(second) {
				t.Errorf("%d in all, %d and %d in the phases", len(all), len(first), len(second))
			}
		})
	}
}

// A failure stands on its instruction until that changes.
func TestBuildFailures(t *testing.T) {
	s := newSession(newDisk(map[string]string{"Dockerfile": dockerFile, "docker-bake.hcl": bakeSource}), settings.Default())
	at := text.Span{Start: strings.Index(dockerFile, "COPY"), End: len(dockerFile) - 1}
	failure := &buildinfo.Failure{Message: "process did not complete successfully", ExitCode: 2, LogTail: []string{"one", "two"}}
	hash := buildinfo.Hash([]byte(dockerFile))
	snap := s.ApplyBuild(buildinfo.Build{
		ID: "b1", Finished: time.Unix(1, 0),
		Files:   []buildinfo.File{{Path: "/w/Dockerfile", Hash: hash, Instructions: []buildinfo.Instruction{{Span: at, Target: "default", Failure: failure}}}},
		Targets: []buildinfo.Target{{Name: "default", Stage: "rel", Path: "/w/Dockerfile", Duration: 1200 * time.Millisecond, Failure: failure}},
	})
	var found *diag.Diagnostic
	for _, d := range check.All(t.Context(), snap, snap.File("/w/Dockerfile")) {
		if d.Source == diag.SourceBuild {
			found = &d
		}
	}
	if found == nil || found.Span != at || found.Message != "Exit code 2 in the build of default." || found.Related[0].Message != "one\ntwo" {
		t.Fatalf("the failure is reported as %+v", found)
	}
	lenses := bakefile.Lenses(t.Context(), snap, snap.File("/w/docker-bake.hcl"))
	if len(lenses) == 0 || !strings.HasPrefix(lenses[0].Title, "Build (failed, 1.2 s") {
		t.Errorf("lenses %+v", lenses)
	}
	snap = s.Apply(workspace.Opened{Path: "/w/Dockerfile", LanguageID: "dockerfile", Text: strings.Replace(dockerFile, "COPY a", "COPY b", 1)})
	for _, d := range check.All(t.Context(), snap, snap.File("/w/Dockerfile")) {
		if d.Source == diag.SourceBuild {
			t.Errorf("still reported after a change: %s", d.Message)
		}
	}
}

func TestFiles(t *testing.T) {
	d := newDisk(map[string]string{
		"Dockerfile": "", "a/Dockerfile.dev": "", "a/docker-bake.json": "{}", "a/compose.yaml": "", "a/b/prod.dockerfile": "",
		"a/package.json": "", ".git/Dockerfile": "", "a/node_modules/x/Dockerfile": "", "vendor/Dockerfile": "", "notes": "",
	})
	got, err := check.Files(t.Context(), d, "/w")
	want := []string{"/w/Dockerfile", "/w/a/Dockerfile.dev", "/w/a/b/prod.dockerfile", "/w/a/compose.yaml", "/w/a/docker-bake.json"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if got, err = check.Files(t.Context(), d, "/w/notes"); err != nil || !slices.Equal(got, []string{"/w/notes"}) {
		t.Errorf("a file: %q, %v", got, err)
	}
	if _, err = check.Files(t.Context(), d, filepath.Join("/w", "none")); err == nil {
		t.Error("a missing root is no error")
	}
}
