package dockerfile

import (
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// A useScanner finds uses of variables in one piece of text.
type useScanner struct {
	src    string
	escape byte
	quotes bool // quotes mean something here
	shell  bool
	span   func(from, to int) text.Span
	out    []Use
}

// uses finds the variables in the flags and arguments of an instruction.
func (lx *lexer) uses(ins *Instruction) []Use {
	l := &ins.line
	from := ins.Keyword.to
	if ins.Cmd == "" || ins.Trigger != nil || strings.IndexByte(l.text[from:], '$') < 0 {
		if ins.Trigger != nil {
			return ins.Trigger.Uses
		}
		return nil
	}
	sc := useScanner{src: l.text, escape: lx.escape, quotes: true, span: l.span}
	sc.scan(from, ins.Args.from)
	if shapeOf(ins.Cmd) == shapeCommand || ins.Cmd == "HEALTHCHECK" {
		sc.escape, sc.shell = '\\', true
	}
	sc.scan(ins.Args.from, ins.Args.to)
	return sc.out
}

// heredocUses finds the variables in the body of a heredoc. Those of RUN are
// the shell's business, quoted name or not.
func heredocUses(src string, ins *Instruction, h *Heredoc) []Use {
	isRun := ins.Cmd == "RUN"
	if !isRun && !h.Expand {
		return nil
	}
	sc := useScanner{src: src, escape: '\\', shell: isRun, quotes: isRun}
	sc.span = func(from, to int) text.Span { return text.Span{Start: from, End: to} }
	sc.scan(h.Body.Start, h.Body.End)
	return sc.out
}

// scan finds the uses in [from, to), those inside "${a:-$b}" included.
func (sc *useScanner) scan(from, to int) {
	quote := byte(0)
	for at := from; at < to; at++ {
		c := sc.src[at]
		switch {
		case c == sc.escape && quote != '\'':
			at++
		case sc.quotes && (c == '"' || c == '\''):
			switch quote {
			case 0:
				quote = c
			case c:
				quote = 0
			}
		case c == '$' && (quote != '\'' || sc.shell):
			at = sc.use(at, to, quote == '\'') - 1
		}
	}
}

// use reads the variable at the '$' at from, if it is one, and returns where
// to go on.
func (sc *useScanner) use(from, to int, literal bool) int {
	at := from + 1
	braced := at < to && sc.src[at] == '{'
	if braced {
		at++
	}
	end := at
	for end < to && isNameByte(sc.src[end], end > at) {
		end++
	}
	if end == at {
		return from + 1
	}
	u := Use{Name: sc.src[at:end], NameSpan: sc.span(at, end), Literal: literal, Shell: sc.shell}
	if !braced {
		u.Span = sc.span(from, end)
		sc.out = append(sc.out, u)
		return end
	}
	u.Modifier = modifierAt(sc.src[end:to])
	closing, closed := sc.closing(end, to)
	u.Span, u.Open = sc.span(from, closing), !closed
	sc.out = append(sc.out, u)
	return end + len(u.Modifier)
}

// closing finds the end of a "${" whose name ends at from.
func (sc *useScanner) closing(from, to int) (end int, closed bool) {
	depth := 1
	for at := from; at < to; at++ {
		switch {
		case sc.src[at] == sc.escape:
			at++
		case sc.src[at] == '{' && sc.src[at-1] == '$':
			depth++
		case sc.src[at] == '}':
			if depth--; depth == 0 {
				return at + 1, true
			}
		}
	}
	return to, false
}

// modifierAt reads the operator of "${name<operator>word}".
func modifierAt(s string) string {
	for _, m := range [...]string{":-", ":+", ":?", "##", "%%", "//", "-", "+", "?", "#", "%", "/"} {
		if strings.HasPrefix(s, m) {
			return m
		}
	}
	return ""
}

func isNameByte(c byte, digits bool) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || digits && '0' <= c && c <= '9'
}
