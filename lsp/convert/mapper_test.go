package convert

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/buildlens/buildlens/internal/text"
	"go.lsp.dev/protocol"
)

func TestPositions(t *testing.T) {
	src := "a\r\né😀b\n\n\U0001F600"
	tests := []struct {
		offset      int
		utf16, utf8 protocol.Position
	}{
		{0, protocol.Position{}, protocol.Position{}},
		{1, protocol.Position{Character: 1}, protocol.Position{Character: 1}},
		{3, protocol.Position{Line: 1}, protocol.Position{Line: 1}},
		{5, protocol.Position{Line: 1, Character: 1}, protocol.Position{Line: 1, Character: 2}},
		{9, protocol.Position{Line: 1, Character: 3}, protocol.Position{Line: 1, Character: 6}},
		{10, protocol.Position{Line: 1, Character: 4}, protocol.Position{Line: 1, Character: 7}},
		{11, protocol.Position{Line: 2}, protocol.Position{Line: 2}},
		{16, protocol.Position{Line: 3, Character: 2}, protocol.Position{Line: 3, Character: 4}},
	}
	lines := text.NewLines(src)
	for _, test := range tests {
		for encoding, want := range map[Encoding]protocol.Position{UTF16: test.utf16, UTF8: test.utf8} {
			m := NewMapper(lines, encoding)
			if got := m.Position(test.offset); got != want {
				t.Errorf("encoding %d: offset %d is at %+v, want %+v", encoding, test.offset, got, want)
			}
			if got := m.Offset(want); got != test.offset {
				t.Errorf("encoding %d: %+v is offset %d, want %d", encoding, want, got, test.offset)
			}
		}
	}
}

func TestOffsetClamps(t *testing.T) {
	lines := text.NewLines("ab\r\né😀\n")
	tests := []struct {
		encoding Encoding
		position protocol.Position
		want     int
	}{
		{UTF16, protocol.Position{Character: 99}, 2},
		{UTF16, protocol.Position{Line: 99, Character: 99}, 11},
		{UTF16, protocol.Position{Line: 1, Character: 2}, 6}, // inside a surrogate pair
		{UTF8, protocol.Position{Line: 1, Character: 1}, 4},  // inside é
		{UTF8, protocol.Position{Line: 1, Character: 4294967295}, 10},
	}
	for _, test := range tests {
		if got := NewMapper(lines, test.encoding).Offset(test.position); got != test.want {
			t.Errorf("%+v in encoding %d is offset %d, want %d", test.position, test.encoding, got, test.want)
		}
	}
	swapped := protocol.Range{Start: protocol.Position{Character: 2}, End: protocol.Position{Character: 1}}
	if got := NewMapper(lines, UTF16).Span(swapped); got != (text.Span{Start: 1, End: 2}) {
		t.Errorf("a swapped range became %v", got)
	}
}

// FuzzRoundTrip holds every offset at the start of a character, outside line
// endings, to survive, in both encodings and through both kinds of mapper, and
// UTF-16 columns to what the standard library counts.
func FuzzRoundTrip(f *testing.F) {
	f.Add("FROM a AS b\r\nRUN é😀\n")
	f.Add(strings.Repeat("é😀abc", 400))
	f.Add("\xff\xfe\n\xed\xa0\x80")
	f.Fuzz(func(t *testing.T, src string) {
		lines := text.NewLines(src)
		for _, encoding := range []Encoding{UTF16, UTF8} {
			plain, table := NewMapper(lines, encoding), NewTable(lines, encoding)
			for offset := 0; offset <= len(src); {
				roundTrip(t, plain, table, src, offset)
				_, size := utf8.DecodeRuneInString(src[offset:])
				offset += max(size, 1)
			}
		}
	})
}

func roundTrip(t *testing.T, plain, table Mapper, src string, offset int) {
	t.Helper()
	line := plain.lines.Span(plain.lines.Line(offset))
	p := plain.Position(offset)
	if q := table.Position(offset); p != q {
		t.Fatalf("offset %d is at %+v, with a table at %+v", offset, p, q)
	}
	if plain.encoding == UTF16 && utf8.ValidString(src) && offset <= line.End {
		if want := len(utf16.Encode([]rune(src[line.Start:offset]))); int(p.Character) != want {
			t.Fatalf("offset %d has column %d, want %d", offset, p.Character, want)
		}
	}
	if !utf8.ValidString(src) && plain.encoding == UTF8 {
		return // a stray continuation byte is the start of no character
	}
	want := min(offset, line.End)
	if got, tabled := plain.Offset(p), table.Offset(p); got != want || tabled != want {
		t.Fatalf("offset %d went to %+v and came back as %d, with a table as %d", want, p, got, tabled)
	}
}

func BenchmarkPositionsInOneLongLine(b *testing.B) {
	src := strings.Repeat(`{"é":1},`, 100_000)
	m := NewTable(text.NewLines(src), UTF16)
	r := rand.New(rand.NewPCG(1, 1))
	for b.Loop() {
		m.Position(r.IntN(len(src)))
	}
}
