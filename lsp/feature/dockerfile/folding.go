package dockerfile

import (
	"slices"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Folding lists what can be collapsed: stages, instructions of several lines,
// and blocks of comments.
func Folding(f *df.File) []feature.FoldingRange {
	lines := text.NewLines(f.Source)
	var out []feature.FoldingRange
	add := func(s text.Span, kind feature.FoldKind) {
		if lines.Line(s.Start) < lines.Line(s.End) {
			out = append(out, feature.FoldingRange{Span: s, Kind: kind})
		}
	}
	for _, s := range f.Stages {
		if s.Span != s.From.Span {
			add(s.Span, feature.FoldRegion)
		}
	}
	for _, ins := range f.Instructions {
		add(foldOf(ins), feature.FoldRegion)
	}
	for _, block := range commentBlocks(f, lines) {
		add(block, feature.FoldComment)
	}
	slices.SortStableFunc(out, func(a, b feature.FoldingRange) int { return a.Span.Start - b.Span.Start })
	return out
}

// foldOf is the instruction up to the end of its last argument: lines that
// only continue into nothing are not hidden.
func foldOf(ins *df.Instruction) text.Span { return ins.Span }

// commentBlocks joins comments on adjacent lines. Directives count as
// comments here.
func commentBlocks(f *df.File, lines *text.Lines) []text.Span {
	var blocks []text.Span
	add := func(s text.Span) {
		if n := len(blocks); n > 0 && lines.Line(blocks[n-1].End)+1 == lines.Line(s.Start) {
			blocks[n-1].End = s.End
			return
		}
		blocks = append(blocks, s)
	}
	for _, d := range f.Directives {
		add(d.Span)
	}
	for _, ins := range f.Instructions {
		for _, c := range ins.Leading {
			add(c.Span)
		}
	}
	for _, c := range f.Trailing {
		add(c.Span)
	}
	return blocks
}
