package tree

import (
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// A reader reads HCL from src[pos:end]. Where src is the decoded text of a
// JSON string, at maps its offsets to the file's.
type reader struct {
	src   string
	pos   int
	end   int
	at    []int
	depth int
	// hopeless: brackets are open to the end of the text, and no block begins
	// behind them.
	hopeless bool
}

// maxDepth bounds how deep brackets may be nested; what is deeper is read as
// one unreadable piece.
const maxDepth = 250

func (r *reader) span(from, to int) text.Span {
	if r.at == nil {
		return text.Span{Start: from, End: to}
	}
	return text.Span{Start: r.at[from], End: r.at[to]}
}

func (r *reader) offset(pos int) int { return r.span(pos, pos).Start }

func (r *reader) word(from, to int) Word { return Word{r.src[from:to], r.span(from, to)} }

// peek is the byte at the position, or 0 at the end.
func (r *reader) peek() byte {
	if r.pos >= r.end {
		return 0
	}
	return r.src[r.pos]
}

func (r *reader) has(prefix string) bool {
	return strings.HasPrefix(r.src[r.pos:r.end], prefix)
}

// readHCL reads the top level; the bodies of blocks are read when needed.
func readHCL(f *File) {
	src := f.Source
	f.Root = &Block{Inner: text.Span{Start: 0, End: len(src)}, Closed: true}
	r := &reader{src: src, end: len(src)}
	for r.blanks(true, &f.Comments); r.pos < r.end; r.blanks(true, &f.Comments) {
		before := r.pos
		end := r.itemEnd()
		item := &reader{src: src, pos: r.pos, end: end}
		item.item(f.Root, true)
		if r.pos = item.pos; r.pos == before {
			r.pos++
		}
	}
}

// itemEnd is where the item at the position has to end: where its brackets
// close, else before the next line that begins a Bake block.
func (r *reader) itemEnd() int {
	if r.hopeless {
		return r.end
	}
	s := &skipper{src: r.src, pos: r.pos, end: r.end}
	s.item()
	r.hopeless = s.open() && s.pos >= s.end
	return s.pos
}

// body reads the items of a block.
func (r *reader) body(b *Block) {
	for r.blanks(true, nil); r.pos < r.end; r.blanks(true, nil) {
		before := r.pos
		r.item(b, false)
		if r.pos == before {
			r.pos++
		}
	}
}

// item reads one block or attribute, if there is one at the position.
func (r *reader) item(parent *Block, lazy bool) {
	name, ok := r.name()
	if !ok {
		return
	}
	labels := r.labels()
	switch {
	case r.peek() == '{' && (len(labels) > 0 || blockKinds[name.Text] || parent.Kind.Text == "variable"):
		r.block(parent, name, labels, lazy)
	case r.peek() == '=' && !r.has("=="), r.peek() == ':':
		r.pos++
		r.attr(parent, name)
	case len(labels) > 0:
		end := r.pos
		b := &Block{Kind: name, Labels: labels, Parent: parent, Span: text.Span{Start: name.Span.Start, End: r.offset(end)}}
		b.Header = b.Span
		parent.blocks = append(parent.blocks, b)
	default:
		parent.attrs = append(parent.attrs, &Attr{Name: name, Span: name.Span, Sep: -1, Block: parent})
	}
}

var blockKinds = map[string]bool{"target": true, "group": true, "variable": true, "function": true, "validation": true}

// name reads an identifier or, as the name of an attribute, a quoted one.
func (r *reader) name() (Word, bool) {
	start := r.pos
	for r.pos < r.end && isNameByte(r.src[r.pos], r.pos > start) {
		r.pos++
	}
	return r.word(start, r.pos), r.pos > start
}

// labels reads the labels of a block's head and the blanks around them.
func (r *reader) labels() []Word {
	var labels []Word
	for r.blanks(false, nil); r.pos < r.end; r.blanks(false, nil) {
		if r.peek() == '"' {
			start := r.pos
			r.pos++
			for r.pos < r.end && r.src[r.pos] != '"' && r.src[r.pos] != '\n' {
				r.pos++
			}
			labels = append(labels, r.word(start+1, r.pos))
			if r.peek() == '"' {
				r.pos++
			}
			continue
		}
		w, ok := r.name()
		if !ok {
			break
		}
		labels = append(labels, w)
	}
	return labels
}

// block reads a block from its opening brace on.
func (r *reader) block(parent *Block, kind Word, labels []Word, lazy bool) {
	s := &skipper{src: r.src, pos: r.pos, end: r.end}
	open := r.pos
	s.token()
	end, closed := s.pos, !s.open()
	b := &Block{Kind: kind, Labels: labels, Parent: parent, Closed: closed}
	inner := end
	if closed {
		inner--
	}
	b.Span = r.span(0, end)
	b.Span.Start = kind.Span.Start
	b.Header = text.Span{Start: kind.Span.Start, End: r.offset(open)}
	b.Inner = r.span(open+1, inner)
	src, at, depth := r.src, r.at, r.depth+1
	b.reader = func(b *Block) {
		body := &reader{src: src, pos: open + 1, end: inner, at: at, depth: depth}
		if depth < maxDepth {
			body.body(b)
		}
	}
	if !lazy {
		b.load()
	}
	parent.blocks = append(parent.blocks, b)
	r.pos = end
}

// attr reads an attribute from behind its separator.
func (r *reader) attr(parent *Block, name Word) {
	a := &Attr{Name: name, Sep: r.offset(r.pos), Block: parent}
	sep := r.pos
	r.blanks(false, nil)
	blank := r.pos
	a.Value = r.expr(false)
	switch {
	case a.Value != nil:
		a.Span = text.Span{Start: name.Span.Start, End: a.Value.Span.End}
	default:
		a.Span = text.Span{Start: name.Span.Start, End: r.offset(max(sep, blank))}
	}
	parent.attrs = append(parent.attrs, a)
	r.restOfLine()
}

// restOfLine skips what does not belong on an attribute's line, up to the line
// break or the brace that ends the block.
func (r *reader) restOfLine() {
	for r.pos < r.end && r.src[r.pos] != '\n' && r.src[r.pos] != '}' {
		if r.comment() {
			continue
		}
		r.pos++
	}
}

// blanks skips white space and comments, with newlines when lines is set.
// Runs of comment lines are added to runs when that is not nil.
func (r *reader) blanks(lines bool, runs *[]text.Span) {
	for r.pos < r.end {
		switch c := r.src[r.pos]; {
		case c == ' ' || c == '\t' || c == '\r' || lines && (c == '\n' || c == 0xEF || c == 0xBB || c == 0xBF):
			r.pos++
		default:
			start := r.pos
			if !r.comment() {
				return
			}
			addRun(r.src, runs, r.span(start, r.pos))
		}
	}
}

// addRun adds a comment, joining it with the one on the line before.
func addRun(src string, runs *[]text.Span, s text.Span) {
	if runs == nil {
		return
	}
	if n := len(*runs); n > 0 {
		between := src[(*runs)[n-1].End:s.Start]
		if strings.TrimSpace(between) == "" && strings.Count(between, "\n") <= 1 {
			(*runs)[n-1].End = s.End
			return
		}
	}
	*runs = append(*runs, s)
}

// comment skips a comment, without its line break.
func (r *reader) comment() bool {
	n := commentLen(r.src[r.pos:r.end])
	r.pos += n
	return n > 0
}

func commentLen(s string) int {
	switch {
	case strings.HasPrefix(s, "#"), strings.HasPrefix(s, "//"):
		if i := strings.IndexByte(s, '\n'); i >= 0 {
			return i
		}
		return len(s)
	case strings.HasPrefix(s, "/*"):
		if i := strings.Index(s[2:], "*/"); i >= 0 {
			return i + 4
		}
		return len(s)
	}
	return 0
}

func isNameByte(c byte, inside bool) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80 || inside && (c == '-' || '0' <= c && c <= '9')
}
