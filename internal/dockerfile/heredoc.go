package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/buildlens/buildlens/internal/text"
)

// heredocs reads the bodies of the heredocs that ins opens.
func (lx *lexer) heredocs(ins *Instruction) {
	holder := ins
	if ins.Trigger != nil {
		holder = ins.Trigger
	}
	if !takesHeredoc(holder) || !strings.Contains(ins.line.text, "<<") {
		return
	}
	docs := openHeredocs(&ins.line, holder.Keyword.from)
	for i := range docs {
		lx.body(&docs[i])
		ins.Span.End = max(ins.Span.End, docs[i].Body.End, docs[i].End.End)
		if !docs[i].Terminated && ins.issue == nil {
			d := syntaxError(docs[i].Operator, "unterminated-heredoc", "The heredoc is not terminated: a line with "+docs[i].Name+" alone is missing.")
			ins.issue = &d
		}
	}
	ins.Heredocs = docs
	for i := range docs {
		ins.Uses = append(ins.Uses, heredocUses(lx.src, holder, &docs[i])...)
	}
	if holder != ins {
		holder.Heredocs, holder.Span.End = docs, ins.Span.End
	}
}

func takesHeredoc(ins *Instruction) bool {
	return !ins.JSON && (ins.Cmd == "RUN" || ins.Cmd == "COPY" || ins.Cmd == "ADD")
}

// noVariables stands for an environment in which nothing is set.
type noVariables struct{}

func (noVariables) Get(string) (string, bool) { return "", false }
func (noVariables) Keys() []string            { return nil }

// validUTF8 replaces NUL and bytes that are no UTF-8: BuildKit's scanner
// writes a message to standard error for each.
func validUTF8(s string) string {
	const replacement = "\uFFFD"
	return strings.ReplaceAll(strings.ToValidUTF8(s, replacement), "\x00", replacement)
}

// openHeredocs finds the heredoc operators of a line. BuildKit's own lexer says
// which words are some; what is looked for here is where they stand.
func openHeredocs(l *line, from int) []Heredoc {
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = true, true, true
	words, err := lex.ProcessWords(validUTF8(l.text), noVariables{})
	if err != nil {
		return nil
	}
	var docs []Heredoc
	at := from
	for _, w := range words {
		h, err := parser.ParseHeredoc(w)
		if err != nil || h == nil {
			continue
		}
		start, name := findOperator(l.text, at, h.Name)
		if start < 0 {
			break
		}
		at = name + len(h.Name)
		docs = append(docs, Heredoc{
			Name: h.Name, Expand: h.Expand, Chomp: h.Chomp,
			Operator: l.span(start, at), NameSpan: l.span(name, at),
		})
	}
	return docs
}

// findOperator finds the next "<<" behind from that introduces name, and the
// name in it; both are -1 when there is none.
func findOperator(s string, from int, name string) (operator, at int) {
	for {
		i := strings.Index(s[from:], "<<")
		if i < 0 {
			return -1, -1
		}
		operator = from + i
		from = operator + 2
		rest := strings.TrimLeft(s[from:], "-<\"'\\ \t")
		if strings.HasPrefix(rest, name) {
			return operator, len(s) - len(rest)
		}
	}
}

// body reads the lines of a heredoc up to its terminator. When that is
// missing the body ends where the next instruction seems to start, so that the
// rest of the file keeps its model.
func (lx *lexer) body(h *Heredoc) {
	start := lx.pos
	guess := -1
	for lx.pos < len(lx.src) {
		at := lx.pos
		s := lx.next()
		content := s.In(lx.src)
		if h.Chomp {
			content = strings.TrimLeft(content, "\t")
		}
		if content == h.Name {
			h.Body = text.Span{Start: start, End: at}
			h.End = text.Span{Start: s.End - len(h.Name), End: s.End}
			h.Terminated = true
			return
		}
		if guess < 0 && looksLikeInstruction(s.In(lx.src)) {
			guess = at
		}
	}
	if guess >= 0 {
		lx.pos = guess
	}
	h.Body = text.Span{Start: start, End: lx.pos}
	h.End = text.At(lx.pos)
}

// looksLikeInstruction tells whether a line starts with an instruction in
// capitals.
func looksLikeInstruction(s string) bool {
	word, rest, found := strings.Cut(s, " ")
	return found && strings.TrimSpace(rest) != "" && word == strings.ToUpper(word) && Spec(word) != nil
}
