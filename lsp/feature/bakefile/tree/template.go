package tree

import (
	"strconv"
	"strings"
)

// quoted reads a quoted string.
func (r *reader) quoted() *Expr {
	start := r.pos
	end, closed := stringEnd(r.src, start, r.end)
	inner := end
	if closed {
		inner--
	}
	e := &Expr{Kind: String, Closed: closed, Span: r.span(start, end), Inner: r.span(start+1, inner)}
	r.template(e, start+1, inner, true)
	r.pos = end
	return e
}

// heredoc reads a heredoc.
func (r *reader) heredoc() *Expr {
	n := heredocLen(r.src[r.pos:r.end])
	if n == 0 {
		return nil
	}
	start, end := r.pos, r.pos+n
	marker, body := heredocHead(r.src[start:r.end])
	last := end
	if i := strings.LastIndexByte(r.src[start:end], '\n'); i >= 0 && strings.TrimSpace(r.src[start+i:end]) == marker {
		last = start + i + 1
	}
	last = max(last, start+body)
	e := &Expr{Kind: String, Heredoc: true, Closed: true, Span: r.span(start, end), Inner: r.span(start+body, last)}
	r.template(e, start+body, last, false)
	r.pos = end
	return e
}

// template reads the text of a string: its interpolations, or the text itself
// when there are none.
func (r *reader) template(e *Expr, from, to int, escapes bool) {
	e.Plain = true
	var out strings.Builder
	for i := from; i < to; {
		switch s := r.src[i:to]; {
		case escapes && s[0] == '\\':
			n, decoded := unescape(s)
			out.WriteString(decoded)
			i += n
		case strings.HasPrefix(s, "$${"), strings.HasPrefix(s, "%%{"):
			out.WriteString(s[1:3])
			i += 3
		case strings.HasPrefix(s, "${"), strings.HasPrefix(s, "%{"):
			e.Plain = false
			i = r.interpolation(e, i, to)
		default:
			out.WriteByte(s[0])
			i++
		}
	}
	if e.Plain {
		e.Text = out.String()
	}
}

// interpolation reads "${...}" or "%{...}" at i and returns where it ends.
func (r *reader) interpolation(e *Expr, i, to int) int {
	inside := &reader{src: r.src, pos: i + 2, end: to, at: r.at, depth: r.depth}
	if r.src[i] == '%' {
		inside.directive(e)
	}
	if strings.HasPrefix(inside.src[inside.pos:to], "~") {
		inside.pos++
	}
	for inside.pos < to {
		inside.blanks(true, nil)
		if inside.peek() == '}' {
			return inside.pos + 1
		}
		before := inside.pos
		if part := inside.expr(true); part != nil {
			e.Items = append(e.Items, part)
		}
		if inside.pos == before {
			inside.pos++
		}
	}
	return to
}

// directive reads the keyword of "%{ if" and the like, and what "for" binds.
func (r *reader) directive(e *Expr) {
	if r.peek() == '~' {
		r.pos++
	}
	r.blanks(true, nil)
	for _, word := range [...]string{"if", "else", "endif", "endfor"} {
		if r.keyword(word) {
			return
		}
	}
	for loop := r.keyword("for"); loop; {
		r.blanks(true, nil)
		if r.keyword("in") {
			return
		}
		name, ok := r.name()
		switch {
		case ok:
			e.Locals = append(e.Locals, name)
		case r.peek() == ',':
			r.pos++
		default:
			return
		}
	}
}

var simpleEscapes = map[byte]string{'n': "\n", 'r': "\r", 't': "\t", '"': `"`, '\\': `\`, '/': "/", 'b': "\b", 'f': "\f"}

// unescape decodes the escape that s begins with and tells its length.
func unescape(s string) (int, string) {
	if len(s) < 2 {
		return len(s), s
	}
	if out, ok := simpleEscapes[s[1]]; ok {
		return 2, out
	}
	digits := map[byte]int{'u': 4, 'U': 8}[s[1]]
	if digits == 0 || len(s) < 2+digits {
		return 2, s[:2]
	}
	n, err := strconv.ParseUint(s[2:2+digits], 16, 32)
	if err != nil {
		return 2, s[:2]
	}
	return 2 + digits, string(rune(n))
}
