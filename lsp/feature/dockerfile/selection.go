package dockerfile

import (
	"slices"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Selection grows from the token at offset over its arguments, instruction and
// stage to the file.
func Selection(f *df.File, offset int) feature.SelectionRange {
	offset = clamp(f, offset)
	spans := []text.Span{{Start: 0, End: len(f.Source)}}
	if ins := f.At(offset); ins != nil {
		if ins.Stage.Index >= 0 {
			spans = append(spans, ins.Stage.Span)
		}
		spans = append(spans, ins.Span, ins.Head)
		spans = append(spans, parts(ins)...)
	}
	spans = slices.DeleteFunc(spans, func(s text.Span) bool { return !s.Contains(offset) || s.Len() == 0 && len(f.Source) > 0 })
	slices.SortStableFunc(spans, func(a, b text.Span) int { return a.Len() - b.Len() })
	out := feature.SelectionRange{}
	for _, s := range spans {
		if n := len(out); n == 0 || s != out[n-1] && s.Encloses(out[n-1]) {
			out = append(out, s)
		}
	}
	return out
}

// parts lists the spans of everything in an instruction.
func parts(ins *df.Instruction) []text.Span {
	spans := []text.Span{ins.Keyword.Span, ins.Args.Span}
	for _, w := range ins.Words {
		spans = append(spans, w.Span)
	}
	for _, fl := range ins.Flags {
		spans = append(spans, fl.Span, fl.Key, fl.Val)
		for _, x := range fl.Fields {
			spans = append(spans, x.Span, x.KeySpan, x.ValSpan)
		}
	}
	for _, p := range ins.Pairs {
		spans = append(spans, p.Span, p.KeySpan, p.ValSpan)
	}
	for _, u := range ins.Uses {
		spans = append(spans, u.Span, u.NameSpan)
	}
	for _, h := range ins.Heredocs {
		spans = append(spans, h.Body)
	}
	if ins.Trigger != nil {
		spans = append(spans, ins.Trigger.Span)
		spans = append(spans, parts(ins.Trigger)...)
	}
	return spans
}
