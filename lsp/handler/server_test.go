package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/handler"
	"github.com/buildlens/buildlens/lsp/lsptest"
	"github.com/buildlens/buildlens/lsp/rpc"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/goleak"
)

// serveChild makes the test binary a language server on its standard input
// and output.
const serveChild = "BUILDLENS_TEST_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveChild) != "" {
		err := handler.Serve(context.Background(), stdio{os.Stdin, os.Stdout}, options(os.Stderr))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

type stdio struct {
	io.ReadCloser
	io.Writer
}

// options serve Dockerfiles with their parser and BuildKit's linter; files of
// every language that name another file ("uses NAME") depend on it.
func options(log io.Writer) handler.Options {
	return handler.Options{
		Version: "test",
		Logger:  slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Checks: &handler.Checks{
			Syntax: func(_ *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
				if strings.Contains(f.Text(), "panic in phase 1") {
					panic("as asked")
				}
				return f.Dockerfile().Diagnostics
			},
			Analysis: func(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
				return append(dockerfile.Lint(ctx, f.Dockerfile(), dockerfile.LintOptions{}), uses(snap, f)...)
			},
		},
		Commands: func(h *handler.Host) handler.Commands { return &commands{host: h} },
	}
}

// uses reports "# uses NAME" lines whose file in the same folder is missing.
func uses(snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	var out []diag.Diagnostic
	for i := range f.Lines().Count() {
		name, ok := strings.CutPrefix(f.Lines().Text(i), "# uses ")
		if ok && snap.File(filepath.Join(filepath.Dir(f.Path), name)) == nil {
			out = append(out, diag.Diagnostic{Span: f.Lines().Span(i), Severity: diag.Error, Code: "missing", Message: "no file " + name})
		}
	}
	return out
}

// commands knows "text": the text of a document as the snapshot has it, and
// "wait": it waits for the end.
type commands struct {
	host    *handler.Host
	waiting sync.WaitGroup
}

func (c *commands) Names() []string                             { return []string{"text", "wait"} }
func (c *commands) CancelProgress(token protocol.ProgressToken) {}
func (c *commands) Close(error)                                 { c.waiting.Wait() }

func (c *commands) Execute(ctx context.Context, snap *workspace.Snapshot, name string, args [][]byte, _ protocol.ProgressToken) (any, error) {
	switch name {
	case "text":
		var uri string
		if err := json.Unmarshal(args[0], &uri); err != nil {
			return nil, err
		}
		return snap.File(c.host.Path(uri)).Text(), nil
	case "wait":
		c.waiting.Add(1)
		defer c.waiting.Done()
		if err := c.host.Conn.Notify(ctx, protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: "waiting"}); err != nil {
			return nil, err
		}
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "unknown command %q", name)
}

// session is a client of a server that runs in this process.
type session struct {
	*lsptest.Client
	t      testing.TB
	dir    string
	log    *syncBuffer
	result <-chan error
}

type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// start serves a client whose workspace has files; the session is shut down,
// with everything the server sent accounted for, when the test ends.
func start(t testing.TB, files map[string]string, o lsptest.Options) *session {
	t.Helper()
	s := &session{t: t, dir: t.TempDir(), log: new(syncBuffer)}
	for name, content := range files {
		s.write(name, content)
	}
	o.Folders = append(o.Folders, s.dir)
	near, far := lsptest.Pipe()
	result := make(chan error, 1)
	go func() { result <- handler.Serve(context.Background(), far, options(s.log)) }()
	client, err := lsptest.New(t.Context(), near, o)
	if err != nil {
		t.Fatal(err)
	}
	s.Client, s.result = client, result
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := client.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v\n%s", err, s.log)
		}
		if err := <-result; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	return s
}

func (s *session) path(name string) string { return filepath.Join(s.dir, name) }

func (s *session) write(name, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// must fails the test on an error.
func (s *session) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%v\nlog:\n%s", err, s.log)
	}
}

// wants waits until a file's diagnostics have exactly these codes, in order.
func (s *session) wants(name string, codes ...string) []protocol.Diagnostic {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	found, err := s.WaitDiagnostics(ctx, s.path(name), func(list []protocol.Diagnostic) bool {
		return slices.EqualFunc(list, codes, func(d protocol.Diagnostic, code string) bool { return d.Code == protocol.String(code) })
	})
	s.must(err)
	return found
}

func insert(at int, s string) text.Edit { return text.Edit{Span: text.At(at), New: s} }

func TestInitialize(t *testing.T) {
	s := start(t, nil, lsptest.Options{UTF8: true})
	c := s.Initialized.Capabilities
	if c.PositionEncoding != protocol.PositionEncodingKindUTF8 || c.HoverProvider == nil || c.CompletionProvider == nil ||
		c.CodeActionProvider == nil || len(c.ExecuteCommandProvider.Commands) != 2 || s.Initialized.ServerInfo.Name != "buildlens" {
		t.Errorf("got %+v", s.Initialized)
	}
	s.must(s.Wait(t.Context(), "registrations", func(r *lsptest.Record) bool { return len(r.Registered) == 2 }))
}

func TestBareClient(t *testing.T) {
	s := start(t, nil, lsptest.Options{Bare: true})
	if got := s.Initialized.Capabilities.PositionEncoding; got != protocol.PositionEncodingKindUTF16 {
		t.Errorf("encoding %q", got)
	}
	s.must(s.Open(s.path("Dockerfile"), "dockerfile", "FROM scratch AS Base\n"))
	s.wants("Dockerfile", "StageNameCasing")
}

// A request sees the document as it was when it was sent.
func TestOrderOfChangesAndRequests(t *testing.T) {
	s := start(t, nil, lsptest.Options{})
	path := s.path("Dockerfile")
	s.must(s.Open(path, "dockerfile", "0\n"))
	stale := 0
	for i := 1; i <= 2000; i++ {
		s.must(s.Change(path, text.Edit{Span: text.Span{Start: 0, End: len(s.Text(path))}, New: fmt.Sprint(i, "\n")}))
		var got string
		s.must(s.ExecuteCommand(t.Context(), "text", "file://"+path, &got))
		if got != s.Text(path) {
			stale++
		}
	}
	if stale > 0 {
		t.Errorf("%d of 2000 answers were stale", stale)
	}
}

func TestIncrementalSyncEqualsFullText(t *testing.T) {
	for _, utf8 := range []bool{false, true} {
		t.Run(fmt.Sprintf("utf8=%v", utf8), func(t *testing.T) {
			s := start(t, nil, lsptest.Options{UTF8: utf8})
			path := s.path("Dockerfile")
			s.must(s.Open(path, "dockerfile", strings.Repeat("FROM alpine AS é😀\r\nRUN x\n", 20)))
			r := rand.New(rand.NewPCG(5, 5))
			pieces := []string{"", "😀", "é", "\n", "RUN true\n", "\r\n", "\\"}
			for range 500 {
				var edits []text.Edit
				runes := []rune(s.Text(path))
				from := r.IntN(len(runes) + 1)
				to := min(from+r.IntN(5), len(runes))
				span := text.Span{Start: len(string(runes[:from])), End: len(string(runes[:to]))}
				edits = append(edits, text.Edit{Span: onLine(s.Text(path), span), New: pieces[r.IntN(len(pieces))]})
				s.must(s.Change(path, edits...))
			}
			var got string
			s.must(s.ExecuteCommand(t.Context(), "text", "file://"+path, &got))
			if got != s.Text(path) {
				t.Error("the server's text is not the client's")
			}
		})
	}
}

// onLine keeps a span out of line endings, where no editor's cursor can be.
func onLine(src string, s text.Span) text.Span {
	lines := text.NewLines(src)
	clamp := func(at int) int { return min(at, lines.Span(lines.Line(at)).End) }
	s.Start = clamp(s.Start)
	s.End = max(s.Start, clamp(s.End))
	return s
}

func TestDiagnosticsFollowEdits(t *testing.T) {
	s := start(t, nil, lsptest.Options{})
	path := s.path("Dockerfile")
	s.must(s.Open(path, "dockerfile", "FROM scratch AS Base\nRUNN x\n"))
	found := s.wants("Dockerfile", "StageNameCasing", "unknown-instruction")
	if found[1].Range.Start.Line != 1 {
		t.Errorf("got %v", lsptest.Summary(found))
	}
	s.must(s.Change(path, text.Edit{Span: text.Span{Start: 16, End: 17}, New: "b"}, insert(0, "\n")))
	s.wants("Dockerfile", "unknown-instruction")
	s.must(s.Change(path, text.Edit{Span: text.Span{Start: 22, End: 29}}))
	s.wants("Dockerfile")
	if p := s.Record().Diagnostics[path]; p.Version != 3 {
		t.Errorf("the last diagnostics are about version %d", p.Version)
	}
	before := s.Record().Publications
	s.must(s.Change(path, insert(0, "\n")))
	s.must(s.Settle(t.Context()))
	if after := s.Record().Publications; after != before {
		t.Errorf("%d unchanged sets were sent again", after-before)
	}
	s.must(s.Close(path))
}

func TestCloseClears(t *testing.T) {
	s := start(t, map[string]string{"Dockerfile": "FROM scratch AS Base\n"}, lsptest.Options{})
	s.must(s.OpenFile(s.path("Dockerfile"), "dockerfile"))
	s.wants("Dockerfile", "StageNameCasing")
	s.must(s.Close(s.path("Dockerfile")))
	s.wants("Dockerfile")
}

// What a file depends on is checked again when it changes: in the editor, on
// the disk as the editor reports it, and on the disk as found when saving.
func TestDependents(t *testing.T) {
	s := start(t, nil, lsptest.Options{})
	s.must(s.Open(s.path("Dockerfile"), "dockerfile", "# uses other\nFROM scratch\n"))
	s.wants("Dockerfile", "missing")
	s.must(s.Open(s.path("other"), "plaintext", ""))
	s.wants("Dockerfile")
	s.must(s.Close(s.path("other")))
	s.wants("Dockerfile", "missing")
	s.write("other", "")
	s.must(s.FilesChanged(s.path("other")))
	s.wants("Dockerfile")
	if err := os.Remove(s.path("other")); err != nil {
		t.Fatal(err)
	}
	s.must(s.Open(s.path("third"), "plaintext", "x"))
	s.must(s.Save(s.path("third")))
	s.wants("Dockerfile", "missing")
}

func TestPanicInAPass(t *testing.T) {
	s := start(t, nil, lsptest.Options{Bare: true})
	s.must(s.Open(s.path("Dockerfile"), "dockerfile", "# panic in phase 1\nFROM scratch AS Base\n"))
	s.wants("Dockerfile", "StageNameCasing")
	if log := s.log.String(); !strings.Contains(log, "as asked") || !strings.Contains(log, "server_test.go") {
		t.Errorf("the log does not tell of the panic:\n%s", log)
	}
	s.must(s.Wait(t.Context(), "the error", func(r *lsptest.Record) bool { return len(r.Logs) > 0 }))
	s.ForgetErrors()
}

func TestSettings(t *testing.T) {
	var mu sync.Mutex
	current := map[string]any{"log": map[string]any{"level": "loud"}, "bulder": "x"}
	s := start(t, nil, lsptest.Options{Settings: func(string) any {
		mu.Lock()
		defer mu.Unlock()
		return current
	}})
	s.must(s.Wait(t.Context(), "a message about the settings", func(r *lsptest.Record) bool { return len(r.Messages) == 1 }))
	shown := s.Record().Messages[0].Text
	for _, want := range []string{`buildlens.bulder: unknown setting; did you mean "buildlens.builder"?`, `buildlens.log.level: expected one of`} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q does not contain %q", shown, want)
		}
	}
	s.must(s.SettingsChanged())
	s.must(s.Settle(t.Context()))
	if n := len(s.Record().Messages); n != 1 {
		t.Errorf("the same problem was shown %d times", n)
	}
}

func TestCodeActions(t *testing.T) {
	s := start(t, nil, lsptest.Options{})
	path := s.path("Dockerfile")
	s.must(s.Open(path, "dockerfile", "FROM scratch AS Base\n"))
	s.wants("Dockerfile", "StageNameCasing")
	actions, err := s.Actions(t.Context(), path, text.At(17))
	s.must(err)
	if len(actions) == 0 || actions[0].Edit == nil || *actions[0].Kind != protocol.CodeActionKindQuickFix {
		t.Fatalf("got %+v", actions)
	}
	s.must(s.Apply(actions[0].Edit))
	s.wants("Dockerfile")
	if got := s.Text(path); got != "FROM scratch AS base\n" {
		t.Errorf("the fix made %q", got)
	}
	if actions, err := s.Actions(t.Context(), path, text.At(17), protocol.CodeActionKindSource); err != nil || len(actions) > 0 {
		t.Errorf("got %+v, %v", actions, err)
	}
}

func TestRequestsAnswerEvenWhereNothingIs(t *testing.T) {
	s := start(t, nil, lsptest.Options{})
	s.must(s.Open(s.path("notes.txt"), "plaintext", "hello"))
	s.must(s.Open("untitled:Untitled-1", "dockerfile", "FROM scratch AS a\nFROM a\n"))
	for _, path := range []string{s.path("notes.txt"), s.path("missing/Dockerfile"), "untitled:Untitled-1"} {
		for _, method := range []string{
			protocol.MethodTextDocumentHover, protocol.MethodTextDocumentDefinition, protocol.MethodTextDocumentReferences,
			protocol.MethodTextDocumentDocumentSymbol, protocol.MethodTextDocumentCodeLens, protocol.MethodTextDocumentCodeAction,
			protocol.MethodTextDocumentFoldingRange, protocol.MethodTextDocumentDocumentLink, protocol.MethodTextDocumentInlayHint,
			protocol.MethodTextDocumentSemanticTokensFull, protocol.MethodTextDocumentFormatting, protocol.MethodTextDocumentRename,
			protocol.MethodTextDocumentSelectionRange, protocol.MethodTextDocumentSignatureHelp, protocol.MethodTextDocumentCompletion,
		} {
			params := map[string]any{"textDocument": map[string]any{"uri": "file://" + path}, "position": map[string]any{"line": 9, "character": 9}}
			var out any
			if err := s.Call(t.Context(), method, params, &out); err != nil && method != protocol.MethodTextDocumentRename {
				t.Errorf("%s of %s: %v", method, path, err)
			}
		}
	}
	at, err := s.Definition(t.Context(), "untitled:Untitled-1", 23)
	if err != nil || len(at) != 1 || at[0].URI != "untitled:Untitled-1" {
		t.Errorf("got %+v, %v", at, err)
	}
}

func TestCancelledCommand(t *testing.T) {
	s := start(t, nil, lsptest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	go func() { answer <- s.ExecuteCommand(ctx, "wait", nil, nil) }()
	s.must(s.Wait(t.Context(), "the command", func(r *lsptest.Record) bool { return len(r.Messages) == 1 }))
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var coded *jsonrpc2.Error
	if err := s.ExecuteCommand(t.Context(), "nothing", nil, nil); !errors.As(err, &coded) || coded.Code != jsonrpc2.InvalidParams {
		t.Errorf("an unknown command answered %v", err)
	}
}

// A server in a process of its own ends with exit code 0 after shutdown, and
// when its input ends, whatever runs.
func TestChildProcess(t *testing.T) {
	for _, polite := range []bool{true, false} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), serveChild+"=1")
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		client, err := lsptest.Start(ctx, cmd, lsptest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "Dockerfile")
		if err := client.Open(path, "dockerfile", "FROM scratch AS Base\n"); err != nil {
			t.Fatal(err)
		}
		if _, err := client.WaitDiagnostics(ctx, path, func(list []protocol.Diagnostic) bool { return len(list) == 1 }); err != nil {
			t.Fatal(err)
		}
		if polite {
			err = client.Shutdown(ctx)
		} else {
			go func() { _ = client.ExecuteCommand(context.Background(), "wait", nil, nil) }() // it has no answer
			if err := client.Wait(ctx, "the command", func(r *lsptest.Record) bool { return len(r.Messages) == 1 }); err != nil {
				t.Fatal(err)
			}
			err = client.Kill(ctx)
		}
		if err != nil {
			t.Errorf("polite=%v: %v", polite, err)
		}
	}
}

func TestExitWithoutShutdown(t *testing.T) {
	near, far := lsptest.Pipe()
	result := make(chan error, 1)
	go func() { result <- handler.Serve(context.Background(), far, options(io.Discard)) }()
	client, err := lsptest.New(t.Context(), near, lsptest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Notify(protocol.MethodExit, nil); err != nil {
		t.Fatal(err)
	}
	if err := <-result; !errors.Is(err, rpc.ErrNoShutdown) {
		t.Errorf("got %v", err)
	}
	if err := client.Kill(t.Context()); err != nil {
		t.Error(err)
	}
}
