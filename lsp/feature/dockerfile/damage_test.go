package dockerfile

import (
	"math/rand"
	"strings"
	"testing"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
)

const seedFile = "# syntax=docker/dockerfile:1\n# check=skip=all;error=true\nARG V=1\n  FROM golang:${V} AS build\n\n" +
	"RUN --mount=type=cache,target=/c,from=x \\\n  # inner\n\ngo build \"a \\\nb\"  \nCOPY <<-EOF <<'B' /etc/x\nhello $V\n\tEOF\nB\n" +
	"ENV a=b c=\"d ${e:-$a}\"\nFROM build\nCOPY --from=build --chown=1 [\"/a\", \"/b\"]\nONBUILD RUN echo $a\nHEALTHCHECK --interval=1s CMD x\n# end\n"

// No feature panics on damaged files, every span lies in the file, and
// formatting keeps what the instructions say.
func TestDamagedFiles(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 4000 {
		b := []byte(seedFile)
		for range r.Intn(4) {
			b[r.Intn(len(b))] = byte(r.Intn(256))
		}
		f := df.Parse(string(b[:r.Intn(len(b)+1)]))
		useEverything(t, f, r.Intn(len(f.Source)+1))
	}
}

func useEverything(t *testing.T, f *df.File, offset int) {
	t.Helper()
	whole := text.Span{Start: 0, End: len(f.Source)}
	inside := func(what string, s text.Span) {
		t.Helper()
		if s.Start > s.End || !whole.Encloses(s) {
			t.Fatalf("%s at %d: span %v in %q", what, offset, s, f.Source)
		}
	}
	for _, item := range Completion(f, offset, Context{}).Items {
		inside("completion", item.Replace)
		if !item.Replace.Contains(offset) || strings.Contains(item.Replace.In(f.Source), "\n") {
			t.Fatalf("%q replaces %v at %d in %q", item.Label, item.Replace, offset, f.Source)
		}
	}
	if h := Hover(f, offset, Context{}); h != nil {
		inside("hover", h.Span)
	}
	for _, l := range append(Definition(f, offset), References(f, offset, true)...) {
		inside("location", l.Span)
		inside("name", l.Name)
	}
	for _, h := range Highlights(f, offset) {
		inside("highlight", h.Span)
	}
	for _, s := range SemanticTokens(f, whole) {
		inside("token", s.Span)
	}
	for _, s := range Selection(f, offset) {
		inside("selection", s)
	}
	for _, s := range Folding(f) {
		inside("fold", s.Span)
	}
	for _, s := range Links(f) {
		inside("link", s.Span)
	}
	SignatureHelp(f, offset)
	Symbols(f)
	checkFormat(t, f)
}

func checkFormat(t *testing.T, f *df.File) {
	t.Helper()
	opt := FormatOptions{TabSize: 2, Spaces: true}
	formatted, err := text.Apply(f.Source, Format(f, opt))
	if err != nil {
		t.Fatal(err)
	}
	again := df.Parse(formatted)
	if got, want := meaning(again), meaning(f); got != want {
		t.Fatalf("formatting %q changes\n%s\nto\n%s", f.Source, want, got)
	}
	if more := Format(again, opt); len(more) != 0 {
		t.Fatalf("formatting %q twice changes %v", f.Source, more)
	}
}

// meaning is what the instructions of a file say, white space between words
// aside.
func meaning(f *df.File) string {
	var b strings.Builder
	for _, ins := range f.Instructions {
		b.WriteString(ins.Keyword.Text)
		for _, fl := range ins.Flags {
			b.WriteString(" --" + fl.Name + "=" + fl.Value)
		}
		b.WriteString(" " + strings.Join(strings.Fields(ins.Args.Text), " "))
		for _, h := range ins.Heredocs {
			b.WriteString("\n" + h.Body.In(f.Source))
		}
		b.WriteString("\n")
	}
	return b.String()
}
