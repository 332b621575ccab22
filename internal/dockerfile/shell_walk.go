package dockerfile

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/buildlens/buildlens/internal/text"
)

// ShellKind is what a token of shell code is.
type ShellKind int

// The kinds of shell token.
const (
	ShellKeyword  ShellKind = iota + 1 // if, done, function, ...
	ShellCommand                       // the name of a command or function
	ShellOperator                      // &&, |, >, ...
	ShellString                        // quoted text
	ShellVariable                      // the name in an assignment
	ShellComment
)

// A ShellToken is one token of the shell code in an instruction. Where two
// overlap, the later one is inside the earlier.
type ShellToken struct {
	Kind ShellKind
	Span text.Span
}

// ShellTokens are the tokens of the shell code in ins, in order; none when it
// is run by something that is no sh-like shell, or does not parse.
func (f *File) ShellTokens(ins *Instruction) []ShellToken {
	if ins.JSON || !f.runsShell(ins) {
		return nil
	}
	var out []ShellToken
	for _, sc := range f.scripts(ins) {
		for _, t := range sc.tokens {
			if t.to <= len(sc.text) {
				out = append(out, ShellToken{t.kind, sc.span(ins, t.from, t.to)})
			}
		}
	}
	return out
}

type shellToken struct {
	kind     ShellKind
	from, to int
}

// A call is one command with its arguments.
type call struct {
	words []shellWord // never empty; the first one is the command
	in    *script
}

// A shellWord is one word of a call, its quotes removed.
type shellWord struct {
	text     string
	constant bool // nothing in it is expanded
	from, to int
}

// execForm takes the JSON form as the one call it is.
func execForm(ins *Instruction) *script {
	words := ins.Words
	if ins.Cmd == "HEALTHCHECK" && len(words) > 0 {
		words = words[1:]
	}
	sc := &script{heredoc: -1}
	c := call{in: sc}
	for _, w := range words {
		c.words = append(c.words, shellWord{w.Text, true, w.from, w.to})
	}
	if len(c.words) > 0 {
		sc.calls = []call{c}
	}
	return sc
}

// A shellWalker gathers tokens and calls from a syntax tree.
type shellWalker struct {
	*script
	pipefail bool
}

func (w *shellWalker) token(kind ShellKind, at syntax.Pos, length int) {
	if at.IsValid() && length > 0 {
		from := int(at.Offset())
		w.tokens = append(w.tokens, shellToken{kind, from, from + length})
	}
}

func (w *shellWalker) keyword(at syntax.Pos, word string) { w.token(ShellKeyword, at, len(word)) }

func (w *shellWalker) node(kind ShellKind, n syntax.Node) {
	w.token(kind, n.Pos(), int(n.End().Offset())-int(n.Pos().Offset()))
}

func (w *shellWalker) visit(node syntax.Node) bool {
	switch n := node.(type) {
	case *syntax.Comment:
		w.node(ShellComment, n)
	case *syntax.Stmt:
		if n.Negated {
			w.keyword(n.Position, "!")
		}
		if n.Semicolon.IsValid() {
			w.token(ShellOperator, n.Semicolon, 1)
		}
	case *syntax.CallExpr:
		w.call(n)
	case *syntax.Assign:
		if n.Name != nil {
			w.node(ShellVariable, n.Name)
		}
	case *syntax.DeclClause:
		w.node(ShellKeyword, n.Variant)
	case *syntax.BinaryCmd:
		w.token(ShellOperator, n.OpPos, len(n.Op.String()))
		if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
			w.pipes = append(w.pipes, int(n.OpPos.Offset()))
		}
	case *syntax.Redirect:
		w.token(ShellOperator, n.OpPos, len(n.Op.String()))
		return n.Hdoc == nil
	case *syntax.SglQuoted:
		w.node(ShellString, n)
	case *syntax.DblQuoted:
		w.node(ShellString, n)
	default:
		w.keywords(node)
	}
	return true
}

// keywords marks the reserved words of a compound command.
func (w *shellWalker) keywords(node syntax.Node) {
	switch n := node.(type) {
	case *syntax.IfClause:
		w.ifClause(n)
	case *syntax.WhileClause:
		word := "while"
		if n.Until {
			word = "until"
		}
		w.keyword(n.WhilePos, word)
		w.keyword(n.DoPos, "do")
		w.keyword(n.DonePos, "done")
	case *syntax.ForClause:
		word := "for"
		if n.Select {
			word = "select"
		}
		w.keyword(n.ForPos, word)
		if !n.Braces {
			w.keyword(n.DoPos, "do")
			w.keyword(n.DonePos, "done")
		}
	case *syntax.WordIter:
		w.node(ShellVariable, n.Name)
		w.keyword(n.InPos, "in")
	case *syntax.CaseClause:
		w.keyword(n.Case, "case")
		if !n.Braces {
			w.keyword(n.In, "in")
			w.keyword(n.Esac, "esac")
		}
	case *syntax.FuncDecl:
		if n.RsrvWord {
			w.keyword(n.Position, "function")
		}
		if n.Name != nil {
			w.node(ShellCommand, n.Name)
		}
	case *syntax.TimeClause:
		w.keyword(n.Time, "time")
	}
}

// ifClause marks one arm; the walk comes to the others by itself.
func (w *shellWalker) ifClause(n *syntax.IfClause) {
	at := int(n.Position.Offset())
	for _, word := range []string{"if", "elif", "else"} {
		if strings.HasPrefix(w.text[min(at, len(w.text)):], word) {
			w.keyword(n.Position, word)
		}
	}
	w.keyword(n.ThenPos, "then")
	if n.Else == nil {
		w.keyword(n.FiPos, "fi")
	}
}

// call keeps a command with its arguments, and the one that it runs when it is
// a mere wrapper, such as sudo.
func (w *shellWalker) call(n *syntax.CallExpr) {
	if len(n.Args) == 0 {
		return
	}
	w.node(ShellCommand, n.Args[0])
	c := call{in: w.script}
	for _, arg := range n.Args {
		word := shellWord{from: int(arg.Pos().Offset()), to: int(arg.End().Offset())}
		word.text, word.constant = literal(arg.Parts)
		c.words = append(c.words, word)
	}
	w.calls = append(w.calls, c)
	if c.name() == "set" && strings.Contains(w.text[c.words[0].from:min(c.words[len(c.words)-1].to, len(w.text))], "pipefail") {
		w.pipefail = true
	}
	switch c.name() {
	case "sudo", "exec", "env", "nice", "command", "time", "eatmydata":
		rest := c.words[1:]
		for len(rest) > 0 && (strings.HasPrefix(rest[0].text, "-") || c.name() == "env" && strings.Contains(rest[0].text, "=")) {
			rest = rest[1:]
		}
		if len(rest) > 0 {
			w.calls = append(w.calls, call{words: rest, in: w.script})
		}
	}
}

// literal joins the parts of a word; it is not constant when one of them is
// only known when the shell runs.
func literal(parts []syntax.WordPart) (string, bool) {
	var b strings.Builder
	constant := true
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(p.Value)
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			s, ok := literal(p.Parts)
			b.WriteString(s)
			constant = constant && ok
		default:
			constant = false
		}
	}
	return b.String(), constant
}
