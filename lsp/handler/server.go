// Package handler is the language server: one file per family of methods, each
// method thin. A notification changes the workspace's session on the read
// loop; a request takes its snapshot there and then, off the loop, asks one
// pure function of lsp/feature and converts what it returns.
package handler

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/buildlens/buildlens/lsp/feature/check"
	"github.com/buildlens/buildlens/lsp/publish"
	"github.com/buildlens/buildlens/lsp/rpc"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// Options is what a server is made with. The zero value serves the language
// features of the real disk and no commands.
type Options struct {
	Version string
	// World is the disk, environment and clock; nil means the real ones.
	World *workspace.World
	// Logger receives what happens. Warnings go to the client too.
	Logger *slog.Logger
	// Level, when set, follows the setting buildlens.log.level.
	Level *slog.LevelVar
	// Languages are the languages served; nil means Languages().
	Languages map[workspace.Language]Language
	// Checks are the diagnostic passes; nil means those of lsp/feature/check.
	Checks *Checks
	// Commands makes what executes workspace/executeCommand once the client is
	// known; nil means that there are no commands.
	Commands func(*Host) Commands
}

// A Server is one client's session.
type Server struct {
	options   Options
	logger    *slog.Logger
	conn      *rpc.Conn
	session   *workspace.Session
	languages map[workspace.Language]Language
	publisher *publish.Publisher
	passes    *passes
	client    client // set by initialize, before any other message is handled
	config    config
	commands  Commands // nil when there are none
	uris      uris
	background

	revalidating atomic.Bool // a look at the disk is due
	revalidated  time.Time   // when the last one began; of the goroutine that makes it
}

// Serve answers one client until it leaves, its process ends, the input ends
// or ctx does, and leaves nothing running. It returns rpc.ErrNoShutdown when
// the client left without saying so.
func Serve(ctx context.Context, rwc io.ReadWriteCloser, o Options) error {
	conn, err := rpc.New(ctx, rwc)
	if err != nil {
		return err
	}
	s := newServer(conn, o)
	err = conn.Serve(rpc.Options{Routes: s.routes(), Logger: o.Logger})
	if s.commands != nil {
		s.commands.Close(context.Cause(conn.Context()))
	}
	s.passes.close()
	s.wait()
	return err
}

func newServer(conn *rpc.Conn, o Options) *Server {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Languages == nil {
		o.Languages = Languages()
	}
	if o.Checks == nil {
		o.Checks = &Checks{Syntax: check.Syntax, Analysis: check.Analysis}
	}
	world := workspace.RealWorld()
	if o.World != nil {
		world = *o.World
	}
	s := &Server{options: o, conn: conn, session: workspace.NewSession(world), languages: o.Languages}
	s.logger = slog.New(&clientLog{Handler: o.Logger.Handler(), conn: conn})
	s.publisher = publish.New(s.publication, func(p *protocol.PublishDiagnosticsParams) {
		conn.Post(protocol.MethodTextDocumentPublishDiagnostics, p)
	})
	s.passes = newPasses(conn.Context(), *o.Checks, s.session, s.publisher, s.logger)
	return s
}

// publication makes the message about a file's diagnostics.
func (s *Server) publication(f *workspace.File, list []diag.Diagnostic) *protocol.PublishDiagnosticsParams {
	snap := s.session.Snapshot()
	c := convert.New(s.client.Client, convert.NewTable(f.Lines(), s.client.Encoding), f.Path, s.documents(snap))
	out := &protocol.PublishDiagnosticsParams{URI: s.uris.of(f.Path), Diagnostics: c.Diagnostics(list)}
	if f.Open {
		out.Version = protocol.NewOptional(f.Version)
	}
	return out
}

// uris remembers how the client spells the URIs of open documents: that is how
// it wants them back.
type uris struct {
	mu     sync.RWMutex
	byPath map[string]uri.URI
}

func (u *uris) set(path string, as uri.URI) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.byPath == nil {
		u.byPath = make(map[string]uri.URI)
	}
	u.byPath[path] = as
}

func (u *uris) of(path string) uri.URI {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if as, ok := u.byPath[path]; ok {
		return as
	}
	return convert.URI(path)
}

// background counts the goroutines a server starts, to leave none behind.
type background struct {
	mu    sync.Mutex
	ended bool
	group sync.WaitGroup
}

// run starts f unless the server has ended.
func (b *background) run(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.group.Go(f)
	}
}

// wait starts nothing more and waits for what runs.
func (b *background) wait() {
	b.mu.Lock()
	b.ended = true
	b.mu.Unlock()
	b.group.Wait()
}
