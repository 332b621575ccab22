package tree

import (
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// expr reads an expression: terms joined by operators, up to what cannot
// belong to it. Inside brackets it goes on over line breaks. It is nil when
// there is none.
func (r *reader) expr(lines bool) *Expr {
	if r.depth++; r.depth > maxDepth {
		r.depth--
		return r.unreadable()
	}
	defer func() { r.depth-- }()
	var terms []*Expr
	joined, conditions := true, 0
	for {
		r.blanks(lines, nil)
		start := r.pos
		c := r.peek()
		switch {
		case c == 0 || strings.IndexByte(",)]}", c) >= 0 || c == '\n' || r.has("=>"):
			return together(terms)
		case c == '?':
			conditions++
			joined = true
			r.pos++
		case c == ':' && conditions > 0:
			conditions--
			joined = true
			r.pos++
		case c == ':' || c == '=' && !r.has("=="):
			return together(terms)
		case strings.IndexByte("!-+*/%=<>&|", c) >= 0 && heredocLen(r.src[r.pos:r.end]) == 0:
			joined = true
			r.operator()
		case !joined:
			return together(terms)
		default:
			if t := r.term(); t != nil {
				terms = append(terms, t)
				joined = false
			}
			if r.pos == start {
				r.pos++
			}
		}
	}
}

// operator skips one operator.
func (r *reader) operator() {
	r.pos++
	if c := r.peek(); c == '=' || c == r.src[r.pos-1] && (c == '&' || c == '|') {
		r.pos++
	}
}

func together(terms []*Expr) *Expr {
	switch len(terms) {
	case 0:
		return nil
	case 1:
		return terms[0]
	}
	return &Expr{Kind: Operation, Items: terms, Closed: true, Span: terms[0].Span.Cover(terms[len(terms)-1].Span)}
}

// unreadable takes the rest as one piece.
func (r *reader) unreadable() *Expr {
	start := r.pos
	r.pos = r.end
	return &Expr{Kind: Other, Span: r.span(start, r.end)}
}

// term reads one operand with what follows it directly.
func (r *reader) term() *Expr {
	switch c := r.peek(); {
	case c == '"':
		return r.quoted()
	case c == '<':
		return r.heredoc()
	case c == '[' || c == '{':
		return r.steps(r.brackets(c))
	case c == '(':
		return r.steps(r.paren())
	case '0' <= c && c <= '9':
		start := r.pos
		for r.pos < r.end && (isNameByte(r.src[r.pos], true) && r.src[r.pos] != '-' || r.src[r.pos] == '.') {
			r.pos++
		}
		return &Expr{Kind: Other, Span: r.span(start, r.pos), Text: r.src[start:r.pos], Closed: true}
	case isNameByte(c, false):
		return r.named()
	}
	return nil
}

// named reads a call, a reference or a keyword.
func (r *reader) named() *Expr {
	name, _ := r.name()
	if r.peek() == '(' {
		e := &Expr{Kind: Call, Name: name}
		r.list(e, ')')
		e.Span.Start = name.Span.Start
		return r.steps(e)
	}
	switch name.Text {
	case "true", "false", "null", "if":
		return &Expr{Kind: Other, Span: name.Span, Text: name.Text, Closed: true}
	}
	return r.steps(&Expr{Kind: Ref, Name: name, Span: name.Span, Closed: true})
}

// steps reads ".name" and "[index]" behind a term. A term other than a name
// that is followed by any becomes a Ref without a name around it.
func (r *reader) steps(e *Expr) *Expr {
	for r.pos < r.end {
		start := r.pos
		var step Step
		switch c := r.src[r.pos]; {
		case c == '.' && !r.has("..."):
			r.pos++
			from := r.pos
			for r.pos < r.end && (isNameByte(r.src[r.pos], true) || r.src[r.pos] == '*') {
				r.pos++
			}
			step.Name = r.word(from, r.pos)
		case c == '[':
			r.pos++
			step.Index = r.expr(true)
			r.blanks(true, nil)
			if r.peek() == ']' {
				r.pos++
			}
		default:
			return e
		}
		step.Span = r.span(start, r.pos)
		if e.Kind != Ref {
			e = &Expr{Kind: Ref, Items: []*Expr{e}, Span: e.Span, Closed: true}
		}
		e.Steps = append(e.Steps, step)
		e.Span.End = step.Span.End
	}
	return e
}

func (r *reader) paren() *Expr {
	e := &Expr{Kind: Paren}
	r.list(e, ')')
	return e
}

// brackets reads a list, an object or a for expression.
func (r *reader) brackets(c byte) *Expr {
	start := r.pos
	r.pos++
	r.blanks(true, nil)
	if r.keyword("for") {
		return r.forExpr(start, c)
	}
	r.pos = start
	if c == '[' {
		e := &Expr{Kind: List}
		r.list(e, ']')
		return e
	}
	return r.object()
}

// keyword skips a keyword that stands at the position.
func (r *reader) keyword(word string) bool {
	if !r.has(word) || r.pos+len(word) < r.end && isNameByte(r.src[r.pos+len(word)], true) {
		return false
	}
	r.pos += len(word)
	return true
}

// list reads elements between the bracket at the position and its closing one.
// An element that is followed by "=" on a line of its own shows that the list
// was never closed.
func (r *reader) list(e *Expr, closing byte) {
	start := r.pos
	r.pos++
	for {
		r.blanks(true, nil)
		before := r.pos
		switch c := r.peek(); {
		case c == closing:
			r.closed(e, start)
			return
		case c == ',':
			e.Commas = append(e.Commas, r.offset(r.pos))
			r.pos++
			continue
		case c == 0 || c == ')' || c == ']' || c == '}' || len(r.src) > 0 && r.startsItem():
			r.unclosed(e, start)
			return
		}
		if item := r.expr(true); item != nil {
			e.Items = append(e.Items, item)
		}
		if r.pos == before || r.has("...") || r.has("=>") || r.peek() == ':' {
			r.pos++
		}
	}
}

// closed ends an expression with the bracket at the position.
func (r *reader) closed(e *Expr, start int) {
	r.pos++
	e.Closed = true
	e.Span, e.Inner = r.span(start, r.pos), r.span(start+1, r.pos-1)
}

// unclosed ends a bracket that nothing closes: behind its last element, or
// where the cursor would be, on the same line.
func (r *reader) unclosed(e *Expr, start int) {
	end := len(strings.TrimRight(r.src[:r.pos], " \t\r\n"))
	if i := strings.IndexByte(r.src[end:r.pos], '\n'); i >= 0 {
		end += i
	} else {
		end = r.pos
	}
	end = max(end, start+1)
	e.Span, e.Inner = r.span(start, end), r.span(start+1, end)
	r.pos = end
	if n := len(e.Items); n > 0 { // a heredoc may end in blanks
		e.Span.End = max(e.Span.End, e.Items[n-1].Span.End)
	}
	if n := len(e.Entries); n > 0 {
		e.Span.End = max(e.Span.End, e.Entries[n-1].Span.End)
	}
	e.Inner.End = e.Span.End
}

// startsItem tells whether "name =" begins at the position, at the start of a
// line: the next attribute of the block.
func (r *reader) startsItem() bool {
	line := strings.LastIndexByte(r.src[:r.pos], '\n') + 1
	if strings.TrimLeft(r.src[line:r.pos], " \t") != "" {
		return false
	}
	n := r.pos
	for n < r.end && isNameByte(r.src[n], n > r.pos) {
		n++
	}
	if n == r.pos {
		return false
	}
	rest := strings.TrimLeft(r.src[n:r.end], " \t")
	return strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==") && !strings.HasPrefix(rest, "=>")
}

func (r *reader) object() *Expr {
	e := &Expr{Kind: Object}
	start := r.pos
	r.pos++
	for {
		r.blanks(true, nil)
		before := r.pos
		switch c := r.peek(); c {
		case '}':
			r.closed(e, start)
			return e
		case ',':
			r.pos++
			continue
		case 0, ')', ']':
			r.unclosed(e, start)
			return e
		}
		if entry := r.entry(); entry != nil {
			e.Entries = append(e.Entries, entry)
		}
		if r.pos == before {
			r.pos++
		}
	}
}

// entry reads "key = value". The value ends with its line.
func (r *reader) entry() *Entry {
	entry := &Entry{Sep: -1, Key: r.expr(false)}
	if entry.Key == nil {
		return nil
	}
	entry.Span = entry.Key.Span
	r.blanks(false, nil)
	if c := r.peek(); c != '=' && c != ':' {
		return entry
	}
	r.pos++
	entry.Sep = r.offset(r.pos)
	r.blanks(false, nil)
	entry.Span.End = r.offset(r.pos)
	if entry.Value = r.expr(false); entry.Value != nil {
		entry.Span.End = entry.Value.Span.End
	}
	return entry
}

// forExpr reads "[for a, b in list : value if condition]" from behind "for".
func (r *reader) forExpr(start int, open byte) *Expr {
	e := &Expr{Kind: For}
	for {
		r.blanks(true, nil)
		if r.keyword("in") || r.pos >= r.end {
			break
		}
		name, ok := r.name()
		if ok {
			e.Locals = append(e.Locals, name)
			continue
		}
		if r.peek() != ',' {
			break
		}
		r.pos++
	}
	closing := byte(']')
	if open == '{' {
		closing = '}'
	}
	rest := &Expr{}
	r.pos-- // list skips one byte: there is always "for" before
	r.list(rest, closing)
	e.Items, e.Closed = rest.Items, rest.Closed
	e.Span = text.Span{Start: r.offset(start), End: rest.Span.End}
	e.Inner = text.Span{Start: r.offset(start + 1), End: rest.Inner.End}
	return e
}
