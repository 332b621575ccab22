package composefile

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// files are the workspace of all tests.
var files = map[string]string{
	"web/Dockerfile": `ARG BASE=alpine
FROM ${BASE} AS build
ARG VERSION=1.2
FROM build AS release
ARG VERSION
ARG TOKEN
`,
	".env":         "TAG=v7\n",
	"app.env":      "A=1\n",
	"common.yaml":  "services:\n  shared:\n    image: s\n",
	"compose.yaml": composeText,
}

const composeText = `include:
  - common.yaml
services:
  web:
    image: reg/web:${TAG:-dev}
    env_file: app.env
    build:
      context: ./web
      target: release
      args:
        VERSION: "3"
        NOPE: x
      additional_contexts:
        base: service:api
  api:
    build: ./web
    depends_on:
      - web
  db:
    image: postgres
    depends_on:
      web: {condition: service_started}
`

// openAll opens a text as compose.yaml among the other files. A "|" in it is
// the cursor and taken out.
func openAll(t *testing.T, source string) (*workspace.Snapshot, *workspace.File, int) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	offset := strings.IndexByte(source, '|')
	source = strings.Replace(source, "|", "", 1)
	world := workspace.RealWorld()
	world.Env = workspace.NewEnv(nil)
	session := workspace.NewSession(world)
	path := filepath.Join(dir, "compose.yaml")
	defaults := settings.Default()
	session.Apply(workspace.Configured{Folders: []workspace.Folder{{Path: dir, Settings: defaults}}, Settings: defaults})
	snap := session.Apply(workspace.Opened{Path: path, LanguageID: "dockercompose", Version: 1, Text: source})
	return snap, snap.File(path), offset
}

// at puts the cursor into the compose file: before the n-th occurrence of what.
func at(t *testing.T, what string) string {
	t.Helper()
	i := strings.Index(composeText, what)
	if i < 0 {
		t.Fatalf("%q is not in the file", what)
	}
	return composeText[:i] + "|" + composeText[i:]
}

func TestDefinition(t *testing.T) {
	for what, want := range map[string][]string{
		"release":              {"web/Dockerfile: release"},
		"./web\n      target":  {"web/Dockerfile: "},
		"./web\n    depends":   {"web/Dockerfile: "},
		"VERSION":              {"web/Dockerfile: VERSION", "web/Dockerfile: VERSION"},
		"NOPE":                 nil,
		"service:api":          {"compose.yaml: api"},
		"web\n  db":            {"compose.yaml: web"},
		"web: {condition":      {"compose.yaml: web"},
		"app.env":              {"app.env: "},
		"common.yaml":          {"common.yaml: "},
		"context: ./web\n    ": nil, // on the key
	} {
		snap, f, offset := openAll(t, at(t, what))
		var got []string
		for _, l := range Definition(context.Background(), snap, f, offset) {
			name, err := filepath.Rel(filepath.Dir(f.Path), l.Path)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, filepath.ToSlash(name)+": "+l.Name.In(snap.File(l.Path).Text()))
		}
		if !slices.Equal(got, want) {
			t.Errorf("at %q: %q, want %q", what, got, want)
		}
	}
}

func TestReferences(t *testing.T) {
	for _, what := range []string{"web:\n    image", "web\n  db", "web: {condition"} {
		snap, f, offset := openAll(t, at(t, what))
		all := References(context.Background(), snap, f, offset, true)
		if uses := References(context.Background(), snap, f, offset, false); len(all) != 3 || len(uses) != 2 {
			t.Errorf("at %q: %v and %v", what, all, uses)
		}
		for _, l := range all {
			if got := l.Span.In(f.Text()); got != "web" {
				t.Errorf("at %q: reference %q", what, got)
			}
		}
		if n := len(Highlights(context.Background(), snap, f, offset)); n != 3 {
			t.Errorf("at %q: %d highlights", what, n)
		}
	}
}

func TestHover(t *testing.T) {
	for what, want := range map[string][]string{
		"web:\n    image":    {"builds target `web`", "context: `web`", "stage: `release`", "tags: `reg/web:v7`", "VERSION=3"},
		"build:\n      cont": {"builds target `web`"},
		"TAG:-dev":           {"`TAG` is `v7`"},
		"target: release":    {"**target**", "Here: `release`"},
		"additional_context": {"Here: `base=target:api`"},
		"depends_on:\n     ": {"**depends_on**"},
		"postgres":           nil,
		"db:":                nil,
	} {
		snap, f, offset := openAll(t, at(t, what))
		h := Hover(context.Background(), snap, f, offset)
		if (h == nil) != (want == nil) {
			t.Errorf("at %q: %v", what, h)
			continue
		}
		for _, part := range want {
			if !strings.Contains(h.Markdown, part) || !h.Span.Contains(offset) {
				t.Errorf("at %q: %v %q lacks %q", what, h.Span, h.Markdown, part)
			}
		}
	}
}

func TestComplete(t *testing.T) {
	for source, want := range map[string][]string{
		"ser|":                         {"services:", "include:"},
		"services:\n  web:\n    bu|\n": {"build: "},
		"services:\n  web:\n    build:\n      |\n":                                                            {"context: ", "x-bake:", "no_cache: "},
		"services:\n  web:\n    build:\n      context: .\n      ta|\n  api:\n    build: .\n":                  {"target: ", "-context: "},
		"services:\n  web:\n    build:\n      x-bake:\n        |\n":                                           {"output:", "pull: "},
		"services:\n  web:\n    build:\n      context: web\n      target: r|\n":                               {"release", "build"},
		"services:\n  web:\n    build:\n      context: web\n      args:\n        V|\n":                        {"VERSION: ", "TOKEN: ", "BASE: "},
		"services:\n  web:\n    build:\n      context: web\n      args:\n        - |\n":                       {"VERSION="},
		"services:\n  web:\n    build: .\n  api:\n    depends_on:\n      - w|\n":                              {"web", "-api"},
		"services:\n  web:\n    build: .\n  api:\n    depends_on:\n    - |\n":                                 {"web"},
		"services:\n  web:\n    build: .\n  api:\n    build:\n      additional_contexts:\n        b: s|\n":    {"service:web"},
		"services:\n  web:\n    build:\n      network: |\n":                                                   {"host", "none"},
		"services:\n  web:\n    build:\n      pull: |\n":                                                      {"true", "false"},
		"services:\n  web:\n    build:\n      platforms:\n        - linux/|\n":                                {"linux/arm64"},
		"volumes:\n  web:\n    |\n":                                                                           {"-build: "},
		"services:\n  web:\n    extends:\n      service: |\n  api:\n    build: .\n":                           {"api", "-web"},
		"services:\n  api: {}\n  web:\n    # comment\n\n    build:\n      # comment\n      context: .\n    |": {"image: ", "-build: "},
	} {
		snap, f, offset := openAll(t, source)
		var got []string
		for _, item := range Complete(context.Background(), snap, f, offset).Items {
			got = append(got, item.Insert)
			if !item.Replace.Contains(offset) {
				t.Errorf("%q: replaces %v, cursor at %d", source, item.Replace, offset)
			}
		}
		for _, w := range want {
			unwanted := strings.HasPrefix(w, "-")
			if slices.Contains(got, strings.TrimPrefix(w, "-")) == unwanted {
				t.Errorf("%q: %q in %q", source, w, got)
			}
		}
	}
}

func TestLenses(t *testing.T) {
	snap, f, _ := openAll(t, composeText)
	var got []string
	for _, l := range Lenses(context.Background(), snap, f) {
		argument, err := json.Marshal(l.Argument)
		if err != nil {
			t.Fatal(err)
		}
		shown := strings.ReplaceAll(string(argument), filepath.ToSlash(filepath.Dir(f.Path)), "DIR")
		got = append(got, fmt.Sprintf("%s above %s: %s %s", l.Title, l.Span.In(f.Text()), l.Command, shown))
	}
	want := []string{
		`Build all services above services: buildlens.bake {"files":["compose.yaml"],"dir":"DIR","targets":["web","api"]}`,
		`Build web above web: buildlens.bake {"files":["compose.yaml"],"dir":"DIR","targets":["web"]}`,
		`Check above web: buildlens.bake {"files":["compose.yaml"],"dir":"DIR","targets":["web"],"call":"check"}`,
		`Print above web: buildlens.bake.print {"files":["compose.yaml"],"dir":"DIR","targets":["web"]}`,
		`Build api above api: buildlens.bake {"files":["compose.yaml"],"dir":"DIR","targets":["api"]}`,
		`Check above api: buildlens.bake {"files":["compose.yaml"],"dir":"DIR","targets":["api"],"call":"check"}`,
		`Print above api: buildlens.bake.print {"files":["compose.yaml"],"dir":"DIR","targets":["api"]}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSymbols(t *testing.T) {
	snap, f, _ := openAll(t, composeText)
	var out strings.Builder
	var walk func(list []feature.Symbol, depth int, around text.Span)
	walk = func(list []feature.Symbol, depth int, around text.Span) {
		for _, s := range list {
			fmt.Fprintf(&out, "%s%s", strings.Repeat(" ", depth), s.Title)
			if !around.Encloses(s.Span) || !s.Span.Encloses(s.Name) || s.Name.In(f.Text()) != s.Title {
				t.Errorf("%s at %v, name at %v, in %v", s.Title, s.Span, s.Name, around)
			}
			if (s.Kind == feature.SymbolService) != (depth == 1 && around.Start > 0) {
				t.Errorf("%s has kind %v", s.Title, s.Kind)
			}
			out.WriteString("\n")
			walk(s.Children, depth+1, s.Span)
		}
	}
	walk(Symbols(context.Background(), snap, f), 0, text.Span{End: len(f.Text())})
	want := "include\nservices\n web\n  image\n  env_file\n  build\n   context\n   target\n   args\n    VERSION\n    NOPE\n" +
		"   additional_contexts\n    base\n api\n  build\n  depends_on\n db\n  image\n  depends_on\n   web\n    condition\n"
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}

func TestFoldingSelectionLinks(t *testing.T) {
	snap, f, offset := openAll(t, at(t, "VERSION"))
	if folds := Folding(context.Background(), snap, f); len(folds) != 10 {
		t.Errorf("%d folds: %v", len(folds), folds)
	}
	ranges := Selection(context.Background(), snap, f, offset)
	var got []string
	for i, s := range ranges {
		if i > 0 && !s.Encloses(ranges[i-1]) {
			t.Errorf("%v does not enclose %v", s, ranges[i-1])
		}
		line, _, _ := strings.Cut(s.In(f.Text()), "\n")
		got = append(got, line)
	}
	if want := []string{"VERSION", `VERSION: "3"`, `VERSION: "3"`, "args:", "context: ./web", "build:", "image: reg/web:${TAG:-dev}", "web:", "web:", "services:", "include:"}; !slices.Equal(got, want) {
		t.Errorf("selection %q", got)
	}
	var links []string
	for _, l := range Links(context.Background(), snap, f) {
		links = append(links, l.Span.In(f.Text())+" "+filepath.Base(l.Path))
	}
	if want := []string{"common.yaml common.yaml", "app.env app.env"}; !slices.Equal(links, want) {
		t.Errorf("links %q", links)
	}
}

// TestAnyOffset asks everything at every offset of whole and broken files.
func TestAnyOffset(t *testing.T) {
	for _, source := range []string{composeText, composeText[:200], "services:\n\tweb: [", "services: {web: {build: {target: x", "&a [*a]", "\xff: \x00"} {
		snap, f, _ := openAll(t, source)
		ctx := context.Background()
		for offset := 0; offset <= len(f.Text()); offset++ {
			Definition(ctx, snap, f, offset)
			References(ctx, snap, f, offset, true)
			Complete(ctx, snap, f, offset)
			Selection(ctx, snap, f, offset)
			if h := Hover(ctx, snap, f, offset); h != nil && !h.Span.Contains(offset) {
				t.Errorf("hover at %d explains %v", offset, h.Span)
			}
		}
		Lenses(ctx, snap, f)
		Links(ctx, snap, f)
		Folding(ctx, snap, f)
	}
}
