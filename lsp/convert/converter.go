package convert

import (
	"github.com/buildlens/buildlens/internal/text"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// Client is what the client can do, as far as it decides shapes.
type Client struct {
	Encoding            Encoding
	Snippets            bool // completion items may have places to fill in
	DocumentChanges     bool // workspace edits with versions
	CreateFiles         bool // workspace edits may make files
	HierarchicalSymbols bool
	RelatedInformation  bool
	LineFoldingOnly     bool
	LabelOffsets        bool // parameters as offsets into the signature's label
}

// Documents is what a conversion has to know about other files: it answers
// for one state of the workspace.
type Documents interface {
	// Lines indexes the text of a file; false when there is none.
	Lines(path string) (*text.Lines, bool)
	// URI is how the client names the file.
	URI(path string) uri.URI
	// Version of the open document; false when the file is not open.
	Version(path string) (int32, bool)
}

// A Converter turns results about one file into the protocol's shapes. It
// serves one request.
type Converter struct {
	Client
	Mapper
	Path    string // of the file that was asked about
	Files   Documents
	mappers map[string]Mapper
}

// New converts results about the file at path, whose positions mapper maps.
func New(client Client, mapper Mapper, path string, files Documents) *Converter {
	return &Converter{Client: client, Mapper: mapper, Path: path, Files: files}
}

// in returns the mapper and the URI of a file, empty meaning the one that was
// asked about. It is false for files that cannot be read.
func (c *Converter) in(path string) (Mapper, uri.URI, bool) {
	if path == "" || path == c.Path {
		return c.Mapper, c.Files.URI(c.Path), true
	}
	if m, ok := c.mappers[path]; ok {
		return m, c.Files.URI(path), true
	}
	lines, ok := c.Files.Lines(path)
	if !ok {
		return Mapper{}, "", false
	}
	if c.mappers == nil {
		c.mappers = make(map[string]Mapper)
	}
	m := NewTable(lines, c.Encoding)
	c.mappers[path] = m
	return m, c.Files.URI(path), true
}

// location is false for places in files that cannot be read.
func (c *Converter) location(path string, span text.Span) (protocol.Location, bool) {
	m, u, ok := c.in(path)
	if !ok {
		return protocol.Location{}, false
	}
	return protocol.Location{URI: u, Range: m.Range(span)}, true
}

func markdown(value string) *protocol.MarkupContent {
	return &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: value}
}

// documentation is nil for an empty text, which leaves the field out.
func documentation(value string) protocol.InlayHintTooltip {
	if value == "" {
		return nil
	}
	return markdown(value)
}

// optional leaves an empty text out.
func optional(value string) protocol.Optional[string] {
	if value == "" {
		return protocol.Optional[string]{}
	}
	return protocol.NewOptional(value)
}

// pointer leaves a zero value out.
func pointer[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
