package bakefile_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
	"github.com/buildlens/buildlens/lsp/feature/check"
	"golang.org/x/tools/txtar"
)

// Files that were cut off or had a piece taken out or put in keep every
// feature working, and every span inside the file.
func TestDamagedFiles(t *testing.T) {
	archives, err := filepath.Glob("../../../testdata/marker/bake-*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	r := rand.New(rand.NewPCG(7, 11))
	pieces := []string{"\"", "{", "}", "[", "]", "${", "target \"x\" {\n", "<<E\n", ",", "=", "target.", "\x00", "ü", "\r\n"}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if workspace.LanguageOf("", f.Name, "") != workspace.Bake {
				continue
			}
			source := string(f.Data)
			for range 40 {
				at := r.IntN(len(source) + 1)
				tryAll(t, f.Name, source[:at], at)
				tryAll(t, f.Name, source[:at]+pieces[r.IntN(len(pieces))]+source[at:], at)
				tryAll(t, f.Name, source[:at]+source[min(at+r.IntN(20), len(source)):], at)
			}
		}
	}
}

// tryAll runs every feature on one state of a file.
func tryAll(t *testing.T, name, source string, at int) {
	t.Helper()
	set := settings.Default()
	s := workspace.NewSession(workspace.World{
		Disk: memory{fstest.MapFS{"Dockerfile": &fstest.MapFile{Data: []byte("ARG A\nFROM scratch AS b\n")}}},
		Env:  workspace.NewEnv(nil), Now: time.Now, Rand: strings.NewReader(strings.Repeat("0", 1024)), LocalPlatform: "linux/amd64",
	})
	snap := s.Apply(workspace.Configured{Folders: []workspace.Folder{{Path: root, Settings: set}}, Settings: set},
		workspace.Opened{Path: filepath.Join(root, name), Text: source})
	f := snap.File(filepath.Join(root, name))
	ctx := t.Context()
	whole := text.Span{End: len(source)}
	inside := func(what string, span text.Span) {
		t.Helper()
		if !whole.Encloses(span) || span.Len() < 0 {
			t.Fatalf("%s at %v of %d bytes, in\n%s", what, span, len(source), source)
		}
	}
	for _, d := range check.All(ctx, snap, f) {
		inside(d.Code, d.Span)
	}
	for _, item := range bakefile.Complete(ctx, snap, f, at).Items {
		inside(item.Label, item.Replace)
		if line := f.Lines().Span(f.Lines().Line(at)); !item.Replace.Contains(at) || !line.Encloses(item.Replace) {
			t.Fatalf("%s replaces %v at %d in\n%s", item.Label, item.Replace, at, source)
		}
	}
	if h := bakefile.Hover(ctx, snap, f, at); h != nil {
		inside("hover", h.Span)
	}
	bakefile.SignatureHelp(ctx, snap, f, at)
	for _, l := range bakefile.Definition(ctx, snap, f, at) {
		if l.Path == "" {
			inside("definition", l.Span)
		}
	}
	for _, l := range bakefile.References(ctx, snap, f, at, true) {
		if l.Path == "" {
			inside("reference", l.Name)
		}
	}
	for _, h := range bakefile.Highlights(ctx, snap, f, at) {
		inside("highlight", h.Span)
	}
	nested(t, bakefile.Symbols(ctx, snap, f), whole)
	for _, fold := range bakefile.Folding(f) {
		inside("fold", fold.Span)
	}
	for _, l := range bakefile.Links(ctx, snap, f) {
		inside("link", l.Span)
	}
	for _, l := range bakefile.Lenses(ctx, snap, f) {
		inside("lens", l.Span)
	}
	for _, h := range bakefile.Hints(ctx, snap, f, whole) {
		inside("hint", text.At(h.Offset))
	}
}

func nested(t *testing.T, list []feature.Symbol, within text.Span) {
	t.Helper()
	for _, s := range list {
		if s.Title == "" || !within.Encloses(s.Span) || !s.Span.Encloses(s.Name) {
			t.Fatalf("symbol %q: %v and %v within %v", s.Title, s.Span, s.Name, within)
		}
		nested(t, s.Children, s.Span)
	}
}
