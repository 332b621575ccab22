// Package tree reads a Bake file, in HCL or in JSON, into blocks, attributes
// and expressions with the span of every token. Unlike the parsers of the
// evaluator it makes sense of any bytes: an unclosed bracket, a missing value
// or a half-typed name costs no more than itself. It decides nothing about
// validity; it says what stands where.
//
// Both languages give the same tree. A JSON string is read as the template it
// is, escapes accounted for, so that "${VERSION}" in it is a reference with
// exact spans.
package tree

import (
	"sync"

	"github.com/buildlens/buildlens/internal/text"
)

// A Word is a name as it stands in the file. Text is decoded; Span does not
// include quotes.
type Word struct {
	Text string
	Span text.Span
}

// A File is one file. It is immutable but for bodies that are read on demand,
// and safe for use by several goroutines.
type File struct {
	Source   string
	JSON     bool
	Root     *Block      // holds the top-level attributes and blocks; has no Kind
	Comments []text.Span // runs of comment lines at top level of HCL, for folding
}

// A Block is "kind "label" { ... }", or in JSON the object behind both keys.
type Block struct {
	Kind   Word
	Labels []Word
	Span   text.Span // from the kind (JSON: the label) to the closing brace
	Header text.Span // Span's part before the opening brace
	Inner  text.Span // between the braces
	Closed bool
	Parent *Block // nil for the root

	read   sync.Once
	reader func(*Block)
	attrs  []*Attr
	blocks []*Block
}

// An Attr is "name = value". A name that stands alone on its line, such as one
// that is being typed, is an Attr without a value.
type Attr struct {
	Name  Word
	Span  text.Span
	Sep   int   // offset behind '=' or ':'; -1 when there is none
	Value *Expr // nil when missing
	Block *Block
}

// Attrs lists the block's attributes in source order.
func (b *Block) Attrs() []*Attr { b.load(); return b.attrs }

// Blocks lists the blocks inside the block in source order.
func (b *Block) Blocks() []*Block { b.load(); return b.blocks }

func (b *Block) load() {
	if b.reader != nil {
		b.read.Do(func() { b.reader(b) })
	}
}

// Blocks lists the blocks at top level, in JSON those inside the objects that
// hold the blocks of one kind.
func (f *File) Blocks() []*Block {
	if !f.JSON {
		return f.Root.Blocks()
	}
	var out []*Block
	for _, section := range f.Root.Blocks() {
		out = append(out, section.Blocks()...)
	}
	return out
}

// Label is the block's first label, or the zero Word.
func (b *Block) Label() Word {
	if len(b.Labels) == 0 {
		return Word{}
	}
	return b.Labels[0]
}

// Attr finds the first attribute of a name, or nil.
func (b *Block) Attr(name string) *Attr {
	for _, a := range b.Attrs() {
		if a.Name.Text == name {
			return a
		}
	}
	return nil
}

// Kind tells what an Expr is.
type Kind int

// The kinds of expressions.
const (
	Other     Kind = iota // a number, a keyword, something unreadable
	String                // "text", a heredoc, or a JSON string
	List                  // [a, b]
	Object                // { k = v }
	Call                  // f(a, b)
	Ref                   // a.b.c
	Operation             // terms joined by operators
	Paren                 // (a)
	For                   // [for x in list : x], also with braces
)

// An Expr is a node of an expression.
type Expr struct {
	Kind    Kind
	Span    text.Span
	Inner   text.Span // between quotes, brackets, braces or parentheses
	Closed  bool
	Name    Word    // Call: the function; Ref: the first name
	Steps   []Step  // Ref: what follows the first name
	Items   []*Expr // List: elements; Call: arguments; String: interpolated expressions; else: parts
	Entries []*Entry
	Text    string // String: the text when Plain; Other: as written
	Plain   bool   // String: nothing is interpolated
	Heredoc bool   // String
	Locals  []Word // For, and String with "%{ for }": the names it binds
	Commas  []int  // Call: offsets of the commas
}

// A Step is ".name", or an index in brackets, whose Name is zero.
type Step struct {
	Name  Word
	Index *Expr
	Span  text.Span // with the dot or brackets
}

// An Entry is one "key = value" of an object; Value is nil when missing.
type Entry struct {
	Key   *Expr
	Value *Expr
	Sep   int // offset behind '=' or ':'; -1 when there is none
	Span  text.Span
}

// Name is the entry's key when it is a literal: a bare name or a plain string.
func (e *Entry) Name() (Word, bool) {
	switch k := e.Key; {
	case k == nil:
	case k.Kind == Ref && len(k.Steps) == 0:
		return k.Name, true
	case k.Kind == String && k.Plain:
		return Word{k.Text, k.Inner}, true
	}
	return Word{}, false
}

// Literal is the text of an expression that is a plain string.
func (e *Expr) Literal() (Word, bool) {
	if e == nil || e.Kind != String || !e.Plain {
		return Word{}, false
	}
	return Word{e.Text, e.Inner}, true
}

// Entry finds the entry of a literal key, or nil.
func (e *Expr) Entry(key string) *Entry {
	if e == nil {
		return nil
	}
	for _, entry := range e.Entries {
		if name, ok := entry.Name(); ok && name.Text == key {
			return entry
		}
	}
	return nil
}

// Read reads a file.
func Read(source string, json bool) *File {
	f := &File{Source: source, JSON: json}
	if json {
		readJSON(f)
	} else {
		readHCL(f)
	}
	return f
}
