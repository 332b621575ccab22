package handler

import (
	"context"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/dockerfile"
)

// forDockerfiles adapts the features of Dockerfiles, which are functions of
// the file's model.
func forDockerfiles() Language {
	return Language{
		Triggers: []string{" ", "-", "=", ",", "$", "{", ":", "#"},
		Completion: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) feature.CompletionList {
			return dockerfile.Completion(f.Dockerfile(), offset, dockerfile.Context{})
		},
		SignatureHelp: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) *feature.SignatureHelp {
			return dockerfile.SignatureHelp(f.Dockerfile(), offset)
		},
		Hover: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) *feature.Hover {
			return dockerfile.Hover(f.Dockerfile(), offset, dockerfile.Context{})
		},
		Definition: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) []feature.Location {
			return dockerfile.Definition(f.Dockerfile(), offset)
		},
		References: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int, declarations bool) []feature.Location {
			return dockerfile.References(f.Dockerfile(), offset, declarations)
		},
		Highlights: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) []feature.Highlight {
			return dockerfile.Highlights(f.Dockerfile(), offset)
		},
		PrepareRename: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) *feature.RenameTarget {
			return dockerfile.PrepareRename(f.Dockerfile(), offset)
		},
		Rename: renameInDockerfile,
		Symbols: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File) []feature.Symbol {
			return dockerfile.Symbols(f.Dockerfile())
		},
		Folding: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File) []feature.FoldingRange {
			return dockerfile.Folding(f.Dockerfile())
		},
		Selection: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) feature.SelectionRange {
			return dockerfile.Selection(f.Dockerfile(), offset)
		},
		Tokens: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File) []feature.SemanticToken {
			return dockerfile.SemanticTokens(f.Dockerfile(), text.Span{End: len(f.Text())})
		},
		Formatting: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, tabSize int, spaces bool) feature.TextEdits {
			return dockerfile.Format(f.Dockerfile(), dockerfile.FormatOptions{TabSize: tabSize, Spaces: spaces})
		},
		RangeFormatting: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, span text.Span, tabSize int, spaces bool) feature.TextEdits {
			return dockerfile.FormatRange(f.Dockerfile(), span, dockerfile.FormatOptions{TabSize: tabSize, Spaces: spaces})
		},
		TypeFormatting: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset, tabSize int, spaces bool) feature.TextEdits {
			return dockerfile.FormatOnType(f.Dockerfile(), offset, dockerfile.FormatOptions{TabSize: tabSize, Spaces: spaces})
		},
		Links: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File) []feature.DocumentLink {
			return dockerfile.Links(f.Dockerfile())
		},
		Lenses: dockerfileLenses,
		Hints:  dockerfileHints,
		Actions: func(f *workspace.File, span text.Span, found []diag.Diagnostic) []feature.CodeAction {
			return dockerfile.CodeActions(f.Dockerfile(), span, found)
		},
	}
}

func renameInDockerfile(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int, name string) (*feature.Rename, error) {
	edits, err := dockerfile.Rename(f.Dockerfile(), offset, name)
	if err != nil {
		return nil, err
	}
	return renameHere(edits), nil
}

func dockerfileLenses(_ context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.Lens {
	shown := snap.Settings(f.Path).CodeLens
	if !shown.Build {
		return nil
	}
	var results []buildinfo.Target
	if shown.LastResult {
		for _, t := range snap.BuiltTargets(f.Path) {
			results = append(results, t.Target)
		}
	}
	return dockerfile.Lenses(f.Dockerfile(), string(convert.URI(f.Path)), results)
}

func dockerfileHints(_ context.Context, snap *workspace.Snapshot, f *workspace.File, span text.Span) []feature.InlayHint {
	if !snap.Settings(f.Path).InlayHints.Build {
		return nil
	}
	var facts []buildinfo.Instruction
	for _, fact := range snap.Facts(f.Path) {
		facts = append(facts, fact.Instruction)
	}
	return dockerfile.InlayHints(f.Dockerfile(), span, facts)
}
