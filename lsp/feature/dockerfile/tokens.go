package dockerfile

import (
	"slices"
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// SemanticTokens colours the part of the file that span covers: ascending,
// each on one line, none overlapping another.
func SemanticTokens(f *df.File, span text.Span) []feature.SemanticToken {
	t := &tokenizer{f: f, span: span}
	for _, d := range f.Directives {
		t.directive(d)
	}
	for _, ins := range f.Instructions {
		if ins.Extent.Overlaps(span) {
			t.instruction(ins)
		}
	}
	for _, c := range f.Trailing {
		t.add(c.Span, feature.TokenComment, 0)
	}
	return t.finish()
}

// A layer is a token that more exact ones may lie on.
type layer struct {
	feature.SemanticToken
	depth int // larger wins
}

type tokenizer struct {
	f      *df.File
	span   text.Span
	layers []layer
	depth  int
}

func (t *tokenizer) add(s text.Span, typ feature.TokenType, mod feature.TokenModifiers) {
	if s.Len() > 0 {
		t.layers = append(t.layers, layer{feature.SemanticToken{Span: s, Type: typ, Modifiers: mod}, t.depth})
	}
}

// above adds a token that covers what was added before it.
func (t *tokenizer) above(s text.Span, typ feature.TokenType, mod feature.TokenModifiers) {
	t.depth++
	t.add(s, typ, mod)
	t.depth--
}

func (t *tokenizer) directive(d df.Directive) {
	t.add(d.Span, feature.TokenComment, 0)
	t.above(d.Key, feature.TokenProperty, 0)
	t.above(d.Val, feature.TokenParameter, 0)
}

func (t *tokenizer) instruction(ins *df.Instruction) {
	for _, c := range ins.Leading {
		t.add(c.Span, feature.TokenComment, 0)
	}
	t.depth = 0
	t.parts(ins)
	runs := ins
	if ins.Trigger != nil {
		runs = ins.Trigger
		t.depth = 2
		t.parts(runs)
	}
	t.depth = 4
	t.shell(runs)
	t.depth = 6
	for _, u := range ins.Uses {
		t.use(u)
	}
	t.heredocs(ins)
	t.depth = 10
	for _, c := range ins.Inner {
		t.add(c.Span, feature.TokenComment, 0)
	}
	for _, m := range ins.Marks {
		t.add(m, feature.TokenMacro, 0)
	}
	t.depth = 0
}

func (t *tokenizer) parts(ins *df.Instruction) {
	mod := feature.TokenModifiers(0)
	if ins.Cmd == "MAINTAINER" {
		mod = feature.ModifierDeprecated
	}
	t.add(ins.Keyword.Span, feature.TokenKeyword, mod)
	for _, fl := range ins.Flags {
		t.flag(fl)
	}
	switch ins.Cmd {
	case "FROM":
		t.from(ins)
	case "ENV", "ARG", "LABEL":
		t.pairs(ins)
	case "ONBUILD":
	default:
		t.words(ins)
	}
}

func (t *tokenizer) flag(fl df.Flag) {
	t.add(fl.Span, feature.TokenParameter, 0)
	t.above(fl.Key, feature.TokenProperty, 0)
	t.depth++
	for _, x := range fl.Fields {
		t.add(x.KeySpan, feature.TokenProperty, 0)
		if x.Key == "from" {
			t.add(x.ValSpan, feature.TokenNamespace, 0)
		}
	}
	if fl.Name == "from" {
		t.add(fl.Val, feature.TokenNamespace, 0)
	}
	t.depth--
}

func (t *tokenizer) from(ins *df.Instruction) {
	for i, w := range ins.Words {
		switch {
		case i == 0 && ins.Stage != nil && ins.Stage.Parent != nil:
			t.add(w.Span, feature.TokenNamespace, 0)
		case i == 0:
			t.add(w.Span, feature.TokenClass, 0)
		case i == 1 && strings.EqualFold(w.Text, "AS"):
			t.add(w.Span, feature.TokenKeyword, 0)
		case i == 2:
			t.add(w.Span, feature.TokenNamespace, feature.ModifierDeclaration)
		default:
			t.add(w.Span, feature.TokenParameter, 0)
		}
	}
}

func (t *tokenizer) pairs(ins *df.Instruction) {
	typ := feature.TokenVariable
	if ins.Cmd == "LABEL" {
		typ = feature.TokenProperty
	}
	for _, p := range ins.Pairs {
		t.add(p.Span, feature.TokenOperator, 0)
		t.depth++
		t.add(p.KeySpan, typ, feature.ModifierDeclaration)
		t.add(p.ValSpan, valueType(p.Value), 0)
		t.depth--
	}
}

func valueType(s string) feature.TokenType {
	if strings.HasPrefix(s, `"`) || strings.HasPrefix(s, "'") {
		return feature.TokenString
	}
	return feature.TokenParameter
}

func (t *tokenizer) words(ins *df.Instruction) {
	t.add(ins.Args.Span, feature.TokenParameter, 0)
	if ins.JSON {
		t.depth++
		for _, w := range ins.Words {
			s := text.Span{Start: max(w.Span.Start-1, ins.Args.Span.Start), End: min(w.Span.End+1, ins.Args.Span.End)}
			t.add(s, feature.TokenString, 0)
		}
		t.depth--
		return
	}
	t.strings(ins)
	if ins.Cmd == "HEALTHCHECK" && len(ins.Words) > 0 {
		t.above(ins.Words[0].Span, feature.TokenKeyword, 0)
	}
}

// shellTypes say how the tokens of shell code are drawn.
var shellTypes = map[df.ShellKind]feature.TokenType{
	df.ShellKeyword: feature.TokenKeyword, df.ShellCommand: feature.TokenFunction, df.ShellOperator: feature.TokenOperator,
	df.ShellString: feature.TokenString, df.ShellVariable: feature.TokenVariable, df.ShellComment: feature.TokenComment,
}

// shell marks the shell code that the instruction runs.
func (t *tokenizer) shell(ins *df.Instruction) {
	for _, tok := range t.f.ShellTokens(ins) {
		t.add(tok.Span, shellTypes[tok.Kind], 0)
	}
}

// strings marks the quoted parts of a command.
func (t *tokenizer) strings(ins *df.Instruction) {
	line := ins.Line()
	from := ins.Joined(ins.Args.Span.Start)
	to := from + len(ins.Args.Text)
	t.depth++
	for at := from; at < to; at++ {
		switch c := line[at]; c {
		case '\\':
			at++
		case '"', '\'':
			end := quoteEnd(line, at, to)
			t.add(ins.Source(at, end), feature.TokenString, 0)
			at = end - 1
		}
	}
	t.depth--
}

// quoteEnd is the offset behind the quote that closes the one at from.
func quoteEnd(s string, from, to int) int {
	for at := from + 1; at < to; at++ {
		switch {
		case s[at] == '\\' && s[from] == '"':
			at++
		case s[at] == s[from]:
			return at + 1
		}
	}
	return to
}

func (t *tokenizer) use(u df.Use) {
	if u.Literal {
		return
	}
	t.add(text.Span{Start: u.Span.Start, End: u.NameSpan.End}, feature.TokenVariable, 0)
	if n := len(u.Modifier); n > 0 {
		t.add(text.Span{Start: u.NameSpan.End, End: u.NameSpan.End + n}, feature.TokenOperator, 0)
	}
	if u.Span.End > u.NameSpan.End && t.f.Source[u.Span.End-1] == '}' {
		t.add(text.Span{Start: u.Span.End - 1, End: u.Span.End}, feature.TokenVariable, 0)
	}
}

func (t *tokenizer) heredocs(ins *df.Instruction) {
	for _, h := range ins.Heredocs {
		t.depth = 7
		t.add(h.Operator, feature.TokenOperator, 0)
		t.depth = 8
		t.add(h.NameSpan, feature.TokenMacro, feature.ModifierDeclaration)
		t.add(h.End, feature.TokenMacro, 0)
		if ins.Cmd != "RUN" && (ins.Trigger == nil || ins.Trigger.Cmd != "RUN") {
			t.depth = 0
			t.add(h.Body, feature.TokenString, 0)
		}
	}
}

// finish cuts the layers into tokens: at each place the deepest layer counts,
// the later one among equals; line breaks and the white space around them
// belong to none.
func (t *tokenizer) finish() []feature.SemanticToken {
	slices.SortStableFunc(t.layers, func(a, b layer) int { return a.Span.Start - b.Span.Start })
	var out []feature.SemanticToken
	var open []layer
	at := t.span.Start
	emit := func(until int) {
		for at < until && len(open) > 0 {
			open = slices.DeleteFunc(open, func(l layer) bool { return l.Span.End <= at })
			if len(open) == 0 {
				break
			}
			top, end := topmost(open), until
			for _, l := range open {
				end = min(end, l.Span.End)
			}
			out = appendLines(out, t.f.Source, text.Span{Start: at, End: end}, top)
			at = end
		}
		at = max(at, until)
	}
	for _, l := range t.layers {
		if l.Span.End <= t.span.Start || l.Span.Start >= t.span.End {
			continue
		}
		emit(l.Span.Start)
		open = append(open, l)
	}
	emit(t.span.End)
	return out
}

func topmost(open []layer) layer {
	best := open[0]
	for _, l := range open[1:] {
		if l.depth >= best.depth {
			best = l
		}
	}
	return best
}

// appendLines appends a token for each line that s covers, joined to the last
// token when that is the same and adjacent.
func appendLines(out []feature.SemanticToken, src string, s text.Span, l layer) []feature.SemanticToken {
	for s.Start < s.End {
		end := s.End
		next := s.End
		if i := strings.IndexByte(src[s.Start:s.End], '\n'); i >= 0 {
			end, next = s.Start+i, s.Start+i+1
		}
		part := strings.TrimRight(src[s.Start:end], " \t\r")
		lead := len(part) - len(strings.TrimLeft(part, " \t"))
		if part = part[lead:]; part != "" {
			from := s.Start + lead
			if n := len(out); n > 0 && out[n-1].Span.End == from && out[n-1].Type == l.Type && out[n-1].Modifiers == l.Modifiers {
				out[n-1].Span.End = from + len(part)
			} else {
				out = append(out, feature.SemanticToken{Span: text.Span{Start: from, End: from + len(part)}, Type: l.Type, Modifiers: l.Modifiers})
			}
		}
		s.Start = next
	}
	return out
}
