package dockerfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Definition finds where the stage, variable or heredoc at offset is declared.
// Path is empty in the locations: they are in the same file.
func Definition(f *df.File, offset int) []feature.Location {
	sym := f.SymbolAt(clamp(f, offset))
	if sym == nil || sym.Free {
		return nil
	}
	switch sym.Kind {
	case df.SymbolStage:
		name := sym.Stage.Name.Span
		if sym.Stage.Name.Text == "" {
			name = sym.Stage.Base.Span
		}
		return []feature.Location{{Span: sym.Owner.Head, Name: name}}
	case df.SymbolVariable:
		return []feature.Location{{Span: sym.Owner.Head, Name: sym.Decl.KeySpan}}
	}
	return []feature.Location{{Span: sym.Owner.Span, Name: sym.Decls[0]}}
}

// References lists the uses of the symbol at offset, with its declarations if
// asked for. Uses of a stage by its number are among them.
func References(f *df.File, offset int, declarations bool) []feature.Location {
	sym := f.SymbolAt(clamp(f, offset))
	if sym == nil {
		return nil
	}
	spans := slices.Clone(sym.Refs)
	if sym.Stage != nil {
		for _, u := range f.Users(sym.Stage) {
			if u.ByNumber() {
				spans = append(spans, u.Span)
			}
		}
	}
	if declarations {
		spans = append(spans, sym.Decls...)
	}
	slices.SortFunc(spans, func(a, b text.Span) int { return a.Start - b.Start })
	out := make([]feature.Location, 0, len(spans))
	for _, s := range spans {
		whole := s
		if ins := f.At(s.Start); ins != nil {
			whole = ins.Head.Cover(s)
		}
		out = append(out, feature.Location{Span: whole, Name: s})
	}
	return out
}

// Highlights lists the occurrences of the symbol at offset.
func Highlights(f *df.File, offset int) []feature.Highlight {
	sym := f.SymbolAt(clamp(f, offset))
	if sym == nil {
		return nil
	}
	out := make([]feature.Highlight, 0, len(sym.Decls)+len(sym.Refs))
	for _, s := range sym.Decls {
		out = append(out, feature.Highlight{Span: s, Kind: feature.HighlightWrite})
	}
	for _, s := range sym.Refs {
		out = append(out, feature.Highlight{Span: s, Kind: feature.HighlightRead})
	}
	slices.SortFunc(out, func(a, b feature.Highlight) int { return a.Span.Start - b.Span.Start })
	return out
}

// PrepareRename tells what would be renamed at offset, or nil.
func PrepareRename(f *df.File, offset int) *feature.RenameTarget {
	sym := f.SymbolAt(clamp(f, offset))
	if sym == nil || !slices.Contains(slices.Concat(sym.Decls, sym.Refs), sym.At) {
		return nil
	}
	return &feature.RenameTarget{Span: sym.At, Placeholder: sym.Name}
}

// newNames are what a new name must look like.
var newNames = map[df.SymbolKind]struct {
	what    string
	pattern *regexp.Regexp
}{
	df.SymbolStage:    {"a stage name: it starts with a letter and holds letters, digits, '-', '_' and '.'", regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*$`)},
	df.SymbolVariable: {"a variable name: it holds letters, digits and '_', and does not start with a digit", regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)},
	df.SymbolHeredoc:  {"a heredoc name: it holds no white space, quotes or '<'", regexp.MustCompile(`^[^\s<'"\\$]+$`)},
}

// Rename renames the symbol at offset everywhere in the file. It is an error
// when there is none, or when the name would not be one; where a name is taken
// already nothing is renamed either.
func Rename(f *df.File, offset int, name string) (feature.TextEdits, error) {
	if PrepareRename(f, offset) == nil {
		return nil, fmt.Errorf("nothing can be renamed here")
	}
	sym := f.SymbolAt(clamp(f, offset))
	if rule := newNames[sym.Kind]; !rule.pattern.MatchString(name) {
		return nil, fmt.Errorf("%q is not %s", name, rule.what)
	}
	if sym.Kind == df.SymbolStage {
		for _, s := range f.Stages {
			if strings.EqualFold(s.Name.Text, name) && !strings.EqualFold(name, sym.Name) {
				return nil, fmt.Errorf("there is a stage %q already", name)
			}
		}
	}
	edits := feature.TextEdits{}
	for _, s := range slices.Concat(sym.Decls, sym.Refs) {
		edits = append(edits, text.Edit{Span: s, New: name})
	}
	slices.SortFunc(edits, func(a, b text.Edit) int { return a.Span.Start - b.Span.Start })
	return edits, nil
}
