package check

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
)

// lintDockerfile runs BuildKit's linter over a Dockerfile.
func lintDockerfile(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	return f.Lint(ctx, dockerfile.LintOptions{DockerIgnore: dockerIgnore(ctx, snap, f)})
}

// dockerIgnore is the content of the .dockerignore that applies: the
// Dockerfile's own, else that of its build context. It is nil when there is
// none, or when it is not clear which context that is.
func dockerIgnore(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []byte {
	if !filepath.IsAbs(f.Path) {
		return nil
	}
	if own := snap.File(f.Path + ".dockerignore"); own != nil {
		return []byte(own.Text())
	}
	dirs := contextsOf(ctx, snap, f.Path)
	if len(dirs) == 0 {
		dirs = []string{filepath.Dir(f.Path)}
	}
	if len(dirs) > 1 {
		return nil
	}
	if ignore := snap.File(filepath.Join(dirs[0], ".dockerignore")); ignore != nil {
		return []byte(ignore.Text())
	}
	return nil
}

// contextsOf lists the build contexts with which targets of the projects
// around build a Dockerfile.
func contextsOf(ctx context.Context, snap *workspace.Snapshot, path string) []string {
	var dirs []string
	for _, use := range bakefile.UsesOf(ctx, snap, path) {
		if dir := bakefile.RecipeOf(use.Project, use.Target).Context; dir != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
