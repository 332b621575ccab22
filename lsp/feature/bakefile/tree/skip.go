package tree

import "strings"

// A skipper moves over HCL without reading it: it knows brackets, strings,
// heredocs and comments. A closing bracket closes the nearest open one of its
// kind, and with it all that were left open inside.
type skipper struct {
	src   string
	pos   int
	end   int
	stack []byte
}

func (s *skipper) open() bool { return len(s.stack) > 0 }

// item moves behind the line on which one top-level item ends. An item that is
// still open where another block begins ends there.
func (s *skipper) item() {
	for s.pos < s.end {
		if s.src[s.pos] != '\n' {
			s.step()
			continue
		}
		s.pos++
		if !s.open() || isHead(s.src[s.pos:s.end]) {
			return
		}
	}
}

// isHead tells whether s begins with the head of a Bake block.
func isHead(s string) bool {
	for _, kind := range [...]string{"target", "group", "variable", "function"} {
		if rest, ok := strings.CutPrefix(s, kind); ok {
			return strings.HasPrefix(strings.TrimLeft(rest, " \t"), `"`)
		}
	}
	return false
}

// token moves behind the bracket that closes the one at the position.
func (s *skipper) token() {
	for s.pos < s.end {
		s.step()
		if !s.open() {
			return
		}
	}
}

var opener = map[byte]byte{')': '(', ']': '[', '}': '{'}

func (s *skipper) step() {
	if n := commentLen(s.src[s.pos:s.end]); n > 0 {
		s.pos += n
		return
	}
	switch c := s.src[s.pos]; c {
	case '"':
		s.quoted()
	case '<':
		if n := heredocLen(s.src[s.pos:s.end]); n > 0 {
			s.pos += n
			return
		}
		s.pos++
	case '(', '[', '{':
		s.stack = append(s.stack, c)
		s.pos++
	case ')', ']', '}':
		s.close(c)
		s.pos++
	default:
		s.pos++
	}
}

func (s *skipper) close(c byte) {
	for i := len(s.stack) - 1; i >= 0; i-- {
		if s.stack[i] == opener[c] {
			s.stack = s.stack[:i]
			return
		}
	}
}

// quoted moves behind a quoted string. An unclosed one ends with its line.
func (s *skipper) quoted() {
	end, _ := stringEnd(s.src, s.pos, s.end)
	s.pos = end
}

// stringEnd is where the quoted string at pos ends, behind its quote if it has
// one. A line break outside of an interpolation ends it too.
func stringEnd(src string, pos, end int) (int, bool) {
	depth := 0 // of braces inside interpolations
	for i := pos + 1; i < end; i++ {
		switch c := src[i]; {
		case depth == 0 && c == '\\':
			i++
		case depth == 0 && c == '"':
			return i + 1, true
		case depth == 0 && c == '\n':
			return i, false
		case depth == 0 && (c == '$' || c == '%') && strings.HasPrefix(src[i+1:end], "{") && src[i-1] != c:
			depth++
			i++
		case depth > 0 && c == '{':
			depth++
		case depth > 0 && c == '}':
			depth--
		case depth > 0 && c == '"':
			inner, closed := stringEnd(src, i, end)
			if !closed {
				return inner, false
			}
			i = inner - 1
		case depth > 0 && c == '\n':
			if !closesLater(src[i:end]) {
				return i, false
			}
		}
	}
	return end, false
}

// closesLater guesses whether an interpolation that is open at a line break
// was meant to run on: only when a brace closes it before another line that
// looks like an attribute or block begins.
func closesLater(rest string) bool {
	rest = rest[:min(len(rest), 2000)]
	line := strings.TrimLeft(rest, "\r\n\t ")
	line, _, _ = strings.Cut(line, "\n")
	name, after, ok := strings.Cut(line, "=")
	attribute := ok && isName(strings.TrimSpace(name)) && !strings.HasPrefix(after, "=")
	return !attribute && strings.Contains(rest, "}")
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isNameByte(s[i], i > 0) {
			return false
		}
	}
	return s != ""
}

// heredocLen is the length of the heredoc that s begins with, its end marker
// included but not the line break behind it; 0 when it begins with none.
func heredocLen(s string) int {
	marker, body := heredocHead(s)
	if marker == "" {
		return 0
	}
	for at := body; at < len(s); {
		line := s[at:]
		next := len(s)
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], at+i+1
		}
		if strings.TrimSpace(line) == marker {
			return at + len(strings.TrimRight(line, " \t\r"))
		}
		at = next
	}
	return len(s)
}

// heredocHead reads "<<-NAME" and its line break.
func heredocHead(s string) (marker string, body int) {
	rest, ok := strings.CutPrefix(s, "<<")
	if !ok {
		return "", 0
	}
	rest = strings.TrimPrefix(rest, "-")
	n := 0
	for n < len(rest) && isNameByte(rest[n], n > 0) {
		n++
	}
	if n == 0 {
		return "", 0
	}
	line := strings.TrimLeft(rest[n:], " \t\r")
	if !strings.HasPrefix(line, "\n") {
		return "", 0
	}
	return rest[:n], len(s) - len(line) + 1
}
