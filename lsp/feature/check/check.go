// Package check is the diagnostic passes, shared by the language server and
// `buildlens check`. Each problem has one owner: no two passes report the same.
//
//	Syntax    phase 1: what a parser alone says about the file
//	Analysis  phase 2: everything else, all that may depend on other files
//	All       both, for callers that have no phases
//
// A pass asks the snapshot for every other file it depends on, present or
// not: run it on an observed snapshot (workspace.Snapshot.Observe) to learn
// which changes make its result out of date.
package check

import (
	"context"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/workspace"
)

// Syntax is phase 1: the problems that the file's own parser finds. It takes
// no longer than parsing. Their File is empty.
func Syntax(snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic { return nil }

// Analysis is phase 2: the problems that Syntax does not report, which are
// lint, evaluation, references between files and the failures of builds.
// Their File is empty: all are in f. A cancelled context gives nil.
func Analysis(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	return nil
}

// All is Syntax and Analysis together, sorted by place.
func All(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	return nil
}

// Files lists the files of a folder tree that can be checked (Dockerfiles,
// Bake and Compose files by name), sorted; folders named .git, node_modules
// and vendor are skipped. A root that is a file is listed whatever its name.
// What cannot be read inside the tree is left out; the error is about root.
func Files(ctx context.Context, files compose.FS, root string) ([]string, error) { return nil, nil }
