// Package text holds the leaves every other package shares: byte spans, an
// index of line starts, and edits. All positions are byte offsets into UTF-8
// text; UTF-16 is met only in lsp/convert.
package text

import (
	"fmt"
	"slices"
	"sort"
)

// A Span is the half-open byte range [Start, End) of one file's content.
type Span struct {
	Start, End int
}

// At is the empty span at an offset.
func At(offset int) Span { return Span{offset, offset} }

// Len is the number of bytes the span covers.
func (s Span) Len() int { return s.End - s.Start }

// IsZero tells whether s is the zero span, which stands for "nowhere".
func (s Span) IsZero() bool { return s == Span{} }

// Contains tells whether offset lies in s, its end included: a cursor behind
// the last byte of a word still stands on the word.
func (s Span) Contains(offset int) bool { return s.Start <= offset && offset <= s.End }

// Encloses tells whether t lies wholly inside s.
func (s Span) Encloses(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Overlaps tells whether s and t share at least one byte.
func (s Span) Overlaps(t Span) bool { return s.Start < t.End && t.Start < s.End }

// Shift moves s by delta bytes.
func (s Span) Shift(delta int) Span { return Span{s.Start + delta, s.End + delta} }

// Cover is the smallest span that holds both s and t.
func (s Span) Cover(t Span) Span { return Span{min(s.Start, t.Start), max(s.End, t.End)} }

// In returns the text of s in src, clamped to it.
func (s Span) In(src string) string {
	a := min(max(s.Start, 0), len(src))
	b := min(max(s.End, a), len(src))
	return src[a:b]
}

func (s Span) String() string { return fmt.Sprintf("[%d,%d)", s.Start, s.End) }

// A Position is a place as people read it: both numbers are one-based, the
// column counts bytes.
type Position struct {
	Line, Column int
}

func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// Lines indexes the line starts of a text. Lines end with "\n" or "\r\n"; a
// lone "\r" does not end one. It is immutable.
type Lines struct {
	src    string
	starts []int // starts[i] is the offset of line i's first byte; starts[0] is 0
}

// NewLines indexes src.
func NewLines(src string) *Lines {
	starts := make([]int, 1, 1+len(src)/32)
	for i := 0; i < len(src); i++ {
		if src[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return &Lines{src: src, starts: starts}
}

// Edit indexes the text after e, reusing what lies outside the edit. The span
// is clamped to the text.
func (l *Lines) Edit(e Edit) *Lines {
	from := min(max(e.Span.Start, 0), len(l.src))
	to := min(max(e.Span.End, from), len(l.src))
	keep := l.Line(from) + 1 // line starts at or before the edit
	drop := l.Line(to) + 1   // line starts up to its end
	starts := make([]int, keep, len(l.starts)+len(e.New)/32+1)
	copy(starts, l.starts)
	for i := 0; i < len(e.New); i++ {
		if e.New[i] == '\n' {
			starts = append(starts, from+i+1)
		}
	}
	delta := len(e.New) - (to - from)
	for _, start := range l.starts[drop:] {
		starts = append(starts, start+delta)
	}
	return &Lines{src: l.src[:from] + e.New + l.src[to:], starts: starts}
}

// Source is the text that was indexed.
func (l *Lines) Source() string { return l.src }

// Count is the number of lines; a text that ends with a newline has an empty last one.
func (l *Lines) Count() int { return len(l.starts) }

// Line returns the zero-based line that holds offset, which is clamped to the text.
func (l *Lines) Line(offset int) int {
	offset = min(max(offset, 0), len(l.src))
	return sort.SearchInts(l.starts, offset+1) - 1
}

// Start is the offset of the first byte of a zero-based line; lines past the
// end start at the end of the text.
func (l *Lines) Start(line int) int {
	switch {
	case line < 0:
		return 0
	case line >= len(l.starts):
		return len(l.src)
	}
	return l.starts[line]
}

// Span is the extent of a zero-based line without its line ending.
func (l *Lines) Span(line int) Span {
	start := l.Start(line)
	end := l.Start(line + 1)
	if end > start && l.src[end-1] == '\n' {
		end--
	}
	if end > start && l.src[end-1] == '\r' && end < len(l.src) {
		end--
	}
	return Span{start, end}
}

// Text is the content of a zero-based line without its line ending.
func (l *Lines) Text(line int) string { return l.Span(line).In(l.src) }

// Position turns an offset into one-based line and byte column.
func (l *Lines) Position(offset int) Position {
	line := l.Line(offset)
	return Position{Line: line + 1, Column: min(max(offset, 0), len(l.src)) - l.starts[line] + 1}
}

// Offset turns a one-based line and byte column into an offset, clamped to the line.
func (l *Lines) Offset(p Position) int {
	s := l.Span(p.Line - 1)
	return min(max(s.Start+p.Column-1, s.Start), s.End)
}

// An Edit replaces the bytes of Span by New.
type Edit struct {
	Span Span
	New  string
}

// Apply applies edits, all given in terms of src, and returns the new text.
// Edits may come in any order; those that overlap an earlier one are an error.
func Apply(src string, edits []Edit) (string, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int { return a.Span.Start - b.Span.Start })
	out := make([]byte, 0, len(src))
	last := 0
	for _, e := range sorted {
		if e.Span.Start < last || e.Span.End < e.Span.Start || e.Span.End > len(src) {
			return "", fmt.Errorf("edit %v overlaps another or lies outside the text of %d bytes", e.Span, len(src))
		}
		out = append(out, src[last:e.Span.Start]...)
		out = append(out, e.New...)
		last = e.Span.End
	}
	return string(append(out, src[last:]...)), nil
}

// Map carries span s of the text before the edit to the text after it. ok is
// false when the edit touches the span itself.
func (e Edit) Map(s Span) (mapped Span, ok bool) {
	switch {
	case e.Span.End <= s.Start && (e.Span.Len() > 0 || e.Span.Start < s.Start || s.Len() > 0):
		return s.Shift(len(e.New) - e.Span.Len()), true
	case e.Span.Start >= s.End:
		return s, true
	}
	return s, false
}
