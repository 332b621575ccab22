package dockerfile

import (
	"sort"
	"strings"
	"unicode"

	"github.com/buildlens/buildlens/internal/text"
)

// A line is an instruction with its continuations joined, and the way back to
// the source. Most have one piece, and text then shares the source's memory.
type line struct {
	text   string
	pieces []piece // ascending; never empty
}

// A piece maps text[at:] up to the next piece to source offsets from src on.
type piece struct {
	at, src int
}

// source maps an offset in the joined text to the source. At a joint it is the
// start of the later piece.
func (l *line) source(at int) int {
	i := sort.Search(len(l.pieces), func(i int) bool { return l.pieces[i].at > at }) - 1
	p := l.pieces[max(i, 0)]
	return p.src + at - p.at
}

// span maps the joined range [from, to) to the source.
func (l *line) span(from, to int) text.Span {
	if to <= from {
		return text.At(l.source(from))
	}
	return text.Span{Start: l.source(from), End: l.source(to-1) + 1}
}

// joined maps a source offset to the joined text; an offset between two
// pieces, such as one in a comment line, maps to the joint.
func (l *line) joined(src int) int {
	i := sort.Search(len(l.pieces), func(i int) bool { return l.pieces[i].src > src }) - 1
	if i < 0 {
		return 0
	}
	end := len(l.text)
	if i+1 < len(l.pieces) {
		end = l.pieces[i+1].at
	}
	return min(l.pieces[i].at+src-l.pieces[i].src, end)
}

// word cuts the joined range [from, to) out as a Word.
func (l *line) word(from, to int) Word {
	return Word{Text: l.text[from:to], Span: l.span(from, to), from: from, to: to}
}

// trim narrows [from, to) to the text without surrounding white space.
func (l *line) trim(from, to int) (int, int) {
	s := strings.TrimLeftFunc(l.text[from:to], unicode.IsSpace)
	from = to - len(s)
	return from, from + len(strings.TrimRightFunc(s, unicode.IsSpace))
}

// A lineBuilder collects the pieces of a line.
type lineBuilder struct {
	src    string
	buf    []byte
	pieces []piece
	first  text.Span
}

func (b *lineBuilder) add(s text.Span) {
	if len(b.pieces) == 0 {
		b.first = s
	}
	if s.Len() == 0 && len(b.pieces) > 0 {
		return
	}
	if len(b.pieces) == 1 {
		b.buf = append(b.buf[:0], b.first.In(b.src)...)
	}
	at := 0
	if len(b.pieces) > 0 {
		at = len(b.buf)
		b.buf = append(b.buf, s.In(b.src)...)
	}
	b.pieces = append(b.pieces, piece{at: at, src: s.Start})
}

func (b *lineBuilder) line() line {
	if len(b.pieces) == 1 {
		return line{text: b.first.In(b.src), pieces: b.pieces}
	}
	return line{text: string(b.buf), pieces: b.pieces}
}
