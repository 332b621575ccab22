package handler

import (
	"context"
	"log/slog"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/buildlens/buildlens/lsp/rpc"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// Commands executes workspace/executeCommand.
type Commands interface {
	// Names lists the commands, for the capabilities.
	Names() []string
	// Execute runs one on the snapshot of its place in the order of messages.
	// args are JSON; token is the client's for progress, or nil.
	Execute(ctx context.Context, snap *workspace.Snapshot, name string, args [][]byte, token protocol.ProgressToken) (any, error)
	// CancelProgress is the cancel button of a progress.
	CancelProgress(token protocol.ProgressToken)
	// Close cancels what runs and waits for it.
	Close(cause error)
}

// Host is what commands may do with the server they belong to, and what they
// have to know about its client.
type Host struct {
	Session *workspace.Session
	Conn    *rpc.Conn // to notify and ask the client; its context ends with it
	Logger  *slog.Logger

	BuildEvents    bool // the client wants buildlens/buildEvent
	Progress       bool // it shows progress that the server starts
	MessageActions bool // it shows messages with buttons
	ShowDocument   bool // it goes to a place in a document
	// Trusted is the editor's own trust in the workspace; governed is false
	// when it has none.
	Trusted, Governed bool

	server *Server
}

func (s *Server) host() *Host {
	h := &Host{
		Session: s.session, Conn: s.conn, Logger: s.logger,
		BuildEvents: s.client.BuildEvents, Progress: s.client.Progress,
		MessageActions: s.client.MessageActions, ShowDocument: s.client.ShowDocument,
		Governed: s.client.Trust != nil, server: s,
	}
	h.Trusted = h.Governed && *s.client.Trust
	return h
}

// URI is how the client names a file.
func (h *Host) URI(path string) string { return string(h.server.uris.of(path)) }

// Path is the file that the client names.
func (h *Host) Path(document string) string { return convert.Path(uri.URI(document)) }

// Range is a span of source in the client's encoding.
func (h *Host) Range(source string, span text.Span) protocol.Range {
	return convert.NewMapper(text.NewLines(source), h.server.client.Encoding).Range(span)
}

// Built is called after the facts of a build went into the session: the
// diagnostics, hints and lenses that show them are brought up to date.
func (h *Host) Built(*workspace.Snapshot) {
	s := h.server
	s.passes.all()
	s.refresh(s.client.RefreshesLenses, protocol.MethodWorkspaceCodeLensRefresh)
	s.refresh(s.client.RefreshesInlayHints, protocol.MethodWorkspaceInlayHintRefresh)
}

// refresh tells the client to ask again. Its answer is not waited for.
func (s *Server) refresh(supported bool, method string) {
	if !supported || s.conn.Context().Err() != nil {
		return
	}
	s.run(func() {
		if err := s.conn.Call(s.conn.Context(), method, nil, nil); err != nil {
			s.logger.Debug("refresh", "method", method, "error", err)
		}
	})
}

func (s *Server) executeCommand(_ context.Context, p *protocol.ExecuteCommandParams) (rpc.Work, error) {
	if s.commands == nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "unknown command %q: this server has none", p.Command)
	}
	snap := s.session.Snapshot()
	args := make([][]byte, len(p.Arguments))
	for i, a := range p.Arguments {
		args[i] = a
	}
	return func(ctx context.Context) (any, error) {
		return s.commands.Execute(ctx, snap, p.Command, args, p.WorkDoneToken)
	}, nil
}

func (s *Server) cancelProgress(_ context.Context, p *protocol.WorkDoneProgressCancelParams) error {
	if s.commands != nil {
		s.commands.CancelProgress(p.Token)
	}
	return nil
}
