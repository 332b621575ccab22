// Package dockerfile is the model of a Dockerfile: an error-tolerant parse
// with the span of every token, stages, ARG and ENV scopes as BuildKit resolves
// them, and BuildKit's own linter run in process.
//
// Parse accepts any bytes. A broken instruction costs only itself: everything
// before and after it keeps its model. BuildKit decides what is valid; the model
// only finds out faster, and where exactly.
//
// The package does no I/O, reads no clock and starts no goroutine.
package dockerfile

import (
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// A File is one parsed Dockerfile. It is immutable.
type File struct {
	Source       string
	Escape       byte // '\\' or '`'
	Directives   []Directive
	Instructions []*Instruction // top level, in order
	Trailing     []Comment      // comments below the last instruction
	Stages       []*Stage       // in order
	Diagnostics  []diag.Diagnostic

	preamble *Stage // what stands above the first FROM; never nil
	byName   map[string]*Stage
	foreign  bool
}

// A Directive is a parser directive, such as "# syntax=docker/dockerfile:1".
type Directive struct {
	Name  string // lower case: "syntax", "escape" or "check"
	Value string
	Span  text.Span // the line from '#' on
	Key   text.Span
	Val   text.Span
}

// A Comment is one comment line, directives excluded.
type Comment struct {
	Text string    // without '#' and surrounding white space
	Span text.Span // from '#' to the end of the line
}

// A Word is a token of an instruction. Where a continuation runs through it,
// Text is the joined text and Span covers the line break.
type Word struct {
	Text string
	Span text.Span
	from int // offsets in the instruction's joined line
	to   int
}

// An Instruction is one instruction with its continuation lines and heredocs.
type Instruction struct {
	Keyword Word
	Cmd     string    // upper case; "" when the keyword is unknown
	Span    text.Span // from the keyword to the end of the last line, heredocs included
	Head    text.Span // the same without heredoc bodies
	Extent  text.Span // whole lines: comments and blank lines above it, itself, the final line break

	Flags    []Flag
	Args     Word   // everything behind the flags, trimmed
	Words    []Word // Args split the way this instruction is; elements when JSON
	JSON     bool   // Args is a JSON array of strings
	Heredocs []Heredoc
	Pairs    []Pair // ENV, LABEL, ARG
	Trigger  *Instruction

	Leading []Comment   // comments above it, since the previous instruction
	Inner   []Comment   // comments between its continuation lines
	Blank   []text.Span // empty lines between its continuation lines, with their line break
	Marks   []text.Span // the escape characters that continue its lines
	Uses    []Use       // variables in flags, arguments and heredocs, in order

	Stage *Stage // the stage it stands in, or the preamble
	index int    // in Stage.Instructions

	line  line
	shell *shellCell       // of the instructions that run commands, else nil
	issue *diag.Diagnostic // why BuildKit rejects it, whatever stands around it
}

// A Flag is "--name" or "--name=value".
type Flag struct {
	Name     string
	Value    string // quotes and escapes removed
	HasValue bool
	Span     text.Span
	Key      text.Span // the name without dashes
	Val      text.Span // the value as written
	Fields   []Field   // of --mount and --device: the parts between commas
}

// A Field is one "key=value" of a mount, or a lone key.
type Field struct {
	Key, Value string
	HasValue   bool
	Span       text.Span
	KeySpan    text.Span
	ValSpan    text.Span
}

// A Pair is one "key=value" of ENV, LABEL or ARG.
type Pair struct {
	Key      string
	Value    string // as written, quotes included
	HasValue bool
	Legacy   bool // "ENV key value"
	Span     text.Span
	KeySpan  text.Span
	ValSpan  text.Span
}

// A Heredoc is a here-document of RUN, COPY or ADD.
type Heredoc struct {
	Name       string
	Expand     bool // variables in the body are expanded: the name is not quoted
	Chomp      bool // "<<-": leading tabs are removed
	Terminated bool
	Operator   text.Span // "<<-" to the end of the name
	NameSpan   text.Span // the name in the operator, without quotes
	Body       text.Span
	End        text.Span // the terminator's name; empty when it is missing
}

// A Use is one use of a variable: "$name", "${name}" or "${name:-word}".
type Use struct {
	Name     string
	Span     text.Span // from '$' to the end
	NameSpan text.Span
	Modifier string // "", ":-", "+", "#", "//" and so on
	Literal  bool   // in single quotes of a shell command: no shell expands it here
	Shell    bool   // expanded by the shell in the container, not by BuildKit
	Open     bool   // "${" without its "}"
}

// A Stage runs from one FROM to the next. The preamble, which holds what
// stands above the first FROM, is a Stage without a From.
type Stage struct {
	Index        int // -1 for the preamble
	From         *Instruction
	Base         Word   // as written; the zero Word when missing
	BaseName     string // Base with global ARGs expanded
	As           Word   // the keyword AS
	Name         Word   // as written; the zero Word when the stage has no name
	Platform     *Flag
	Parent       *Stage // the stage named by FROM; nil for an image
	Instructions []*Instruction
	Span         text.Span // to the end of its last instruction
	decls        map[string][]*Decl
	root         *Stage
	shells       []*Instruction // its SHELL instructions
	baseShell    *Instruction   // the SHELL that holds at its start; nil for the default
}

// A Decl declares a variable: one name of an ARG or ENV.
type Decl struct {
	Pair
	Arg   bool // ARG, not ENV
	Owner *Instruction
}

// A StageRef is a place that names a stage, or an image where no stage has
// that name: FROM x, COPY --from=x, RUN --mount=from=x.
type StageRef struct {
	Name  string
	Span  text.Span
	Owner *Instruction
	Stage *Stage // nil when it names no stage of this file
}

// Foreign tells whether "# syntax=" names a frontend that is not
// docker/dockerfile: BuildKit then runs that frontend and the instructions may
// mean anything.
func (f *File) Foreign() bool { return f.foreign }

// Directive returns the first directive of a name, or nil.
func (f *File) Directive(name string) *Directive {
	for i := range f.Directives {
		if f.Directives[i].Name == name {
			return &f.Directives[i]
		}
	}
	return nil
}

// Flag returns the first flag of a name, or nil.
func (ins *Instruction) Flag(name string) *Flag {
	for i := range ins.Flags {
		if ins.Flags[i].Name == name {
			return &ins.Flags[i]
		}
	}
	return nil
}

// Index is the instruction's place in its stage; FROM is 0.
func (ins *Instruction) Index() int { return ins.index }

// Line is the instruction as one line: continuations joined, comments removed.
func (ins *Instruction) Line() string { return ins.line.text }

// Joined maps a source offset to an offset in Line.
func (ins *Instruction) Joined(offset int) int { return ins.line.joined(offset) }

// Source maps the range [from, to) of Line to the source.
func (ins *Instruction) Source(from, to int) text.Span { return ins.line.span(from, to) }

// Field returns the first field with one of the keys, or nil.
func (fl *Flag) Field(keys ...string) *Field {
	for i := range fl.Fields {
		for _, k := range keys {
			if fl.Fields[i].Key == k {
				return &fl.Fields[i]
			}
		}
	}
	return nil
}
