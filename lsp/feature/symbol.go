package feature

import "github.com/buildlens/buildlens/internal/text"

// SymbolKind chooses the icon of a Symbol.
type SymbolKind int

// The kinds of symbol.
const (
	SymbolStage       SymbolKind = iota + 1 // a build stage
	SymbolInstruction                       // a Dockerfile instruction
	SymbolDirective                         // a parser directive
	SymbolVariable                          // ARG, ENV, a Bake variable
	SymbolFunction
	SymbolTarget    // a Bake target
	SymbolGroup     // a Bake group
	SymbolAttribute // an attribute of a block, a key
	SymbolService   // a Compose service
	SymbolFile      // a heredoc
)

// A Symbol is one entry of the outline. Span encloses Name and the spans of
// all Children.
type Symbol struct {
	Title      string // shown; never empty
	Detail     string // shown dimmed, one line
	Kind       SymbolKind
	Span       text.Span
	Name       text.Span // what is selected
	Deprecated bool
	Children   []Symbol
}

// A WorkspaceSymbol is a Symbol found by name over all files.
type WorkspaceSymbol struct {
	Title     string
	Container string // the stage, block or file that holds it
	Kind      SymbolKind
	Location  Location
}
