package convert

import (
	"testing"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// files are documents of which the first character of the name is the version.
type files map[string]string

func (f files) Lines(path string) (*text.Lines, bool) {
	src, ok := f[path]
	return text.NewLines(src), ok
}
func (files) URI(path string) uri.URI { return URI(path) }
func (f files) Version(path string) (int32, bool) {
	_, ok := f[path]
	return 7, ok
}

func converter(client Client, f files) *Converter {
	lines, _ := f.Lines("/w/a")
	return New(client, NewMapper(lines, client.Encoding), "/w/a", f)
}

// wire is what v looks like to the client.
func wire(t *testing.T, v any) string {
	t.Helper()
	raw, err := protocol.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestDiagnosticShapes(t *testing.T) {
	d := diag.Diagnostic{
		Span: text.Span{Start: 5, End: 6}, Severity: diag.Warning, Source: "buildkit", Code: "X", URL: "https://x/y",
		Message: "bad", Tags: []diag.Tag{diag.Deprecated},
		Related: []diag.Related{{File: "/w/b", Span: text.Span{Start: 0, End: 1}, Message: "here"}, {File: "/w/missing", Message: "there"}},
	}
	f := files{"/w/a": "FROM é", "/w/b": "x"}
	got := wire(t, converter(Client{RelatedInformation: true}, f).Diagnostics([]diag.Diagnostic{d}))
	want := `[{"range":{"start":{"line":0,"character":5},"end":{"line":0,"character":6}},"severity":2,"code":"X",` +
		`"codeDescription":{"href":"https://x/y"},"source":"buildkit","message":"bad\nthere","tags":[2],` +
		`"relatedInformation":[{"location":{"uri":"file:///w/b","range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}}},"message":"here"}]}]`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := converter(Client{}, f).Diagnostic(d); got.Message != protocol.String("bad\nhere\nthere") {
		t.Errorf("without related information the message is %v", got.Message)
	}
}

func TestWorkspaceEdit(t *testing.T) {
	f := files{"/w/a": "one", "/w/b": "two"}
	edits := []diag.FileEdit{
		{Edit: text.Edit{Span: text.Span{Start: 0, End: 3}, New: "1"}},
		{Path: "/w/b", Edit: text.Edit{Span: text.At(3), New: "!"}},
		{Path: "/w/new", Create: true, Edit: text.Edit{New: "FROM x\n"}},
	}
	all := Client{DocumentChanges: true, CreateFiles: true}
	edit, err := converter(all, f).WorkspaceEdit(edits)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"documentChanges":[` +
		`{"textDocument":{"uri":"file:///w/a","version":7},"edits":[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":3}},"newText":"1"}]},` +
		`{"textDocument":{"uri":"file:///w/b","version":7},"edits":[{"range":{"start":{"line":0,"character":3},"end":{"line":0,"character":3}},"newText":"!"}]},` +
		`{"kind":"create","uri":"file:///w/new","options":{"ignoreIfExists":true}},` +
		`{"textDocument":{"uri":"file:///w/new","version":null},"edits":[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"newText":"FROM x\n"}]}]}`
	if diff := cmp.Diff(want, wire(t, edit)); diff != "" {
		t.Error(diff)
	}
	if _, err := converter(Client{DocumentChanges: true}, f).WorkspaceEdit(edits); err == nil {
		t.Error("a file was made for a client that cannot")
	}
	simple, err := converter(Client{}, f).WorkspaceEdit(edits[:2])
	if err != nil || len(simple.Changes) != 2 || simple.DocumentChanges != nil {
		t.Errorf("got %+v, %v", simple, err)
	}
	if _, err := converter(all, f).WorkspaceEdit([]diag.FileEdit{{Path: "/w/missing"}}); err == nil {
		t.Error("a missing file was edited")
	}
}

func TestCompletionInsertion(t *testing.T) {
	snippet := feature.CompletionItem{Label: "FROM", Insert: "FROM ${1:image}", Plain: "FROM ", Snippet: true}
	tests := []struct {
		client Client
		item   feature.CompletionItem
		insert string
		format protocol.InsertTextFormat
	}{
		{Client{Snippets: true}, snippet, "FROM ${1:image}", protocol.InsertTextFormatSnippet},
		{Client{}, snippet, "FROM ", protocol.InsertTextFormatPlainText},
		{Client{}, feature.CompletionItem{Label: "x", Insert: "y$1", Snippet: true}, "x", protocol.InsertTextFormatPlainText},
		{Client{}, feature.CompletionItem{Label: "x"}, "x", protocol.InsertTextFormatPlainText},
	}
	for _, test := range tests {
		list := converter(test.client, files{"/w/a": ""}).Completion(feature.CompletionList{Items: []feature.CompletionItem{test.item}})
		item := list.Items[0]
		edit, ok := item.TextEdit.(*protocol.TextEdit)
		if !ok || edit.NewText != test.insert || item.InsertTextFormat != test.format {
			t.Errorf("%+v inserts %+v as %v", test.item, item.TextEdit, item.InsertTextFormat)
		}
	}
}

func TestSemanticTokensAreDifferences(t *testing.T) {
	tokens := []feature.SemanticToken{
		{Span: text.Span{Start: 0, End: 2}},
		{Span: text.Span{Start: 3, End: 5}, Type: feature.TokenClass, Modifiers: feature.ModifierDeprecated},
		{Span: text.Span{Start: 5, End: 5}},
		{Span: text.Span{Start: 7, End: 9}, Type: feature.TokenComment},
	}
	got := converter(Client{}, files{"/w/a": "é é\n\né"}).SemanticTokens(tokens).Data
	want := []uint32{0, 0, 1, 0, 0, 0, 2, 1, 5, 4, 2, 0, 1, 1, 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLensesStayOnOneLine(t *testing.T) {
	c := converter(Client{}, files{"/w/a": "target \"x\" {\n}\n"})
	lenses, err := c.Lenses([]feature.Lens{{Span: text.Span{Start: 0, End: 14}, Title: "Build", Command: "b", Argument: map[string]string{"a": "1"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":12}},"command":{"title":"Build","command":"b","arguments":[{"a":"1"}]}}]`
	if diff := cmp.Diff(want, wire(t, lenses)); diff != "" {
		t.Error(diff)
	}
	if _, err := c.Lenses([]feature.Lens{{Argument: func() {}}}); err == nil {
		t.Error("a function was encoded")
	}
}

func TestParameterLabels(t *testing.T) {
	help := &feature.SignatureHelp{Parameter: -1, Signatures: []feature.Signature{{Label: "é(ab)", Parameters: []feature.ParameterLabel{{Start: 3, End: 5}}}}}
	if got := wire(t, converter(Client{LabelOffsets: true}, files{}).SignatureHelp(help)); got != `{"signatures":[{"label":"é(ab)","parameters":[{"label":[2,4]}]}],"activeSignature":0}` {
		t.Error(got)
	}
	if got := wire(t, converter(Client{}, files{}).SignatureHelp(help)); got != `{"signatures":[{"label":"é(ab)","parameters":[{"label":"ab"}]}],"activeSignature":0}` {
		t.Error(got)
	}
}
