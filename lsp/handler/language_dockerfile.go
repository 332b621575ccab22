package handler

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/diag"
	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/command"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
	"github.com/buildlens/buildlens/lsp/feature/check"
	"github.com/buildlens/buildlens/lsp/feature/dockerfile"
)

// forDockerfiles adapts the features of Dockerfiles, which are functions of
// the file's model.
func forDockerfiles() Language {
	return Language{
		Triggers: []string{" ", "-", "=", ",", "$", "{", ":", "#"},
		Completion: func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) feature.CompletionList {
			return dockerfile.Completion(f.Dockerfile(), offset, builtWith(ctx, snap, f))
		},
		SignatureHelp: func(_ context.Context, _ *workspace.Snapshot, f *workspace.File, offset int) *feature.SignatureHelp {
			return dockerfile.SignatureHelp(f.Dockerfile(), offset)
		},
		Hover: func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) *feature.Hover {
			return dockerfile.Hover(f.Dockerfile(), offset, builtWith(ctx, snap, f))
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

// builtWith is what the first target that builds a Dockerfile gives it.
func builtWith(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) dockerfile.Context {
	out := dockerfile.Context{Build: check.BuildContext(ctx, snap, f)}
	if uses := bakefile.UsesOf(ctx, snap, f.Path); len(uses) > 0 {
		t := uses[0].Target
		out.Args, out.Contexts = t.Args, slices.Sorted(maps.Keys(t.Contexts))
	}
	return out
}

func dockerfileLenses(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.Lens {
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
	lenses := dockerfile.Lenses(f.Dockerfile(), string(convert.URI(f.Path)), results)
	return throughTargets(lenses, f.Dockerfile(), bakefile.UsesOf(ctx, snap, f.Path))
}

// throughTargets lets the stages of a Dockerfile that targets build be built
// as those targets build them: with their arguments, contexts and secrets. A
// stage that some target names is built by it, any other by the first target.
func throughTargets(lenses []feature.Lens, model *df.File, uses []bakefile.Use) []feature.Lens {
	if len(uses) == 0 {
		return lenses
	}
	for i := range lenses {
		argument, ok := lenses[i].Argument.(dockerfile.BuildArgument)
		if !ok {
			continue
		}
		use := uses[0]
		for _, u := range uses {
			if stageNamed(model, u.Stage()) == stageNamed(model, argument.Target) {
				use = u
				argument.Target = u.Stage() // the target as it is
				break
			}
		}
		label, result, shown := strings.Cut(lenses[i].Title, " (")
		lenses[i].Title = label + " as " + use.Target.Name
		if shown {
			lenses[i].Title += " (" + result
		}
		lenses[i].Command, lenses[i].Argument = command.Bake, use.Arguments(argument.Target)
	}
	return lenses
}

// stageNamed is the stage that a build with this target ends with, or nil.
func stageNamed(model *df.File, target string) *df.Stage {
	if target == "" && len(model.Stages) > 0 {
		return model.Stages[len(model.Stages)-1]
	}
	return bakefile.FindStage(model, target)
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
