package dockerfile

import (
	"math/rand"
	"reflect"
	"testing"

	"github.com/buildlens/buildlens/internal/text"
)

// pieces is what the random edits insert: whatever changes the lexer's mind.
var pieces = []string{
	"\n", "\\\n", "`\n", "#", "# escape=`\n", "FROM alpine AS x\n", "RUN <<EOF\n", "EOF\n", "\r\n", " ", "\t", "COPY <<-A <<'B' /x\n",
	"ENV a=$b ${c:-$d}\n", "\"", "'", "[", "ONBUILD ", "--mount=type=cache,", "$", "é", "\xff", "ARG a=1\n", "\\", "x",
}

const seedFile = "# syntax=docker/dockerfile:1\n# a comment\nARG V=1\nFROM golang:${V} AS build\nRUN --mount=type=cache,target=/c \\\n  # inner\n\n  go build ./...\nCOPY <<EOF /etc/x\nhello $V\nEOF\nENV a=b c=\"d e\"\nFROM build\nCOPY --from=build /a /b\nONBUILD RUN echo $a\n# trailing\n"

func randomEdit(r *rand.Rand, src string) text.Edit {
	start := r.Intn(len(src) + 1)
	end := min(len(src), start+r.Intn(12)*r.Intn(2))
	insert := ""
	if r.Intn(4) > 0 {
		insert = pieces[r.Intn(len(pieces))]
	}
	return text.Edit{Span: text.Span{Start: start, End: end}, New: insert}
}

// An incremental parse equals a full one, over many sequences of edits.
func TestUpdateEqualsParse(t *testing.T) {
	for seed := range int64(200) {
		r := rand.New(rand.NewSource(seed))
		src := seedFile
		f := Parse(src)
		for step := range 30 {
			e := randomEdit(r, src)
			next, err := text.Apply(src, []text.Edit{e})
			if err != nil {
				t.Fatal(err)
			}
			got, want := f.Update(next, []text.Edit{e}), Parse(next)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, step %d: %v in %q gives a parse that differs from that of %q", seed, step, e, src, next)
			}
			src, f = next, got
		}
	}
}

// An update must not change the file it started from.
func TestUpdateLeavesTheOldFileAlone(t *testing.T) {
	f, again := Parse(seedFile), Parse(seedFile)
	f.Update("X"+seedFile, []text.Edit{{Span: text.At(0), New: "X"}})
	at := len(seedFile) / 2
	f.Update(seedFile[:at]+"\nX"+seedFile[at:], []text.Edit{{Span: text.At(at), New: "\nX"}})
	if !reflect.DeepEqual(f, again) {
		t.Error("the old file changed")
	}
}
