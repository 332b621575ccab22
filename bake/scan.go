package bake

import (
	"regexp"
	"strings"
)

// Limits that keep a hostile text from exhausting the stack of the recursive
// parser and evaluator; no real definition comes near them.
const (
	maxNesting   = 200    // brackets and interpolations inside each other
	maxOperators = 10_000 // operators in one expression
	maxDigits    = 10_000 // digits of one number, which is read in the square of the time
)

// A piece is one top-level item of an HCL text: a block or an attribute with
// the blank lines and comments before it, up to and including its newline.
// The pieces of a text cover it without gaps.
type piece struct {
	start, end int
	tooDeep    bool // beyond the limits: it must not be parsed
}

// split cuts an HCL text into its top-level items. It knows just enough of
// the language for that: brackets, strings with interpolations, heredocs and
// comments. Where an item never closes, the next line that looks like the
// head of a Bake block begins a new one, so that a missing brace does not
// take the rest of the file with it.
func split(src string) []piece {
	var pieces []piece
	for pos := 0; pos < len(src); {
		s := &scanner{src: src, pos: pos}
		s.item()
		end := s.pos
		if s.broken() {
			end = recoverItem(src, pos, end)
		}
		pieces = append(pieces, piece{start: pos, end: end, tooDeep: s.tooDeep})
		pos = end
	}
	return pieces
}

// blockHead matches a line that can only be the head of a Bake block.
var blockHead = regexp.MustCompile(`(?m)^(?:target|group|variable|function)[ \t]+"[^"\n]*"[ \t]*\{`)

// recoverItem finds where an unclosed item that begins at start had better end.
func recoverItem(src string, start, end int) int {
	heads := blockHead.FindAllStringIndex(src[start:end], 2)
	for i, head := range heads {
		if i > 0 || strings.TrimSpace(src[start:start+head[0]]) != "" && !onlyComments(src[start:start+head[0]]) {
			return start + head[0]
		}
	}
	return end
}

// onlyComments tells whether text holds nothing but comments and blanks.
func onlyComments(text string) bool {
	s := &scanner{src: text}
	s.item()
	return !s.significant
}

// A scanner walks over one top-level item.
type scanner struct {
	src         string
	pos         int
	stack       []byte // open brackets
	significant bool   // something but blanks and comments was seen
	mismatch    bool   // a bracket closed that was not open
	tooDeep     bool
	operators   int  // since the last separator
	run         int  // of digits
	looked      bool // for another item's head, when this one turned out too deep
}

func (s *scanner) broken() bool { return s.mismatch || len(s.stack) > 0 }

// item moves past one top-level item: to behind the newline that ends it.
func (s *scanner) item() {
	start := s.pos
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		if c == '\n' {
			s.pos++
			if len(s.stack) == 0 && s.significant || s.lost(start) {
				return
			}
			continue
		}
		if c == ' ' || c == '\t' || c == '\r' || s.comment() {
			if c == ' ' || c == '\t' || c == '\r' {
				s.pos++
			}
			continue
		}
		s.significant = true
		s.token(len(s.stack))
	}
}

// lost tells whether an item that is too deep has swallowed others: reading on
// to the end of the text for each of those would take too long.
func (s *scanner) lost(start int) bool {
	if !s.tooDeep || s.looked || len(s.stack) == 0 {
		return false
	}
	s.looked = true
	return recoverItem(s.src, start, s.pos) < s.pos
}

// token moves past one token of code. depth is that of the brackets around it.
func (s *scanner) token(depth int) {
	switch c := s.src[s.pos]; c {
	case '"':
		s.quoted(depth + 1)
	case '<':
		if !s.heredoc(depth + 1) {
			s.operator()
		}
	case '(', '[', '{':
		s.stack = append(s.stack, c)
		s.pos++
		s.operators++
		s.limit(len(s.stack))
	case ')', ']', '}':
		s.close(c)
		s.pos++
	case ',', '=':
		s.operators = 0
		s.pos++
	case '?', '+', '-', '*', '/', '%', '>', '!', '&', '|', '.':
		s.operator()
	default:
		s.pos++
		s.digits(c)
	}
}

// digits counts those in a row.
func (s *scanner) digits(c byte) {
	if c < '0' || c > '9' {
		s.run = 0
		return
	}
	s.run++
	s.tooDeep = s.tooDeep || s.run > maxDigits
}

func (s *scanner) operator() {
	s.operators++
	s.tooDeep = s.tooDeep || s.operators > maxOperators
	s.pos++
}

func (s *scanner) limit(depth int) {
	s.tooDeep = s.tooDeep || depth > maxNesting
}

var opening = map[byte]byte{')': '(', ']': '[', '}': '{'}

// close pops the bracket that c closes. A closing brace also closes the
// brackets left open inside it.
func (s *scanner) close(c byte) {
	for i := len(s.stack) - 1; i >= 0; i-- {
		if s.stack[i] == opening[c] {
			s.mismatch = s.mismatch || i != len(s.stack)-1
			s.stack = s.stack[:i]
			return
		}
		if c != '}' {
			break
		}
	}
	s.mismatch = true
}

// comment moves past a comment, if one begins here.
func (s *scanner) comment() bool {
	rest := s.src[s.pos:]
	switch {
	case strings.HasPrefix(rest, "#"), strings.HasPrefix(rest, "//"):
		if i := strings.IndexByte(rest, '\n'); i >= 0 {
			s.pos += i
		} else {
			s.pos = len(s.src)
		}
		return true
	case strings.HasPrefix(rest, "/*"):
		if i := strings.Index(rest[2:], "*/"); i >= 0 {
			s.pos += i + 4
		} else {
			s.pos = len(s.src)
		}
		return true
	}
	return false
}

// quoted moves past a quoted template. One that is not closed on its line
// ends there, as an error of that line only.
func (s *scanner) quoted(depth int) {
	s.limit(depth)
	for s.pos++; s.pos < len(s.src) && !s.tooDeep; {
		switch s.src[s.pos] {
		case '"':
			s.pos++
			return
		case '\n':
			s.mismatch = true
			return
		case '\\':
			s.pos = min(s.pos+2, len(s.src))
		case '$', '%':
			s.marker(depth)
		default:
			s.pos++
		}
	}
}

// marker moves past "${" or "%{" and the sequence it opens, or past the
// characters where they open none ("$${", "$x").
func (s *scanner) marker(depth int) {
	c, n := s.src[s.pos], 0
	for s.pos+n < len(s.src) && s.src[s.pos+n] == c {
		n++
	}
	s.pos += n
	if s.pos < len(s.src) && s.src[s.pos] == '{' && n%2 == 1 {
		if c == '%' {
			s.operator() // directives nest without brackets: they count
		} else {
			s.pos++
		}
		s.interpolation(depth + 1)
	}
}

// interpolation moves past code up to the brace that closes the sequence.
func (s *scanner) interpolation(depth int) {
	s.limit(depth)
	open := len(s.stack)
	s.stack = append(s.stack, '{')
	for s.pos < len(s.src) && len(s.stack) > open && !s.tooDeep {
		if !s.comment() {
			s.token(depth)
		}
	}
	s.stack = s.stack[:min(open, len(s.stack))]
}

var heredocHead = regexp.MustCompile(`^<<-?([\pL_][\pL\pN_-]*)\r?\n`)

// heredoc moves past a heredoc, if one begins here: to its closing marker,
// not behind it.
func (s *scanner) heredoc(depth int) bool {
	line := s.src[s.pos:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	head := heredocHead.FindStringSubmatch(line)
	if head == nil {
		return false
	}
	s.pos += len(head[0])
	for s.pos < len(s.src) && !s.tooDeep {
		if s.heredocLine(head[1], depth) {
			return true
		}
	}
	s.mismatch = true
	return true
}

// heredocLine moves past one line of a heredoc's text; it tells whether that
// was the closing marker, which leaves the newline behind it unread.
func (s *scanner) heredocLine(marker string, depth int) bool {
	rest := s.src[s.pos:]
	line, _, _ := strings.Cut(rest, "\n")
	if strings.TrimSpace(line) == marker {
		s.pos += len(line)
		return true
	}
	for s.pos < len(s.src) && !s.tooDeep {
		switch s.src[s.pos] {
		case '\n':
			s.pos++
			return false
		case '$', '%':
			s.marker(depth)
		default:
			s.pos++
		}
	}
	return false
}

// deepText tells whether a JSON text is beyond the limits: its own brackets
// or those of the templates in its strings.
func deepText(src string) bool {
	depth, operators, digits := 0, 0, 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(depth-1, 0)
		case ',', '=':
			operators = 0
		case '?', '+', '-', '*', '/', '%', '<', '>', '!', '&', '|', '.':
			operators++
		}
		if digits++; src[i] < '0' || src[i] > '9' {
			digits = 0
		}
		if depth > maxNesting || operators > maxOperators || digits > maxDigits {
			return true
		}
	}
	return false
}
