package dockerfile

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/internal/text"
)

// generated is a Dockerfile of n stages of 50 lines.
func generated(n int) string {
	var b strings.Builder
	b.WriteString("# syntax=docker/dockerfile:1\nARG VERSION=1.25\n")
	for i := range n {
		fmt.Fprintf(&b, "FROM golang:${VERSION} AS stage%d\nARG TARGETARCH\nARG NAME=app%d\nENV CGO_ENABLED=0 GOFLAGS=-trimpath\nWORKDIR /src/$NAME\n", i, i)
		for j := range 10 {
			fmt.Fprintf(&b, "# step %d\nCOPY --chown=1000:1000 go.mod dir%d/*.go ./pkg%d/\nRUN --mount=type=cache,target=/root/.cache/go-build \\\n    go build -o /out/$NAME-%d ./cmd/%d\n", j, j, j, j, j)
		}
		if i > 0 {
			fmt.Fprintf(&b, "COPY --from=stage%d /out/app /usr/bin/app\n", i-1)
		} else {
			b.WriteString("COPY LICENSE /\n")
		}
		b.WriteString("EXPOSE 8080 9090/udp\nLABEL org.opencontainers.image.title=\"stage\"\nUSER 1000\nENTRYPOINT [\"/usr/bin/app\"]\n")
	}
	return b.String()
}

func BenchmarkParse5000(b *testing.B) {
	src := generated(100)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(src)
	}
}

func BenchmarkUpdate5000(b *testing.B) {
	src := generated(100)
	f := Parse(src)
	at := strings.Index(src[len(src)/2:], "go build") + len(src)/2
	edit := text.Edit{Span: text.At(at), New: "x"}
	changed := src[:at] + "x" + src[at:]
	b.ReportAllocs()
	for b.Loop() {
		f.Update(changed, []text.Edit{edit})
	}
}

func BenchmarkLint5000(b *testing.B) {
	f := Parse(generated(100))
	b.ReportAllocs()
	for b.Loop() {
		Lint(context.Background(), f, LintOptions{})
	}
}

func BenchmarkLintFrom5000(b *testing.B)  { benchmarkLintFrom(b, 100) }
func BenchmarkLintFrom50000(b *testing.B) { benchmarkLintFrom(b, 1000) }

// benchmarkLintFrom measures from the edit of a random instruction to all its
// diagnostics.
func benchmarkLintFrom(b *testing.B, stages int) {
	r := rand.New(rand.NewSource(1))
	src := generated(stages)
	f := Parse(src)
	opt := LintOptions{Practices: DefaultPractices(), Shell: true, Unchecked: true}
	result := f.LintFrom(b.Context(), nil, opt)
	b.ReportAllocs()
	for b.Loop() {
		at := f.Instructions[1+r.Intn(len(f.Instructions)-1)].Args.Span.End
		src = src[:at] + "x" + src[at:]
		f = f.Update(src, []text.Edit{{Span: text.At(at), New: "x"}})
		result = f.LintFrom(b.Context(), result, opt)
	}
}
