package convert

import (
	"fmt"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// TextEdits converts edits of the converter's file.
func (c *Converter) TextEdits(list []text.Edit) []protocol.TextEdit {
	out := make([]protocol.TextEdit, len(list))
	for i, e := range list {
		out[i] = protocol.TextEdit{Range: c.Range(e.Span), NewText: e.New}
	}
	return out
}

// WorkspaceEdit converts edits of any files. It fails when a file cannot be
// read, or has to be made and the client cannot.
func (c *Converter) WorkspaceEdit(list []diag.FileEdit) (*protocol.WorkspaceEdit, error) {
	files, err := c.group(list)
	if err != nil {
		return nil, err
	}
	if !c.DocumentChanges {
		changes := make(map[uri.URI][]protocol.TextEdit, len(files))
		for _, f := range files {
			changes[f.uri] = f.edits
		}
		return &protocol.WorkspaceEdit{Changes: changes}, nil
	}
	out := new(protocol.WorkspaceEdit)
	for _, f := range files {
		out.DocumentChanges = append(out.DocumentChanges, f.changes()...)
	}
	return out, nil
}

// fileEdits are the edits of one file, in the order they came.
type fileEdits struct {
	uri     uri.URI
	version *int32
	create  bool
	edits   []protocol.TextEdit
}

// group sorts edits by file, keeping the order in which files first come.
func (c *Converter) group(list []diag.FileEdit) ([]*fileEdits, error) {
	var files []*fileEdits
	byURI := make(map[uri.URI]*fileEdits)
	for _, e := range list {
		m, u, create, err := c.target(e)
		if err != nil {
			return nil, err
		}
		f := byURI[u]
		if f == nil {
			f = &fileEdits{uri: u, create: create, version: c.version(e.Path)}
			byURI[u] = f
			files = append(files, f)
		}
		f.edits = append(f.edits, protocol.TextEdit{Range: m.Range(e.Edit.Span), NewText: e.Edit.New})
	}
	return files, nil
}

// target finds the file that e changes; create is set when it has to be made.
func (c *Converter) target(e diag.FileEdit) (m Mapper, u uri.URI, create bool, err error) {
	if m, u, ok := c.in(e.Path); ok {
		return m, u, false, nil
	}
	switch {
	case !e.Create:
		return m, "", false, fmt.Errorf("edit %s: no such file", e.Path)
	case !c.CreateFiles || !c.DocumentChanges:
		return m, "", false, fmt.Errorf("edit %s: the file does not exist and the editor cannot make it", e.Path)
	}
	return NewMapper(text.NewLines(""), c.Encoding), c.Files.URI(e.Path), true, nil
}

func (c *Converter) version(path string) *int32 {
	if path == "" {
		path = c.Path
	}
	if v, ok := c.Files.Version(path); ok {
		return &v
	}
	return nil
}

// changes are the operations for one file.
func (f *fileEdits) changes() []protocol.DocumentChange {
	var out []protocol.DocumentChange
	if f.create {
		out = append(out, &protocol.CreateFile{Kind: "create", URI: f.uri, Options: &protocol.CreateFileOptions{IgnoreIfExists: pointer(true)}})
	}
	edit := &protocol.TextDocumentEdit{}
	edit.TextDocument.URI, edit.TextDocument.Version = f.uri, f.version
	for i := range f.edits {
		edit.Edits = append(edit.Edits, &f.edits[i])
	}
	return append(out, edit)
}
