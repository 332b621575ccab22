package dockerfile

import (
	"strings"
	"unicode"

	"github.com/buildlens/buildlens/internal/text"
)

const byteOrderMark = "\xef\xbb\xbf"

// A lexer cuts a Dockerfile into instructions with what stands above them. Its
// state at the start of an instruction is the escape character alone, which is
// what makes incremental updates cheap.
type lexer struct {
	src    string
	pos    int
	escape byte
	header headerState
	file   *File
}

// next reads the physical line at pos: its span without the line break (every
// trailing '\r' belongs to the break, as for BuildKit).
func (lx *lexer) next() text.Span {
	start, end := lx.pos, len(lx.src)
	if i := strings.IndexByte(lx.src[start:], '\n'); i >= 0 {
		end = start + i
		lx.pos = end + 1
	} else {
		lx.pos = end
	}
	for end > start && lx.src[end-1] == '\r' {
		end--
	}
	return text.Span{Start: start, End: end}
}

// skipSpace moves the start of s behind leading white space.
func (lx *lexer) skipSpace(s text.Span) text.Span {
	for s.Start < s.End && lx.src[s.Start] == ' ' {
		s.Start++
	}
	rest := strings.TrimLeftFunc(s.In(lx.src), unicode.IsSpace)
	s.Start = s.End - len(rest)
	return s
}

func (lx *lexer) isComment(s text.Span) bool {
	s = lx.skipSpace(s)
	return s.Len() > 0 && lx.src[s.Start] == '#'
}

// comment reads the comment on a physical line.
func (lx *lexer) comment(s text.Span) Comment {
	s = lx.skipSpace(s)
	return Comment{Text: strings.TrimSpace(lx.src[s.Start+1 : s.End]), Span: s}
}

// run reads instructions until the end of the text or until stop, which is
// asked before each one with the offset where its comments start.
func (lx *lexer) run(stop func(offset int) bool) {
	for lx.pos < len(lx.src) && !stop(lx.pos) {
		start := lx.pos
		ins, comments := lx.item()
		if ins == nil {
			lx.file.Trailing = comments
			return
		}
		ins.Extent = text.Span{Start: start, End: lx.pos}
		lx.file.Instructions = append(lx.file.Instructions, ins)
	}
}

// item reads comments and blank lines up to and with the next instruction,
// which is nil at the end of the text.
func (lx *lexer) item() (*Instruction, []Comment) {
	var comments []Comment
	for lx.pos < len(lx.src) {
		s := lx.next()
		directive := lx.directive(s)
		trimmed := lx.skipSpace(s)
		switch {
		case directive:
		case trimmed.Len() == 0:
		case lx.src[trimmed.Start] == '#':
			comments = append(comments, lx.comment(s))
		default:
			ins := lx.instruction(trimmed)
			ins.Leading = comments
			return ins, nil
		}
	}
	return nil, comments
}

// instruction reads the instruction whose first physical line is s.
func (lx *lexer) instruction(s text.Span) *Instruction {
	ins := &Instruction{}
	b := lineBuilder{src: lx.src}
	more := lx.continued(&s, ins)
	b.add(s)
	end := s.End
	for more && lx.pos < len(lx.src) {
		start := lx.pos
		s = lx.next()
		if lx.isComment(s) {
			ins.Inner = append(ins.Inner, lx.comment(s))
			continue
		}
		if lx.skipSpace(s).Len() == 0 {
			ins.Blank = append(ins.Blank, text.Span{Start: start, End: lx.pos})
			continue
		}
		more = lx.continued(&s, ins)
		b.add(s)
		end = s.End
	}
	if n := len(ins.Marks); n > 0 {
		end = max(end, ins.Marks[n-1].End)
	}
	ins.line = b.line()
	lx.parse(ins, 0)
	ins.Head = text.Span{Start: ins.Keyword.Span.Start, End: max(end, ins.Keyword.Span.End)}
	ins.Span = ins.Head
	lx.heredocs(ins)
	return ins
}

// continued tells whether s ends with a continuation, which it then cuts off:
// the escape character at the end, white space allowed behind it, and not
// itself escaped.
func (lx *lexer) continued(s *text.Span, ins *Instruction) bool {
	end := s.End
	for end > s.Start && (lx.src[end-1] == ' ' || lx.src[end-1] == '\t') {
		end--
	}
	if end == s.Start || lx.src[end-1] != lx.escape {
		return false
	}
	if end-2 >= s.Start && lx.src[end-2] == lx.escape {
		return false
	}
	ins.Marks = append(ins.Marks, text.Span{Start: end - 1, End: end})
	s.End = end - 1
	return true
}
