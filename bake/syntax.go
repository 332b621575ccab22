package bake

import (
	"fmt"
	"strings"
	"sync"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/hashicorp/hcl/v2"
)

// Syntax is one parsed file. It is immutable and may be shared by any number
// of definitions and goroutines; callers keep it by content hash.
//
// A file is parsed top-level block by top-level block, each with positions
// relative to its own first byte, so that Reparse can carry over the blocks
// that an edit did not touch.
type Syntax struct {
	name   string // as typed: what errors print
	path   string // absolute; empty for standard input
	key    string // path, or name: what places carry
	kind   Kind
	data   []byte
	lines  func() *text.Lines
	chunks []placedChunk
	index  map[string]int  // chunk id -> position in chunks
	diags  hcl.Diagnostics // that belong to no single chunk
	serial int             // number of the next new chunk of this file
}

// A chunk is one top-level item, parsed. Its ranges carry its id as their
// file name and count from its first byte and line.
type chunk struct {
	id     string
	text   string
	blocks []*block
	attrs  []*attribute // top-level attributes
	diags  hcl.Diagnostics
}

// A placedChunk is a chunk where it stands in a file.
type placedChunk struct {
	*chunk
	start int // offset of its first byte
	line  int // zero-based line of its first byte
}

// A block is one HCL block, or a JSON object in the place of one.
type block struct {
	kind      string
	kindRange hcl.Range
	labels    []label
	attrs     []*attribute // in source order
	blocks    []*block
	rng       hcl.Range // the whole block
	open      hcl.Range // where its body begins: the place of what is missing in it
}

// A label is one label of a block; its range includes the quotes.
type label struct {
	name string
	rng  hcl.Range
}

// An attribute is "name = expression".
type attribute struct {
	name      string
	nameRange hcl.Range
	rng       hcl.Range
	expr      hcl.Expression
	deps      func() *dependencies
}

func newAttribute(name string, nameRange, rng hcl.Range, expr hcl.Expression) *attribute {
	return &attribute{
		name: name, nameRange: nameRange, rng: rng, expr: expr,
		deps: sync.OnceValue(func() *dependencies { return dependenciesOf(expr) }),
	}
}

// attr returns the attribute of a name, or nil.
func (b *block) attr(name string) *attribute {
	for _, a := range b.attrs {
		if a.name == name {
			return a
		}
	}
	return nil
}

// name is the block's first label, or "".
func (b *block) name() string {
	if len(b.labels) == 0 {
		return ""
	}
	return b.labels[0].name
}

// Kind is the language the file was parsed as.
func (s *Syntax) Kind() Kind { return s.kind }

// Lines is the line index of the file's text.
func (s *Syntax) Lines() *text.Lines { return s.lines() }

// Parse parses one file. It never fails: what is wrong becomes diagnostics of
// the definition that uses it.
func Parse(f File) *Syntax {
	s := newSyntax(f)
	switch s.kind {
	case KindHCL:
		s.parseHCL(nil)
	case KindJSON:
		s.parseJSON()
	}
	return s
}

// Reparse parses a new version of a file, taking over every top-level block
// of old whose text is the same. The result equals Parse(f).
func Reparse(old *Syntax, f File) *Syntax {
	s := newSyntax(f)
	switch {
	case s.kind == KindHCL && old != nil && old.kind == KindHCL && old.key == s.key && old.name == s.name:
		s.parseHCL(old)
	case s.kind == KindHCL:
		s.parseHCL(nil)
	case s.kind == KindJSON:
		s.parseJSON()
	}
	return s
}

func newSyntax(f File) *Syntax {
	s := &Syntax{name: f.Name, path: f.Path, key: f.key(), kind: Classify(f.Name), data: f.Data, index: map[string]int{}}
	if s.kind == KindUnknown {
		s.kind = sniff(f.Data)
	}
	src := string(f.Data)
	s.lines = sync.OnceValue(func() *text.Lines { return text.NewLines(src) })
	return s
}

// newID makes the id of a new chunk: unique within the file's history.
func (s *Syntax) newID() string {
	s.serial++
	return fmt.Sprintf("%s\x00%d\x00", s.key, s.serial)
}

// add appends a chunk.
func (s *Syntax) add(c placedChunk) {
	s.index[c.id] = len(s.chunks)
	s.chunks = append(s.chunks, c)
}

// parseHCL parses the file's items, except for those that old has too.
func (s *Syntax) parseHCL(old *Syntax) {
	src := string(s.data)
	known := old.byText()
	if old != nil {
		s.serial = old.serial
	}
	line := 0
	for _, p := range split(src) {
		body := src[p.start:p.end]
		c := known.take(body)
		if c == nil {
			c = parseChunk(s.newID(), body, p.tooDeep)
		}
		s.add(placedChunk{chunk: c, start: p.start, line: line})
		line += strings.Count(body, "\n")
	}
	s.checkDuplicates()
}

// checkDuplicates reports top-level attributes that are set twice in the file.
func (s *Syntax) checkDuplicates() {
	seen := map[string]*attribute{}
	for _, c := range s.chunks {
		for _, a := range c.attrs {
			first, ok := seen[a.name]
			if !ok {
				seen[a.name] = a
				continue
			}
			s.diags = append(s.diags, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "Attribute redefined",
				Detail: fmt.Sprintf("The argument %q was already set at %s. Each argument may be set only once.",
					a.name, first.nameRange),
				Subject: &a.nameRange,
			})
		}
	}
}

// A chunkPool finds the chunks of an earlier version by their text. Each is
// handed out once: its id stands for one place only.
type chunkPool map[string][]*chunk

func (s *Syntax) byText() chunkPool {
	if s == nil {
		return nil
	}
	pool := make(chunkPool, len(s.chunks))
	for _, c := range s.chunks {
		pool[c.text] = append(pool[c.text], c.chunk)
	}
	return pool
}

func (p chunkPool) take(body string) *chunk {
	list := p[body]
	if len(list) == 0 {
		return nil
	}
	p[body] = list[1:]
	return list[0]
}

// span turns a range of one of the file's chunks into a span of the file.
func (s *Syntax) span(r hcl.Range) (text.Span, bool) {
	i, ok := s.index[r.Filename]
	if !ok {
		return text.Span{}, false
	}
	end := max(r.End.Byte, r.Start.Byte) // the parser's ranges are not always whole where it recovered
	return text.Span{Start: r.Start.Byte, End: end}.Shift(s.chunks[i].start), true
}

// line is the zero-based line of the file at which a range's chunk begins.
func (s *Syntax) line(id string) int {
	i, ok := s.index[id]
	if !ok {
		return 0
	}
	return s.chunks[i].line
}
