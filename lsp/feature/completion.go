package feature

import "github.com/buildlens/buildlens/internal/text"

// CompletionKind chooses the icon of a CompletionItem.
type CompletionKind int

// The kinds of completion.
const (
	CompleteKeyword  CompletionKind = iota + 1 // an instruction, a directive
	CompleteProperty                           // a flag, an attribute, a mount option
	CompleteValue                              // one of a fixed set
	CompleteVariable
	CompleteFunction
	CompleteStage  // a build stage
	CompleteTarget // a Bake target or group, a Compose service
	CompleteBlock  // a Bake block type
	CompleteImage  // an image name or tag
	CompleteFile
	CompleteFolder
	CompleteSnippet
	CompleteRule // a lint rule
)

// A CompletionItem is one proposal. When Replace is set it covers the cursor
// and stays on its line: the text in it is replaced by Insert.
type CompletionItem struct {
	Label         string
	Kind          CompletionKind
	Detail        string // one line, shown beside the label
	Documentation string // markdown

	Replace text.Span // what Insert replaces; may be empty, at the cursor
	Insert  string    // plain text, or snippet syntax ($1, ${2:default}, $0) when Snippet is set
	Snippet bool
	Plain   string // what to insert for clients without snippets; empty: Label

	SortText   string // empty: Label
	FilterText string // empty: Label
	Preselect  bool
	Deprecated bool
	Retrigger  bool // ask for completion again after inserting
}

// A CompletionList is the answer to one request. Incomplete lists are asked
// for again as the person types.
type CompletionList struct {
	Items      []CompletionItem
	Incomplete bool
}

// A ParameterLabel is the byte range [Start, End) of a parameter in its
// Signature's Label.
type ParameterLabel struct {
	Start, End    int
	Documentation string // markdown
}

// A Signature is one form an instruction, flag or function can take.
type Signature struct {
	Label         string
	Documentation string // markdown
	Parameters    []ParameterLabel
}

// SignatureHelp shows the forms of what is being typed. Active and Parameter
// are indices; Parameter is -1 when the cursor is on none.
type SignatureHelp struct {
	Signatures []Signature
	Active     int
	Parameter  int
}
