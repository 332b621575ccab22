package handler_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/handler"
	"github.com/buildlens/buildlens/lsp/lsptest"
	"go.lsp.dev/protocol"
)

// large is a Dockerfile of about n lines in stages of 25.
func large(n int) string {
	var b strings.Builder
	for i := 0; i < n; i += 25 {
		fmt.Fprintf(&b, "FROM alpine AS stage%d\nARG VERSION=%d\n", i, i)
		for range 11 {
			b.WriteString("RUN apk add --no-cache curl git && \\\n    rm -rf /tmp/*\n")
		}
		b.WriteString("COPY --from=stage0 /etc/passwd /etc/passwd\n")
	}
	return b.String()
}

func BenchmarkInitialize(b *testing.B) {
	for b.Loop() {
		near, far := lsptest.Pipe()
		result := make(chan error, 1)
		go func() { result <- handler.Serve(context.Background(), far, options(io.Discard)) }()
		client, err := lsptest.New(b.Context(), near, lsptest.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := client.Shutdown(b.Context()); err != nil {
			b.Fatal(err)
		}
		<-result
		b.StartTimer()
	}
}

// BenchmarkFirstDiagnostics times didChange to the diagnostics of phase 1,
// BenchmarkAllDiagnostics to those of BuildKit's linter.
func BenchmarkFirstDiagnostics(b *testing.B) {
	benchmarkDiagnostics(b, "RUNN x\n", "unknown-instruction")
}
func BenchmarkAllDiagnostics(b *testing.B) {
	benchmarkDiagnostics(b, "FROM scratch AS Up\n", "StageNameCasing")
}

func benchmarkDiagnostics(b *testing.B, line, code string) {
	s := start(b, nil, lsptest.Options{})
	path := s.path("Dockerfile")
	s.must(s.Open(path, "dockerfile", large(5000)))
	s.must(s.Settle(b.Context()))
	for b.Loop() {
		s.must(s.Change(path, insert(len(s.Text(path)), line)))
		s.wait(path, code, true)
		b.StopTimer()
		s.must(s.Change(path, text.Edit{Span: text.Span{Start: len(s.Text(path)) - len(line), End: len(s.Text(path))}}))
		s.wait(path, code, false)
		s.must(s.Settle(b.Context()))
		b.StartTimer()
	}
}

// wait waits until a file has, or has not, a diagnostic of that code.
func (s *session) wait(path, code string, want bool) {
	_, err := s.WaitDiagnostics(s.t.Context(), path, func(list []protocol.Diagnostic) bool {
		found := false
		for _, d := range list {
			found = found || d.Code == protocol.String(code)
		}
		return found == want
	})
	s.must(err)
}

func BenchmarkRequests(b *testing.B) {
	s := start(b, nil, lsptest.Options{})
	path := s.path("Dockerfile")
	s.must(s.Open(path, "dockerfile", large(5000)))
	middle := strings.Index(s.Text(path), "FROM alpine AS stage2500") + 16
	whole := text.Span{End: len(s.Text(path))}
	requests := map[string]func() error{
		"hover":      func() error { _, err := s.Hover(b.Context(), path, middle); return err },
		"completion": func() error { _, err := s.Completion(b.Context(), path, middle); return err },
		"definition": func() error { _, err := s.Definition(b.Context(), path, middle); return err },
		"references": func() error { _, err := s.References(b.Context(), path, middle, true); return err },
		"symbols":    func() error { _, err := s.Symbols(b.Context(), path); return err },
		"lenses":     func() error { _, err := s.Lenses(b.Context(), path); return err },
		"hints":      func() error { _, err := s.Hints(b.Context(), path, whole); return err },
		"folding":    func() error { _, err := s.Folding(b.Context(), path); return err },
		"tokens":     func() error { _, err := s.Tokens(b.Context(), path); return err },
		"actions":    func() error { _, err := s.Actions(b.Context(), path, text.At(middle)); return err },
	}
	for name, request := range requests {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.must(request())
			}
		})
	}
}
