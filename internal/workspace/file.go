package workspace

import (
	"strings"
	"sync"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
)

// A File is one state of one file: an open document, or what is on the disk.
// It is immutable but for its memo cells.
type File struct {
	Path       string // absolute; for documents without a path, such as untitled ones, their URI
	Language   Language
	LanguageID string // as the editor named it; empty when the file is not open
	Version    int32  // of the open document
	Open       bool   // the text is the editor's, not the disk's

	// Memos keeps what features compute from this file's text alone.
	Memos Memos

	shared *models
	source string
	index  func() *text.Lines
	hash   func() string
	model  cell[*dockerfile.File]

	mu     sync.Mutex // guards what is below; held for microseconds
	since  since      // leads to an earlier model; empty once the model is made
	syntax map[string]*syntax
	linted *dockerfile.LintResult // the last lint, of this text or an earlier one
}

func newFile(path, languageID, source string, shared *models) *File {
	f := &File{Path: path, LanguageID: languageID, source: source, shared: shared}
	f.Language = LanguageOf(languageID, path, source)
	f.index = sync.OnceValue(func() *text.Lines { return text.NewLines(source) })
	f.hash = sync.OnceValue(func() string { return buildinfo.Hash([]byte(source)) })
	return f
}

// edited is the state after edits, whose line index the caller has at hand.
func (f *File) edited(version int32, lines *text.Lines, list []text.Edit) *File {
	next := newFile(f.Path, f.LanguageID, lines.Source(), f.shared)
	next.index = func() *text.Lines { return lines }
	next.Version, next.Open, next.Language = version, true, f.Language
	next.since = f.modelOrSince().then(list)
	next.syntax = f.oldSyntax()
	next.linted = f.lastLint()
	return next
}

// Text is the file's content.
func (f *File) Text() string { return f.source }

// Lines is the index of the content's lines.
func (f *File) Lines() *text.Lines { return f.index() }

// Hash is the content's hash, as builds name it.
func (f *File) Hash() string { return f.hash() }

// IsJSON tells whether a Bake file is written in JSON rather than HCL.
func (f *File) IsJSON() bool {
	return strings.HasSuffix(strings.ToLower(f.Path), ".json") || strings.HasPrefix(f.LanguageID, "json")
}

// Missing stands for a file that is not there: no text, no language.
func Missing(path string) *File { return &File{Path: path, index: emptyLines, hash: emptyHash} }

func emptyLines() *text.Lines { return text.NewLines("") }
func emptyHash() string       { return buildinfo.Hash(nil) }
