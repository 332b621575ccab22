package handler

import (
	"context"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/buildlens/buildlens/lsp/rpc"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// routes is the table of all methods. Requests that no language answers are
// not advertised; asked for all the same, they answer null.
func (s *Server) routes() rpc.Routes {
	return rpc.Routes{
		protocol.MethodInitialize:  rpc.Call(s.initialize),
		protocol.MethodInitialized: rpc.Note(s.initialized),
		protocol.MethodSetTrace:    rpc.Note(s.setTrace),

		protocol.MethodTextDocumentDidOpen:   rpc.Note(s.didOpen),
		protocol.MethodTextDocumentDidChange: rpc.Note(s.didChange),
		protocol.MethodTextDocumentDidSave:   rpc.Note(s.didSave),
		protocol.MethodTextDocumentDidClose:  rpc.Note(s.didClose),

		protocol.MethodWorkspaceDidChangeWatchedFiles:     rpc.Note(s.didChangeWatchedFiles),
		protocol.MethodWorkspaceDidChangeConfiguration:    rpc.Note(s.didChangeConfiguration),
		protocol.MethodWorkspaceDidChangeWorkspaceFolders: rpc.Note(s.didChangeWorkspaceFolders),
		protocol.MethodWorkspaceExecuteCommand:            rpc.Call(s.executeCommand),
		protocol.MethodWindowWorkDoneProgressCancel:       rpc.Note(s.cancelProgress),

		protocol.MethodTextDocumentHover:              at(s, hover),
		protocol.MethodTextDocumentCompletion:         at(s, completion),
		protocol.MethodTextDocumentSignatureHelp:      at(s, signatureHelp),
		protocol.MethodTextDocumentDefinition:         at(s, definition),
		protocol.MethodTextDocumentReferences:         at(s, references),
		protocol.MethodTextDocumentDocumentHighlight:  at(s, highlights),
		protocol.MethodTextDocumentPrepareRename:      at(s, prepareRename),
		protocol.MethodTextDocumentRename:             at(s, rename),
		protocol.MethodTextDocumentDocumentSymbol:     at(s, symbols),
		protocol.MethodTextDocumentCodeLens:           at(s, lenses),
		protocol.MethodTextDocumentCodeAction:         at(s, s.codeActions),
		protocol.MethodTextDocumentFoldingRange:       at(s, folding),
		protocol.MethodTextDocumentSelectionRange:     at(s, selection),
		protocol.MethodTextDocumentDocumentLink:       at(s, links),
		protocol.MethodTextDocumentInlayHint:          at(s, hints),
		protocol.MethodTextDocumentSemanticTokensFull: at(s, tokens),
		protocol.MethodTextDocumentFormatting:         at(s, formatting),
		protocol.MethodTextDocumentRangeFormatting:    at(s, rangeFormatting),
		protocol.MethodTextDocumentOnTypeFormatting:   at(s, typeFormatting),
	}
}

// A query is one request about one file: the file as it was at the request's
// place in the order of messages.
type query struct {
	*convert.Converter
	snap     *workspace.Snapshot
	file     *workspace.File
	language Language
}

// offset is where a position is in the file.
func (q *query) offset(p protocol.Position) int { return q.Offset(p) }

// request is the part that all requests about a document share.
type request struct {
	TextDocument protocol.TextDocumentIdentifier `json:"textDocument"`
	Position     protocol.Position               `json:"position"`
	Range        protocol.Range                  `json:"range"`
	Positions    []protocol.Position             `json:"positions"` // selectionRange
	NewName      string                          `json:"newName"`   // rename
	Context      struct {
		IncludeDeclaration bool                      `json:"includeDeclaration"` // references
		Only               []protocol.CodeActionKind `json:"only"`               // codeAction
	} `json:"context"`
	Options protocol.FormattingOptions `json:"options"` // formatting
}

// at routes requests about a document: the snapshot is taken in order, the
// answer is computed off the read loop. A document of no language of ours, or
// one that is not there, answers null.
func at(s *Server, answer func(ctx context.Context, q *query, r *request) (any, error)) rpc.Route {
	return rpc.Call(func(_ context.Context, r *request) (rpc.Work, error) {
		snap := s.session.Snapshot()
		document := r.TextDocument.URI
		return func(ctx context.Context) (any, error) {
			q := s.query(snap, document)
			if q == nil {
				return nil, nil
			}
			result, err := answer(ctx, q, r)
			if ctx.Err() != nil { // whatever came out is incomplete
				return nil, context.Cause(ctx)
			}
			return result, err
		}, nil
	})
}

func (s *Server) query(snap *workspace.Snapshot, document uri.URI) *query {
	f := snap.File(convert.Path(document))
	if f == nil {
		return nil
	}
	language, ok := s.languages[f.Language]
	if !ok {
		return nil
	}
	mapper := convert.NewTable(f.Lines(), s.client.Encoding)
	return &query{
		Converter: convert.New(s.client.Client, mapper, f.Path, s.documents(snap)),
		snap:      snap, file: f, language: language,
	}
}

// documents answers convert's questions about one snapshot's files.
func (s *Server) documents(snap *workspace.Snapshot) convert.Documents {
	return documents{snap, &s.uris}
}

type documents struct {
	snap *workspace.Snapshot
	uris *uris
}

func (d documents) Lines(path string) (*text.Lines, bool) {
	f := d.snap.File(path)
	if f == nil {
		return nil, false
	}
	return f.Lines(), true
}

func (d documents) URI(path string) uri.URI { return d.uris.of(path) }

func (d documents) Version(path string) (int32, bool) {
	f := d.snap.File(path)
	if f == nil || !f.Open {
		return 0, false
	}
	return f.Version, true
}
