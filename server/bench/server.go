package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/buildlens/buildlens/internal/testenv/gen"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/lsptest"
)

// A document is what the server is measured on.
type document struct {
	label, name, language string
	content               []byte
	first, all            string // aims
}

func documents() []document {
	docker, bake := oddities["dockerfile"].text, oddities["dockerbake"].text
	return []document{
		{"Dockerfile, 50 lines", "Dockerfile", "dockerfile", append(gen.Dockerfile(50), docker...), "", ""},
		{"Dockerfile, 5,000 lines", "Dockerfile", "dockerfile", append(gen.Dockerfile(5000), docker...), "40 ms", "200 ms"},
		{"Bake file, 30 targets", "docker-bake.hcl", "dockerbake", append(gen.Bake(30), bake...), "", ""},
		{"Bake file, 3,000 targets", "docker-bake.hcl", "dockerbake", append(gen.Bake(3000), bake...), "", "1 s"},
	}
}

// server measures the language server, one process for each document.
func (b *bencher) server(ctx context.Context) error {
	for _, d := range documents() {
		if err := b.document(ctx, d); err != nil {
			return fmt.Errorf("%s: %w", d.label, err)
		}
	}
	return nil
}

func (b *bencher) document(ctx context.Context, d document) error {
	dir, err := os.MkdirTemp(b.dir, "workspace-")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, d.name)
	if err := os.WriteFile(path, d.content, 0o644); err != nil {
		return err
	}
	// A Bake target's Dockerfile, so that the checks across files have one to read.
	if d.language == "dockerbake" {
		if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), gen.Dockerfile(50), 0o644); err != nil {
			return err
		}
	}
	began := time.Now()
	client, err := lsptest.Start(ctx, exec.CommandContext(ctx, b.binary, "serve"), lsptest.Options{Folders: []string{dir}})
	if err != nil {
		return err
	}
	initialized := time.Since(began)
	s := &session{bencher: b, client: client, path: path, label: d.label}
	err = s.measure(ctx, d, initialized)
	return errors.Join(err, client.Shutdown(ctx))
}

// A session measures one server.
type session struct {
	*bencher
	client      *lsptest.Client
	path, label string
	version     int32
}

func (s *session) measure(ctx context.Context, d document, initialized time.Duration) error {
	s.add("start and initialize", s.label, median([]time.Duration{initialized}), "50 ms")
	began := time.Now()
	if err := s.client.Open(s.path, d.language, string(d.content)); err != nil {
		return err
	}
	s.version = 1
	first, all, err := s.diagnostics(ctx, began)
	if err != nil {
		return err
	}
	s.add("didOpen to first diagnostics", s.label, median([]time.Duration{first}), "")
	s.add("didOpen to all diagnostics", s.label, median([]time.Duration{all}), "")
	if err := s.edits(ctx, d); err != nil {
		return err
	}
	return s.requests(ctx)
}

// edits breaks a line at a random place and, at the end of the file, makes a
// finding appear or go that only the checks of the second phase make.
func (s *session) edits(ctx context.Context, d document) error {
	var firsts, alls []time.Duration
	random := rand.New(rand.NewPCG(1, 2))
	odd := oddities[d.language]
	for i := range s.runs {
		from, to := odd.good, odd.bad
		if i%2 == 1 {
			from, to = to, from
		}
		src := s.client.Text(s.path)
		at, line := strings.LastIndex(src, from), lineStart(src, random)
		began := time.Now()
		err := s.client.Change(s.path, text.Edit{Span: text.Span{Start: at, End: at + len(from)}, New: to}, text.Edit{Span: text.At(line), New: "\n"})
		if err != nil {
			return err
		}
		s.version++
		first, all, err := s.afterChange(ctx, began, odd.code, i%2 == 0)
		if err != nil {
			return err
		}
		firsts, alls = append(firsts, first), append(alls, all)
	}
	s.add("didChange to first diagnostics", s.label, median(firsts), d.first)
	s.add("didChange to all diagnostics", s.label, median(alls), d.all)
	return nil
}

// An oddity is text at the end of a document that has a finding in its bad form.
type oddity struct{ text, good, bad, code string }

var oddities = map[string]oddity{
	"dockerfile": {"\nFROM scratch AS odd\nCOPY a b\n", "scratch AS odd", "scratch as odd", "FromAsCasing"},
	"dockerbake": {"\ntarget \"odd\" {\n  description = \"odd\"\n}\n", "description = \"odd\"", "descriptiom = \"odd\"", "unknown-attribute"},
}

// lineStart is the offset of a random line's first byte.
func lineStart(src string, random *rand.Rand) int {
	at := random.IntN(len(src) * 9 / 10)
	return at + strings.IndexByte(src[at:], '\n') + 1
}

// afterChange waits for the first publication of the present version, and for
// the one in which a code is there, or is not.
func (s *session) afterChange(ctx context.Context, began time.Time, code string, there bool) (first, all time.Duration, err error) {
	limit, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	err = s.client.Wait(limit, "diagnostics with "+code, func(r *lsptest.Record) bool {
		published := r.Diagnostics[s.path]
		if published.Version != s.version {
			return false
		}
		if first == 0 {
			first = time.Since(began)
		}
		found := strings.Contains(strings.Join(lsptest.Summary(published.Diagnostics), "\n"), code)
		return found == there
	})
	return first, time.Since(began), err
}

// quoted is an offset inside a random quoted string, where a letter breaks nothing.
func quoted(src string, random *rand.Rand) int {
	at := random.IntN(len(src))
	if i := strings.Index(src[at:], ` = "`); i >= 0 {
		return at + i + 4
	}
	if i := strings.Index(src, `="`); i >= 0 {
		return i + 2
	}
	return strings.Index(src, `"`) + 1
}

// silence is how long nothing may be published for the last one to be the last.
const silence = 300 * time.Millisecond

// diagnostics waits for the publications of the present version and returns
// when the first and the last of them came. A change that leaves the
// diagnostics as they are publishes nothing anew but the version.
func (s *session) diagnostics(ctx context.Context, began time.Time) (first, all time.Duration, err error) {
	limit, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	seen := 0
	arrived := func(r *lsptest.Record) bool {
		return r.Diagnostics[s.path].Version == s.version && r.Publications > seen
	}
	for wait, stop := limit, context.CancelFunc(func() {}); ; {
		err := s.client.Wait(wait, "diagnostics", arrived)
		stop()
		if err != nil {
			if first > 0 && limit.Err() == nil {
				return first, all, nil
			}
			return 0, 0, err
		}
		all = time.Since(began)
		if first == 0 {
			first = all
		}
		seen = s.client.Record().Publications
		wait, stop = context.WithTimeout(limit, silence)
	}
}

// A kind of request, asked at an offset.
type kind struct {
	name string
	ask  func(offset int) error
}

// kinds are all requests that are measured. Answers are not decoded: what is
// timed is the server.
func (s *session) kinds(ctx context.Context) []kind {
	ask := func(method string, extra map[string]any) func(int) error {
		return func(offset int) error { return s.client.Ask(ctx, "textDocument/"+method, s.path, offset, extra) }
	}
	here := map[string]any{"start": map[string]int{"line": 0, "character": 0}, "end": map[string]int{"line": 50, "character": 0}}
	return []kind{
		{"completion", ask("completion", nil)},
		{"hover", ask("hover", nil)},
		{"definition", ask("definition", nil)},
		{"references", ask("references", map[string]any{"context": map[string]bool{"includeDeclaration": true}})},
		{"document highlights", ask("documentHighlight", nil)},
		{"document symbols", ask("documentSymbol", nil)},
		{"code lenses", ask("codeLens", nil)},
		{"code actions", ask("codeAction", map[string]any{"range": here, "context": map[string]any{"diagnostics": []any{}}})},
		{"folding ranges", ask("foldingRange", nil)},
		{"document links", ask("documentLink", nil)},
		{"inlay hints, 50 lines", ask("inlayHint", map[string]any{"range": here})},
		{"semantic tokens", ask("semanticTokens/full", nil)},
	}
}

// requests times each kind of request at places spread over the document.
func (s *session) requests(ctx context.Context) error {
	for _, kind := range s.kinds(ctx) {
		random := rand.New(rand.NewPCG(3, 4))
		var took []time.Duration
		for range s.runs {
			offset := quoted(s.client.Text(s.path), random)
			began := time.Now()
			if err := kind.ask(offset); err != nil {
				return fmt.Errorf("%s: %w", kind.name, err)
			}
			took = append(took, time.Since(began))
		}
		s.add(kind.name, s.label, median(took), "10 ms")
	}
	return nil
}
