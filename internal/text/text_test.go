package text

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	src := "ab\r\ncd\n\nü\rx"
	l := NewLines(src)
	if l.Count() != 4 {
		t.Fatalf("%d lines, want 4", l.Count())
	}
	for i, want := range []string{"ab", "cd", "", "ü\rx"} {
		if got := l.Text(i); got != want {
			t.Errorf("line %d is %q, want %q", i, got, want)
		}
	}
	for offset, want := range map[int]Position{0: {1, 1}, 2: {1, 3}, 4: {2, 1}, 7: {3, 1}, 8: {4, 1}, 10: {4, 3}, 99: {4, 5}} {
		if got := l.Position(offset); got != want {
			t.Errorf("offset %d is at %v, want %v", offset, got, want)
		}
	}
}

func FuzzPositionRoundTrip(f *testing.F) {
	f.Add("FROM a\nRUN b\r\n", 9)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, src string, offset int) {
		l := NewLines(src)
		if offset < 0 || offset > len(src) {
			return
		}
		p := l.Position(offset)
		got := l.Offset(p)
		if end := l.Span(p.Line - 1).End; got != offset && offset <= end {
			t.Errorf("offset %d became %v and then %d", offset, p, got)
		}
	})
}

func TestApply(t *testing.T) {
	got, err := Apply("one two three", []Edit{{Span{8, 13}, "3"}, {Span{0, 3}, "1"}, {At(4), "+"}})
	if want := "1 +two 3"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for _, bad := range [][]Edit{{{Span{0, 3}, ""}, {Span{2, 4}, ""}}, {{Span{0, 99}, ""}}, {{Span{3, 1}, ""}}} {
		if out, err := Apply("one two", bad); err == nil {
			t.Errorf("%v was applied: %q", bad, out)
		}
	}
}

// A span that an edit does not touch covers the same text afterwards.
func TestMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	src := strings.Repeat("abcdefghij", 4)
	kept := 0
	for range 5000 {
		a, b := span(r, len(src)), span(r, len(src))
		e := Edit{Span: b, New: strings.Repeat("#", r.IntN(5))}
		after, err := Apply(src, []Edit{e})
		if err != nil {
			t.Fatal(err)
		}
		m, ok := e.Map(a)
		if !ok {
			if !a.Overlaps(b) && a.Len() > 0 && b.Len() > 0 {
				t.Fatalf("%v was dropped by an edit of %v", a, b)
			}
			continue
		}
		kept++
		if m.In(after) != a.In(src) {
			t.Fatalf("%v %q became %v %q after %v", a, a.In(src), m, m.In(after), e)
		}
	}
	if kept < 1000 {
		t.Errorf("only %d spans were kept", kept)
	}
}

func span(r *rand.Rand, n int) Span {
	a, b := r.IntN(n+1), r.IntN(n+1)
	return Span{min(a, b), max(a, b)}
}

func TestNear(t *testing.T) {
	for typed, want := range map[string]string{"dockerfil": "dockerfile", "tag": "tags", "contxet": "context", "xyzzy": "", "": ""} {
		if got := Near(typed, []string{"tags", "context", "dockerfile", "target"}); got != want {
			t.Errorf("Near(%q) is %q, want %q", typed, got, want)
		}
	}
}

// Editing an index gives what indexing the edited text gives.
func TestLinesEdit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	inserts := []string{"", "x", "\n", "a\nb", "\r\n", "ü\n\n", "FROM a\n"}
	l := NewLines("FROM a\nRUN b\r\n\nCOPY . .")
	for range 5000 {
		from := r.IntN(len(l.Source()) + 1)
		e := Edit{Span{from, min(from+r.IntN(9), len(l.Source()))}, inserts[r.IntN(len(inserts))]}
		want, err := Apply(l.Source(), []Edit{e})
		if err != nil {
			t.Fatal(err)
		}
		l = l.Edit(e)
		fresh := NewLines(want)
		if l.Source() != want || !slices.Equal(l.starts, fresh.starts) {
			t.Fatalf("after %v: %q %v, want %q %v", e, l.Source(), l.starts, want, fresh.starts)
		}
	}
}
