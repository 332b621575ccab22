package workspace

import (
	"context"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/dockerfile"
)

// Lint lints the file as a Dockerfile. It starts from the last lint of this
// file, also before edits, and does again only what may have changed. It
// returns nil when ctx is done.
func (f *File) Lint(ctx context.Context, opt dockerfile.LintOptions) []diag.Diagnostic {
	result := f.Dockerfile().LintFrom(ctx, f.lastLint(), opt)
	if result == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.linted = result
	return result.Diagnostics
}

func (f *File) lastLint() *dockerfile.LintResult {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.linted
}
