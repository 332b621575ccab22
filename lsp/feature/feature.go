// Package feature holds the plain structs that language features return. The
// packages below it are pure functions of a model and a position; lsp/handler
// calls them and lsp/convert turns these structs into the protocol's.
//
// All positions are byte offsets (internal/text) in the file the feature was
// asked about, unless a Path names another file. Kinds are small enums of our
// own, so that no feature imports a protocol library.
package feature

import (
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// A Hover explains what stands at a position.
type Hover struct {
	Span     text.Span // what is explained
	Markdown string
}

// A Location is a place in a file, such as a declaration or a use.
type Location struct {
	Path string    // empty means the file that was asked about
	Span text.Span // the whole construct: the instruction, the block
	Name text.Span // its name inside Span: what an editor selects
}

// HighlightKind tells a declaration (write) from a use (read).
type HighlightKind int

// The kinds of highlight.
const (
	HighlightText HighlightKind = iota + 1
	HighlightRead
	HighlightWrite
)

// A Highlight is one occurrence of the symbol under the cursor.
type Highlight struct {
	Span text.Span
	Kind HighlightKind
}

// A Lens is a command shown above a line.
type Lens struct {
	Span     text.Span // the construct it belongs to; drawn above its first line
	Title    string
	Command  string // as in lsp/command
	Argument any    // the command's single argument, ready for JSON; a type or map with that command's JSON names
}

// InlayKind tells what an InlayHint adds.
type InlayKind int

// The kinds of hint.
const (
	InlayValue InlayKind = iota + 1 // a value or a fact: "1.25.3", "CACHED", "1.2 s"
	InlayParameter
)

// An InlayHint is text drawn at an offset that the file does not hold.
type InlayHint struct {
	Offset       int
	Label        string
	Kind         InlayKind
	Tooltip      string // markdown; may be empty
	PaddingLeft  bool
	PaddingRight bool
}

// FoldKind tells what a fold hides.
type FoldKind int

// The kinds of fold.
const (
	FoldRegion FoldKind = iota + 1
	FoldComment
	FoldImports
)

// A FoldingRange can be collapsed to its first line. Span starts anywhere on
// the first line and ends anywhere on the last line that is hidden.
type FoldingRange struct {
	Span text.Span
	Kind FoldKind
}

// A DocumentLink makes Span clickable. One of URL and Path is set.
type DocumentLink struct {
	Span    text.Span
	URL     string // http(s)
	Path    string // a local file
	Tooltip string
}

// A SelectionRange lists the spans around an offset, innermost first; each
// encloses the one before it.
type SelectionRange []text.Span

// TextEdits changes the file that was asked about; the edits do not overlap.
type TextEdits []text.Edit

// A Rename is what renaming a symbol changes, over all files.
type Rename struct {
	Edits []diag.FileEdit
}

// A RenameTarget is what can be renamed at a position.
type RenameTarget struct {
	Span        text.Span // of the name under the cursor
	Placeholder string    // its text, joined when it runs over a line continuation
}
