package bakefile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// maxInstanceLenses is how many instances of a matrix have a lens of their own.
const maxInstanceLenses = 8

// Lenses puts Build, Check and Print above targets and groups, with the result
// of the last build, as far as the settings ask for it. A matrix has a lens for
// all of its instances, and while they are few one for each.
func Lenses(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.Lens {
	want := snap.Settings(f.Path).CodeLens
	if !want.Build && !want.LastResult {
		return nil
	}
	v := newView(ctx, snap, f)
	instances := v.instances()
	var out []feature.Lens
	for _, b := range v.tree.Blocks() {
		name := b.Label().Text
		if name == "" || b.Kind.Text != "target" && b.Kind.Text != "group" {
			continue
		}
		l := lenses{v: v, span: b.Header, want: want}
		matrix := instances[b.Label().Span.Start]
		switch {
		case b.Kind.Text == "target" && b.Attr("matrix") == nil:
			l.build(name, "Build", true)
		case b.Kind.Text == "group":
			l.build(name, "Build", false)
		case len(matrix) > 0: // a matrix that cannot be evaluated has nothing to build
			l.matrix(name, matrix)
		}
		out = append(out, l.out...)
	}
	return out
}

// lenses gathers those of one block.
type lenses struct {
	v    *view
	span text.Span
	want settings.CodeLens
	out  []feature.Lens
}

func (l *lenses) add(title, command, target, call string) {
	p := l.v.project
	l.out = append(l.out, feature.Lens{Span: l.span, Title: title, Command: command, Argument: feature.BakeArguments{
		Files: p.Files, Dir: p.Dir, Targets: []string{target}, Set: p.Set, Vars: p.Vars, Call: call,
	}})
}

// build adds the lenses of one target or group.
func (l *lenses) build(name, title string, result bool) {
	if result && l.want.LastResult {
		title += l.result(name)
	}
	l.add(title, feature.CommandBake, name, "")
	if l.want.Build {
		l.add("Check", feature.CommandBake, name, "check")
		l.add("Print", feature.CommandBakePrint, name, "")
	}
}

// matrix adds the lenses of a block that makes several targets.
func (l *lenses) matrix(name string, instances []string) {
	l.build(name, fmt.Sprintf("Build all %d", len(instances)), false)
	if len(instances) > maxInstanceLenses {
		return
	}
	for _, instance := range instances {
		title := "Build " + instance
		if l.want.LastResult {
			title += l.result(instance)
		}
		l.add(title, feature.CommandBake, instance, "")
	}
}

// result is how a target ended when it was last built, or "".
func (l *lenses) result(name string) string {
	fact, current := l.v.snap.LastBuild(name, "", "")
	if fact.Finished.IsZero() && fact.BuildID == "" {
		return ""
	}
	parts := []string{}
	switch {
	case fact.Canceled:
		parts = append(parts, "cancelled")
	case fact.Failure != nil:
		parts = append(parts, "failed")
		if fact.Failure.Step != "" {
			parts = append(parts, shorten(fact.Failure.Step, 40))
		}
	case fact.Steps > 0 && fact.Cached == fact.Steps:
		parts = append(parts, "cached")
	default:
		parts = append(parts, "built")
	}
	if fact.Duration > 0 {
		parts = append(parts, Duration(fact.Duration))
	}
	if fact.Digest != "" {
		parts = append(parts, shortDigest(fact.Digest))
	}
	if !current {
		parts = append(parts, "changed since")
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// Duration is a duration as lenses and hints show it: "340 ms", "1.2 s", "2m 3s".
func Duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%dm %ds", int(d.Minutes()), int(d.Seconds())%60)
}

// shortDigest is the beginning of a digest, without its algorithm.
func shortDigest(digest string) string {
	_, hash, ok := strings.Cut(digest, ":")
	if !ok {
		hash = digest
	}
	return hash[:min(len(hash), 12)]
}
