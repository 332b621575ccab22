package bakefile_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/testenv/gen"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
	"github.com/buildlens/buildlens/lsp/feature/check"
)

// large is a session with a definition of 3,000 targets, and the offset of one
// in the middle of it.
func large(b *testing.B) (*workspace.Session, *workspace.File, int) {
	source := gen.Bake(3000)
	disk := memory{fstest.MapFS{
		"docker-bake.hcl": &fstest.MapFile{Data: source},
		"Dockerfile":      &fstest.MapFile{Data: []byte("FROM scratch\n")},
	}}
	s := workspace.NewSession(workspace.World{Disk: disk, Env: workspace.NewEnv(nil), Now: time.Now, LocalPlatform: "linux/amd64"})
	set := settings.Default()
	s.Apply(workspace.Configured{Folders: []workspace.Folder{{Path: root, Settings: set}}, Settings: set},
		workspace.Opened{Path: root + "/docker-bake.hcl", LanguageID: "dockerbake", Text: string(source)})
	f := s.Snapshot().File(root + "/docker-bake.hcl")
	middle := bytes.Index(source, []byte("target \""+gen.BakeTarget(1500)))
	return s, f, middle
}

func BenchmarkLarge(b *testing.B) {
	s, f, middle := large(b)
	at := func(what string) int { return middle + strings.Index(f.Text()[middle:], what) + 1 }
	snap := s.Snapshot()
	ctx := b.Context()
	check.All(ctx, snap, f) // evaluates
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"hover", func() { bakefile.Hover(ctx, snap, f, at("tags")) }},
		{"hoverTarget", func() { bakefile.Hover(ctx, snap, f, at("service")) }},
		{"complete", func() { bakefile.Complete(ctx, snap, f, at("  tags")) }},
		{"completeInherits", func() { bakefile.Complete(ctx, snap, f, at("_common")) }},
		{"completeValue", func() { bakefile.Complete(ctx, snap, f, at("tag(")) }},
		{"completeArgs", func() { bakefile.Complete(ctx, snap, f, at("SERVICE")) }},
		{"definition", func() { bakefile.Definition(ctx, snap, f, at("service")) }},
		{"definitionStage", func() { bakefile.Definition(ctx, snap, f, at("stage")) }},
		{"references", func() { bakefile.References(ctx, snap, f, at("service"), true) }},
		{"symbols", func() { bakefile.Symbols(ctx, snap, f) }},
		{"lenses", func() { bakefile.Lenses(ctx, snap, f) }},
		{"hints", func() { bakefile.Hints(ctx, snap, f, text.Span{Start: middle - 1000, End: middle + 1000}) }},
		{"check", func() { check.All(ctx, snap, f) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.run()
			}
		})
	}
}
