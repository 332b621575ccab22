package dockerfile

import (
	"math/rand"
	"testing"

	"github.com/buildlens/buildlens/internal/text"
)

// checkInvariants fails when a span lies outside the text, when tokens are
// out of order, or when one instruction reaches into the next.
func checkInvariants(t *testing.T, f *File) {
	t.Helper()
	whole := text.Span{Start: 0, End: len(f.Source)}
	inside := func(what string, outer, inner text.Span) {
		t.Helper()
		if inner.Start > inner.End || !outer.Encloses(inner) {
			t.Fatalf("%s: %v is not inside %v of %q", what, inner, outer, f.Source)
		}
	}
	last := 0
	for _, ins := range f.Instructions {
		if ins.Extent.Start < last || ins.Extent.Len() == 0 {
			t.Fatalf("extent %v does not follow %d in %q", ins.Extent, last, f.Source)
		}
		last = ins.Extent.End
		inside("extent", whole, ins.Extent)
		checkInstruction(t, ins, inside)
	}
	for _, c := range f.Trailing {
		inside("comment", whole, c.Span)
	}
	for _, d := range f.Diagnostics {
		inside("diagnostic "+d.Code, whole, d.Span)
	}
}

func checkInstruction(t *testing.T, ins *Instruction, inside func(string, text.Span, text.Span)) {
	t.Helper()
	inside("instruction", ins.Extent, ins.Span)
	inside("head", ins.Span, ins.Head)
	inside("keyword", ins.Head, ins.Keyword.Span)
	inside("arguments", ins.Head, ins.Args.Span)
	last := ins.Keyword.Span.End
	for _, fl := range ins.Flags {
		inside("flag", ins.Head, fl.Span)
		inside("flag name", fl.Span, fl.Key)
		if fl.Span.Start < last {
			t.Fatalf("flag %v overlaps the token before it", fl.Span)
		}
		last = fl.Span.End
		for _, x := range fl.Fields {
			inside("field", fl.Span, x.Span)
		}
	}
	for _, w := range ins.Words {
		inside("word", ins.Head, w.Span)
		if w.Span.Start < last {
			t.Fatalf("word %v overlaps the token before it", w.Span)
		}
		last = w.Span.End
	}
	for _, p := range ins.Pairs {
		inside("pair", ins.Head, p.Span)
		inside("key", p.Span, p.KeySpan)
	}
	for _, u := range ins.Uses {
		inside("use", ins.Span, u.Span)
		inside("name", u.Span, u.NameSpan)
	}
	for _, h := range ins.Heredocs {
		inside("heredoc", ins.Span, h.Body)
		inside("heredoc operator", ins.Head, h.Operator)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(seedFile)
	f.Add("\xef\xbb\xbfFROM a\r\nRUN \\\r\n\r\n# c\r\n x")
	f.Add("# escape=`\nFROM a`\n b\nENV a \"b")
	f.Add("ONBUILD COPY <<'A' <<-B /\n1\nA\n\t2\n\tB\n")
	f.Add("HEALTHCHECK --interval=\"1\"s CMD [\"a\"]\nCOPY [\"a\", \"b\\\"\"]")
	f.Add("RUN --mount=type=cache,\"target=/a,b\",ro --mount")
	f.Fuzz(func(t *testing.T, src string) {
		file := Parse(src)
		checkInvariants(t, file)
		for _, d := range file.preamble.decls {
			file.Value(d[0])
		}
		if len(src) > 0 {
			e := text.Edit{Span: text.At(len(src) / 2), New: "\n"}
			checkInvariants(t, file.Update(src[:len(src)/2]+"\n"+src[len(src)/2:], []text.Edit{e}))
		}
	})
}

// Flipped and missing bytes must not break the parser or the linter.
func TestDamagedBytes(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 600 {
		b := []byte(seedFile)
		for range 1 + r.Intn(4) {
			b[r.Intn(len(b))] = byte(r.Intn(256))
		}
		f := Parse(string(b[:r.Intn(len(b)+1)]))
		checkInvariants(t, f)
		for _, d := range Lint(t.Context(), f, LintOptions{Practices: everyPractice(), Shell: true, Unchecked: true}) {
			if d.Span.Start > d.Span.End || d.Span.End > len(f.Source) || d.Span.Start < 0 {
				t.Fatalf("%s at %v in %q", d.Code, d.Span, f.Source)
			}
		}
	}
}
