package check

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
	features "github.com/buildlens/buildlens/lsp/feature/dockerfile"
)

// lintDockerfile runs BuildKit's linter and the best-practice rules over a
// Dockerfile, and looks for what it copies.
func lintDockerfile(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	opt := dockerfile.LintOptions{Practices: practices(snap.Settings(f.Path).Lint.Rules), Shell: true, Unchecked: true}
	if !filepath.IsAbs(f.Path) {
		return f.Lint(ctx, opt)
	}
	uses := bakefile.UsesOf(ctx, snap, f.Path)
	opt.Contexts = bakefile.ContextNames(uses)
	dirs := foldersOf(uses)
	where := buildContext(snap, f.Path, dirs)
	if where == nil {
		opt.NoContext = "the file is built with several build contexts"
		return f.Lint(ctx, opt)
	}
	opt.DockerIgnore = where.Ignore
	out := f.Lint(ctx, opt)
	if len(dirs) == 1 { // else the context is a guess, or one of several
		out = slices.Concat(out, features.MissingSources(f.Dockerfile(), where, nil))
	}
	return features.WithContextFixes(f.Dockerfile(), out, where)
}

// pinning is the name under which settings turn on all rules that ask for
// versions.
const pinning = "pinning"

// practices are the best-practice rules that are on: the default ones, those
// that the settings name, and none that they turn off.
func practices(rules map[string]settings.Severity) map[string]diag.Severity {
	out := dockerfile.DefaultPractices()
	for _, p := range dockerfile.Practices() {
		if severity, ok := severities[rules[pinning]]; ok && p.Pinning {
			out[p.Code] = severity
		}
		if set, ok := rules[p.Code]; ok {
			out[p.Code] = diag.Information
			if set == settings.SeverityOff {
				delete(out, p.Code)
			}
		}
	}
	return out
}

// BuildContext is the folder that a Dockerfile is built with, as far as the
// projects around tell, else its own; nil when targets build it with different
// ones, or it is no file on the disk.
func BuildContext(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) *features.BuildContext {
	if !filepath.IsAbs(f.Path) {
		return nil
	}
	return buildContext(snap, f.Path, foldersOf(bakefile.UsesOf(ctx, snap, f.Path)))
}

// buildContext is the folder that a Dockerfile is built with, given those that
// targets name: its own when none does. It is nil when they differ and the
// Dockerfile has no .dockerignore of its own.
func buildContext(snap *workspace.Snapshot, path string, dirs []string) *features.BuildContext {
	where := &features.BuildContext{FS: snap.FS(), Dir: filepath.Dir(path), IgnorePath: path + ".dockerignore"}
	if len(dirs) > 0 {
		where.Dir = dirs[0]
	}
	ignore := snap.File(where.IgnorePath)
	if ignore == nil && len(dirs) > 1 {
		return nil
	}
	if ignore == nil {
		where.IgnorePath = filepath.Join(where.Dir, ".dockerignore")
		ignore = snap.File(where.IgnorePath)
	}
	if ignore != nil {
		where.Ignore = []byte(ignore.Text())
	}
	return where
}

// foldersOf lists the build contexts with which targets build a Dockerfile.
func foldersOf(uses []bakefile.Use) []string {
	var dirs []string
	for _, use := range uses {
		if dir := bakefile.RecipeOf(use.Project, use.Target).Context; dir != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
