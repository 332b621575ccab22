package lsptest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/convert"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

func identifier(path string) protocol.TextDocumentIdentifier {
	return protocol.TextDocumentIdentifier{URI: convert.URI(path)}
}

// Open opens a document with a text.
func (c *Client) Open(path, languageID, content string) error {
	c.mu.Lock()
	c.documents[path] = &document{version: 1, lines: text.NewLines(content)}
	c.mu.Unlock()
	return c.Notify(protocol.MethodTextDocumentDidOpen, &protocol.DidOpenTextDocumentParams{TextDocument: protocol.TextDocumentItem{
		URI: convert.URI(path), LanguageID: protocol.LanguageKind(languageID), Version: 1, Text: content,
	}})
}

// OpenFile opens a document with what is on the disk.
func (c *Client) OpenFile(path, languageID string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return c.Open(path, languageID, string(content))
}

func (c *Client) document(path string) (*document, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.documents[path]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("%s is not open", path)
}

// Text is what the client has in an open document.
func (c *Client) Text(path string) string {
	d, err := c.document(path)
	if err != nil {
		return ""
	}
	return d.lines.Source()
}

// Change edits an open document. Edits come in order, each in terms of the
// text the one before it made, and go out as one incremental change.
func (c *Client) Change(path string, edits ...text.Edit) error {
	d, err := c.document(path)
	if err != nil {
		return err
	}
	params := &protocol.DidChangeTextDocumentParams{}
	for _, e := range edits {
		change := &protocol.TextDocumentContentChangePartial{Range: convert.NewMapper(d.lines, c.encoding()).Range(e.Span), Text: e.New}
		params.ContentChanges = append(params.ContentChanges, change)
		d.lines = d.lines.Edit(e)
	}
	return c.change(path, d, params)
}

// Replace sends a document's whole text.
func (c *Client) Replace(path, content string) error {
	d, err := c.document(path)
	if err != nil {
		return err
	}
	d.lines = text.NewLines(content)
	return c.change(path, d, &protocol.DidChangeTextDocumentParams{
		ContentChanges: []protocol.TextDocumentContentChangeEvent{&protocol.TextDocumentContentChangeWholeDocument{Text: content}},
	})
}

func (c *Client) change(path string, d *document, params *protocol.DidChangeTextDocumentParams) error {
	d.version++
	params.TextDocument.URI, params.TextDocument.Version = convert.URI(path), d.version
	return c.Notify(protocol.MethodTextDocumentDidChange, params)
}

// Save writes an open document to the disk and says so.
func (c *Client) Save(path string) error {
	d, err := c.document(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(d.lines.Source()), 0o644); err != nil {
		return err
	}
	return c.Notify(protocol.MethodTextDocumentDidSave, &protocol.DidSaveTextDocumentParams{TextDocument: identifier(path)})
}

// Close closes a document.
func (c *Client) Close(path string) error {
	c.mu.Lock()
	delete(c.documents, path)
	c.mu.Unlock()
	return c.Notify(protocol.MethodTextDocumentDidClose, &protocol.DidCloseTextDocumentParams{TextDocument: identifier(path)})
}

// FilesChanged reports changes on the disk.
func (c *Client) FilesChanged(paths ...string) error {
	var params protocol.DidChangeWatchedFilesParams
	for _, path := range paths {
		params.Changes = append(params.Changes, protocol.FileEvent{URI: convert.URI(path), Type: protocol.FileChangeTypeChanged})
	}
	return c.Notify(protocol.MethodWorkspaceDidChangeWatchedFiles, &params)
}

// SettingsChanged makes the server ask for the settings again.
func (c *Client) SettingsChanged() error {
	return c.Notify(protocol.MethodWorkspaceDidChangeConfiguration, map[string]any{"settings": nil})
}

// WaitDiagnostics waits until the newest diagnostics of a file satisfy done;
// nil is satisfied by any that are about the newest version.
func (c *Client) WaitDiagnostics(ctx context.Context, path string, done func([]protocol.Diagnostic) bool) ([]protocol.Diagnostic, error) {
	version := int32(0)
	if d, err := c.document(path); err == nil {
		version = d.version
	}
	var found []protocol.Diagnostic
	err := c.Wait(ctx, "diagnostics of "+path, func(r *Record) bool {
		p, ok := r.Diagnostics[path]
		found = p.Diagnostics
		if done != nil {
			return ok && done(found)
		}
		return ok && p.Version == version
	})
	if err != nil {
		return nil, fmt.Errorf("%w; the last were %s", err, Summary(found))
	}
	return found, nil
}

// Summary lists diagnostics for people: "line:column severity code message".
func Summary(list []protocol.Diagnostic) []string {
	out := make([]string, len(list))
	for i, d := range list {
		out[i] = fmt.Sprintf("%d:%d %v %v: %v", d.Range.Start.Line+1, d.Range.Start.Character+1, d.Severity, d.Code, d.Message)
	}
	return out
}

// position is where an offset of an open document, or of a file, is.
func (c *Client) position(path string, offset int) (protocol.Position, error) {
	if d, err := c.document(path); err == nil {
		return convert.NewMapper(d.lines, c.encoding()).Position(offset), nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return protocol.Position{}, err
	}
	return convert.NewMapper(text.NewLines(string(content)), c.encoding()).Position(offset), nil
}

// ask sends a request about an offset of a document; extra is added to it.
func (c *Client) ask(ctx context.Context, method, path string, offset int, extra map[string]any, result any) error {
	at, err := c.position(path, offset)
	if err != nil {
		return err
	}
	params := map[string]any{"textDocument": identifier(path), "position": at}
	for k, v := range extra {
		params[k] = v
	}
	return c.Call(ctx, method, params, result)
}

// Hover asks what stands at an offset; nil when nothing is said.
func (c *Client) Hover(ctx context.Context, path string, offset int) (*protocol.Hover, error) {
	var out *protocol.Hover
	return out, c.ask(ctx, protocol.MethodTextDocumentHover, path, offset, nil, &out)
}

// Completion asks for proposals at an offset.
func (c *Client) Completion(ctx context.Context, path string, offset int) (*protocol.CompletionList, error) {
	out := new(protocol.CompletionList)
	return out, c.ask(ctx, protocol.MethodTextDocumentCompletion, path, offset, nil, out)
}

// SignatureHelp asks for the forms of what is being typed; nil when there are none.
func (c *Client) SignatureHelp(ctx context.Context, path string, offset int) (*protocol.SignatureHelp, error) {
	var out *protocol.SignatureHelp
	return out, c.ask(ctx, protocol.MethodTextDocumentSignatureHelp, path, offset, nil, &out)
}

// Definition asks where what stands at an offset is declared.
func (c *Client) Definition(ctx context.Context, path string, offset int) ([]protocol.Location, error) {
	var out []protocol.Location
	return out, c.ask(ctx, protocol.MethodTextDocumentDefinition, path, offset, nil, &out)
}

// References asks for the uses of what stands at an offset.
func (c *Client) References(ctx context.Context, path string, offset int, declarations bool) ([]protocol.Location, error) {
	var out []protocol.Location
	extra := map[string]any{"context": map[string]bool{"includeDeclaration": declarations}}
	return out, c.ask(ctx, protocol.MethodTextDocumentReferences, path, offset, extra, &out)
}

// Highlights asks for the occurrences of what stands at an offset.
func (c *Client) Highlights(ctx context.Context, path string, offset int) ([]protocol.DocumentHighlight, error) {
	var out []protocol.DocumentHighlight
	return out, c.ask(ctx, protocol.MethodTextDocumentDocumentHighlight, path, offset, nil, &out)
}

// Rename renames what stands at an offset.
func (c *Client) Rename(ctx context.Context, path string, offset int, name string) (*protocol.WorkspaceEdit, error) {
	var out *protocol.WorkspaceEdit
	return out, c.ask(ctx, protocol.MethodTextDocumentRename, path, offset, map[string]any{"newName": name}, &out)
}

// Symbols asks for the outline.
func (c *Client) Symbols(ctx context.Context, path string) ([]protocol.DocumentSymbol, error) {
	var out []protocol.DocumentSymbol
	return out, c.ask(ctx, protocol.MethodTextDocumentDocumentSymbol, path, 0, nil, &out)
}

// Lenses asks for the commands above lines.
func (c *Client) Lenses(ctx context.Context, path string) ([]protocol.CodeLens, error) {
	var out []protocol.CodeLens
	return out, c.ask(ctx, protocol.MethodTextDocumentCodeLens, path, 0, nil, &out)
}

// Folding asks for what can be collapsed.
func (c *Client) Folding(ctx context.Context, path string) ([]protocol.FoldingRange, error) {
	var out []protocol.FoldingRange
	return out, c.ask(ctx, protocol.MethodTextDocumentFoldingRange, path, 0, nil, &out)
}

// Links asks for what can be clicked.
func (c *Client) Links(ctx context.Context, path string) ([]protocol.DocumentLink, error) {
	var out []protocol.DocumentLink
	return out, c.ask(ctx, protocol.MethodTextDocumentDocumentLink, path, 0, nil, &out)
}

// Tokens asks for the colours of the text.
func (c *Client) Tokens(ctx context.Context, path string) (*protocol.SemanticTokens, error) {
	var out *protocol.SemanticTokens
	return out, c.ask(ctx, protocol.MethodTextDocumentSemanticTokensFull, path, 0, nil, &out)
}

// spanned is the extra parameter of requests about a span.
func (c *Client) spanned(path string, span text.Span) (map[string]any, error) {
	start, err := c.position(path, span.Start)
	if err != nil {
		return nil, err
	}
	end, err := c.position(path, span.End)
	if err != nil {
		return nil, err
	}
	return map[string]any{"range": protocol.Range{Start: start, End: end}}, nil
}

// Hints asks for the inlay hints in a span.
func (c *Client) Hints(ctx context.Context, path string, span text.Span) ([]protocol.InlayHint, error) {
	extra, err := c.spanned(path, span)
	if err != nil {
		return nil, err
	}
	var out []protocol.InlayHint
	return out, c.ask(ctx, protocol.MethodTextDocumentInlayHint, path, span.Start, extra, &out)
}

// Actions asks for the code actions in a span; only restricts their kinds.
func (c *Client) Actions(ctx context.Context, path string, span text.Span, only ...protocol.CodeActionKind) ([]protocol.CodeAction, error) {
	extra, err := c.spanned(path, span)
	if err != nil {
		return nil, err
	}
	extra["context"] = map[string]any{"diagnostics": []any{}, "only": only}
	if len(only) == 0 {
		extra["context"] = map[string]any{"diagnostics": []any{}}
	}
	var out []protocol.CodeAction
	return out, c.ask(ctx, protocol.MethodTextDocumentCodeAction, path, span.Start, extra, &out)
}

// Apply carries out the text edits of a workspace edit in open documents.
func (c *Client) Apply(edit *protocol.WorkspaceEdit) error {
	for _, change := range edit.DocumentChanges {
		e, ok := change.(*protocol.TextDocumentEdit)
		if !ok {
			return fmt.Errorf("apply: cannot carry out %T", change)
		}
		if err := c.applyTo(e); err != nil {
			return err
		}
	}
	return nil
}

func (c *Client) applyTo(e *protocol.TextDocumentEdit) error {
	path := convert.Path(e.TextDocument.URI)
	d, err := c.document(path)
	if err != nil {
		return err
	}
	mapper := convert.NewMapper(d.lines, c.encoding())
	var edits []text.Edit
	for _, element := range e.Edits {
		te, ok := element.(*protocol.TextEdit)
		if !ok {
			return fmt.Errorf("apply: cannot carry out %T", element)
		}
		edits = append(edits, text.Edit{Span: mapper.Span(te.Range), New: te.NewText})
	}
	next, err := text.Apply(d.lines.Source(), edits)
	if err != nil {
		return err
	}
	return c.Replace(path, next)
}

// ExecuteCommand runs a command with its single argument; result may be nil.
func (c *Client) ExecuteCommand(ctx context.Context, command string, argument, result any) error {
	raw, err := json.Marshal(argument)
	if err != nil {
		return err
	}
	params := map[string]any{"command": command, "arguments": []json.RawMessage{raw}}
	return c.Call(ctx, protocol.MethodWorkspaceExecuteCommand, params, result)
}

// Ask sends a request about a place in a document and drops the answer
// undecoded: for measuring servers, not this client.
func (c *Client) Ask(ctx context.Context, method, path string, offset int, extra map[string]any) error {
	var answer jsonrpc2.RawMessage
	return c.ask(ctx, method, path, offset, extra, &answer)
}
