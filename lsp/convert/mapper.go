// Package convert is the border between byte offsets and the protocol: spans
// and ranges in the negotiated encoding, paths and URIs, and the structs of
// lsp/feature in the protocol's shapes.
package convert

import (
	"sort"
	"sync"
	"unicode/utf8"

	"github.com/buildlens/buildlens/internal/text"
	"go.lsp.dev/protocol"
)

// Encoding is the unit that characters of positions are counted in.
type Encoding int

// The encodings this server offers. UTF-16 is what every client speaks.
const (
	UTF16 Encoding = iota
	UTF8
)

// Negotiate picks the encoding: UTF-8, which costs nothing here, when the
// client offers it, and what the protocol calls it.
func Negotiate(offered []protocol.PositionEncodingKind) (Encoding, protocol.PositionEncodingKind) {
	for _, kind := range offered {
		if kind == protocol.PositionEncodingKindUTF8 {
			return UTF8, kind
		}
	}
	return UTF16, protocol.PositionEncodingKindUTF16
}

// A Mapper converts positions of one text. It is safe for use by several
// goroutines.
type Mapper struct {
	lines    *text.Lines
	encoding Encoding
	long     *longLines // nil: long lines are counted each time
}

// NewMapper maps positions in the text that lines indexes, for a few positions.
func NewMapper(lines *text.Lines, encoding Encoding) Mapper {
	return Mapper{lines: lines, encoding: encoding}
}

// NewTable is a Mapper that remembers what it counted in long lines, for many
// positions in one text.
func NewTable(lines *text.Lines, encoding Encoding) Mapper {
	return Mapper{lines: lines, encoding: encoding, long: &longLines{marks: make(map[int][]mark)}}
}

// Position is where offset is; it is clamped to the text, and to the end of
// its line when it points into the line ending.
func (m Mapper) Position(offset int) protocol.Position {
	line := m.lines.Line(offset)
	span := m.lines.Span(line)
	column := min(max(offset, span.Start), span.End) - span.Start
	if m.encoding == UTF16 {
		column = m.units(line, span.In(m.lines.Source()), column)
	}
	return protocol.Position{Line: uint32(line), Character: uint32(column)}
}

// Offset is the byte offset of a position, clamped to the text and to its
// line. A position inside a character counts as the character's start.
func (m Mapper) Offset(p protocol.Position) int {
	line := int(p.Line)
	if line >= m.lines.Count() {
		return len(m.lines.Source())
	}
	span := m.lines.Span(line)
	body := span.In(m.lines.Source())
	if m.encoding == UTF8 {
		at := min(int(p.Character), len(body))
		for at > 0 && at < len(body) && !utf8.RuneStart(body[at]) {
			at--
		}
		return span.Start + at
	}
	return span.Start + m.bytes(line, body, int(p.Character))
}

// Range is the protocol's form of a span.
func (m Mapper) Range(s text.Span) protocol.Range {
	return protocol.Range{Start: m.Position(s.Start), End: m.Position(max(s.Start, s.End))}
}

// Span is the bytes that a range covers. A range whose ends are swapped, as
// broken clients send, is turned round.
func (m Mapper) Span(r protocol.Range) text.Span {
	start, end := m.Offset(r.Start), m.Offset(r.End)
	return text.Span{Start: min(start, end), End: max(start, end)}
}

// stride is how far apart the remembered counts of a long line are, in bytes.
const stride = 512

// units counts the UTF-16 code units of the first n bytes of a line.
func (m Mapper) units(line int, body string, n int) int {
	from := mark{}
	if m.long != nil && n > stride {
		from = m.long.of(line, body)[n/stride]
	}
	return from.units + utf16Len(body[from.at:max(from.at, n)])
}

// bytes is how many bytes the first units UTF-16 code units of a line take.
func (m Mapper) bytes(line int, body string, units int) int {
	at := 0
	if m.long != nil && len(body) > stride && units > stride/4 {
		marks := m.long.of(line, body)
		i := sort.Search(len(marks), func(i int) bool { return marks[i].units > units })
		at, units = marks[i-1].at, units-marks[i-1].units
	}
	for at < len(body) && units > 0 {
		if body[at] < utf8.RuneSelf {
			at, units = at+1, units-1
			continue
		}
		r, size := utf8.DecodeRuneInString(body[at:])
		if units -= unitsOf(r); units < 0 {
			break // inside a surrogate pair
		}
		at += size
	}
	return at
}

// utf16Len counts the UTF-16 code units of s; a byte that is no UTF-8 counts
// as one, being shown as one replacement character.
func utf16Len(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i, n = i+1, n+1
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i, n = i+size, n+unitsOf(r)
	}
	return n
}

func unitsOf(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// longLines remembers, for lines longer than a stride, how many UTF-16 units
// stand before each stride: minified JSON is one line with thousands of tokens.
type longLines struct {
	mu    sync.Mutex
	marks map[int][]mark
}

// A mark is the start of the character that covers a multiple of stride, in
// bytes and in UTF-16 units.
type mark struct{ at, units int }

// of returns the marks of a line, one for each multiple of stride.
func (l *longLines) of(line int, body string) []mark {
	l.mu.Lock()
	defer l.mu.Unlock()
	if marks, ok := l.marks[line]; ok {
		return marks
	}
	marks := make([]mark, 0, len(body)/stride+1)
	at, units := 0, 0
	for at < len(body) {
		r, size := utf8.DecodeRuneInString(body[at:])
		if len(marks)*stride < at+size {
			marks = append(marks, mark{at, units})
		}
		at, units = at+size, units+unitsOf(r)
	}
	marks = append(marks, mark{at, units})
	l.marks[line] = marks
	return marks
}
