// Package diag is the one shape of a problem in a file, shared by the parsers,
// the evaluator, the engine and the features. It knows no protocol.
package diag

import "github.com/buildlens/buildlens/internal/text"

// Severity grades a Diagnostic; smaller is worse, as in the Language Server Protocol.
type Severity int

// The severities.
const (
	Error Severity = iota + 1
	Warning
	Information
	Hint
)

func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Information:
		return "info"
	case Hint:
		return "hint"
	}
	return "unknown"
}

// Sources of diagnostics; a set of diagnostics is published per source.
const (
	SourceSyntax     = "syntax"   // a parser
	SourceBuildKit   = "buildkit" // BuildKit's own linter and frontend
	SourcePractice   = "practice" // best-practice rules under their known codes (DL....)
	SourceShell      = "shell"    // the shell code inside a Dockerfile
	SourceBake       = "bake"     // the Bake evaluator
	SourceCompose    = "compose"  // the Compose model
	SourceReferences = "references"
	SourceBuild      = "build" // a build that ran
)

// Tag marks how an editor may draw a Diagnostic.
type Tag int

// The tags.
const (
	Unnecessary Tag = iota + 1
	Deprecated
)

// A Diagnostic says what is wrong at one place of one file.
type Diagnostic struct {
	File     string // the path, absolute or relative to the folder in question; empty when the holder names the file
	Span     text.Span
	Severity Severity
	Source   string // one of the Source constants
	Code     string // rule name or short stable identifier, such as "StageNameCasing" or "unknown-target"
	URL      string // the page that documents Code, if there is one
	Message  string // one sentence; what, and where it helps, what to do
	Tags     []Tag
	Related  []Related
	Fixes    []Fix
}

// Related points at another place that explains a Diagnostic, such as the
// first declaration of a duplicate, or carries text, such as a log's tail.
type Related struct {
	File    string // as in Diagnostic; empty means the same file
	Span    text.Span
	Message string
}

// A Fix is a change that removes a Diagnostic.
type Fix struct {
	Title     string // imperative, such as "Rename to 'builder'"
	Edits     []FileEdit
	Preferred bool // the one a person most likely wants
	Safe      bool // may be part of fix-all: needs no choice and touches no other file
}

// A FileEdit is an edit in one file. Path is empty for the diagnostic's own.
// Create makes the file first when it does not exist.
type FileEdit struct {
	Path   string
	Edit   text.Edit
	Create bool
}
