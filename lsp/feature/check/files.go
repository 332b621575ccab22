package check

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/workspace"
)

// skipped are the folders that hold other people's files.
var skipped = []string{".git", "node_modules", "vendor"}

// Files lists the files of a folder tree that can be checked (Dockerfiles,
// Bake and Compose files by name), sorted; folders named .git, node_modules
// and vendor are skipped. A root that is a file is listed whatever its name.
// What cannot be read inside the tree is left out; the error is about root.
func Files(ctx context.Context, files compose.FS, root string) ([]string, error) {
	info, err := files.Stat(root)
	if err != nil {
		return nil, fmt.Errorf("looking for files to check: %w", err)
	}
	if !info.IsDir() {
		return []string{root}, nil
	}
	if _, err := files.List(root); err != nil {
		return nil, fmt.Errorf("looking for files to check: %w", err)
	}
	out := walk(ctx, files, root, nil)
	slices.Sort(out)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, nil
}

// walk adds the files below dir. Links are not followed: they may lead back.
func walk(ctx context.Context, files compose.FS, dir string, out []string) []string {
	entries, err := files.List(dir)
	if err != nil || ctx.Err() != nil {
		return out
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir() && !slices.Contains(skipped, e.Name()):
			out = walk(ctx, files, path, out)
		case e.Type().IsRegular() && checkable(e.Name()):
			out = append(out, path)
		}
	}
	return out
}

func checkable(name string) bool {
	switch workspace.LanguageOf("", name, "") {
	case workspace.Dockerfile, workspace.Bake, workspace.Compose:
		return true
	}
	return false
}
