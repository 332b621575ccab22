package handler

import (
	"context"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
	"github.com/buildlens/buildlens/lsp/feature/composefile"
)

// A Language is what is offered for files of one language. Functions that are
// nil are not offered; a method that no language offers is not advertised.
// All are pure: they look at the snapshot and the file and at nothing else,
// and when the context ends their answer is dropped.
type Language struct {
	Triggers []string // characters that ask for completion

	Completion    func(context.Context, *workspace.Snapshot, *workspace.File, int) feature.CompletionList
	SignatureHelp func(context.Context, *workspace.Snapshot, *workspace.File, int) *feature.SignatureHelp
	Hover         func(context.Context, *workspace.Snapshot, *workspace.File, int) *feature.Hover
	Definition    func(context.Context, *workspace.Snapshot, *workspace.File, int) []feature.Location
	References    func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int, declarations bool) []feature.Location
	Highlights    func(context.Context, *workspace.Snapshot, *workspace.File, int) []feature.Highlight
	PrepareRename func(context.Context, *workspace.Snapshot, *workspace.File, int) *feature.RenameTarget
	Rename        func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int, name string) (*feature.Rename, error)

	Symbols    func(context.Context, *workspace.Snapshot, *workspace.File) []feature.Symbol
	Folding    func(context.Context, *workspace.Snapshot, *workspace.File) []feature.FoldingRange
	Selection  func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) feature.SelectionRange
	Links      func(context.Context, *workspace.Snapshot, *workspace.File) []feature.DocumentLink
	Lenses     func(context.Context, *workspace.Snapshot, *workspace.File) []feature.Lens
	Hints      func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, span text.Span) []feature.InlayHint
	Tokens     func(context.Context, *workspace.Snapshot, *workspace.File) []feature.SemanticToken
	Formatting func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, tabSize int, spaces bool) feature.TextEdits
	// RangeFormatting formats what lies in a span, TypeFormatting what a
	// continuation character typed at offset made part of an instruction.
	RangeFormatting func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, span text.Span, tabSize int, spaces bool) feature.TextEdits
	TypeFormatting  func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset, tabSize int, spaces bool) feature.TextEdits

	// Actions are offered for a span, given all diagnostics of the file; nil
	// offers the diagnostics' own fixes.
	Actions func(f *workspace.File, span text.Span, found []diag.Diagnostic) []feature.CodeAction
}

// Languages is the table of the languages that are served.
func Languages() map[workspace.Language]Language {
	return map[workspace.Language]Language{
		workspace.Dockerfile: forDockerfiles(),
		workspace.Bake:       forBake(),
		workspace.Compose:    forCompose(),
	}
}

func forBake() Language {
	return Language{
		Triggers:      []string{`"`, ".", "$", "{", "="},
		Completion:    bakefile.Complete,
		SignatureHelp: bakefile.SignatureHelp,
		Hover:         bakefile.Hover,
		Definition:    bakefile.Definition,
		References:    bakefile.References,
		Highlights:    bakefile.Highlights,
		Symbols:       bakefile.Symbols,
		Folding: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File) []feature.FoldingRange {
			return bakefile.Folding(f)
		},
		Links:  bakefile.Links,
		Lenses: bakefile.Lenses,
		Hints:  bakefile.Hints,
	}
}

func forCompose() Language {
	return Language{
		Triggers:   []string{":", " ", "-"},
		Completion: composefile.Complete,
		Hover:      composefile.Hover,
		Definition: composefile.Definition,
		References: composefile.References,
		Highlights: composefile.Highlights,
		Symbols:    composefile.Symbols,
		Folding:    composefile.Folding,
		Selection:  composefile.Selection,
		Links:      composefile.Links,
		Lenses:     composefile.Lenses,
	}
}

// renameHere makes a rename of edits in the file that was asked about.
func renameHere(edits feature.TextEdits) *feature.Rename {
	out := new(feature.Rename)
	for _, e := range edits {
		out.Edits = append(out.Edits, diag.FileEdit{Edit: e})
	}
	return out
}
