package dockerfile

import (
	"slices"
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// FormatOptions are the editor's settings.
type FormatOptions struct {
	TabSize int
	Spaces  bool // indent with spaces, not tabs
}

func (o FormatOptions) indent() string {
	if !o.Spaces {
		return "\t"
	}
	return strings.Repeat(" ", max(o.TabSize, 1))
}

// Format tidies white space at the edges of lines and nothing else: alignment,
// comments, quotes and heredocs stay as they are. Instructions and the comments
// above them start in the first column, continuation lines without any
// indentation get one step, and trailing white space goes. Formatting twice
// changes nothing more.
func Format(f *df.File, opt FormatOptions) feature.TextEdits {
	if f.Foreign() {
		return nil
	}
	p := &formatter{f: f, opt: opt}
	for _, ins := range f.Instructions {
		p.instruction(ins)
	}
	p.outer(f.Trailing)
	p.blanks()
	slices.SortFunc(p.edits, func(a, b text.Edit) int { return a.Span.Start - b.Span.Start })
	return slices.CompactFunc(p.edits, func(a, b text.Edit) bool { return a.Span == b.Span })
}

// FormatRange is Format for the lines that span touches.
func FormatRange(f *df.File, span text.Span, opt FormatOptions) feature.TextEdits {
	lines := text.NewLines(f.Source)
	first, last := lines.Line(span.Start), lines.Line(span.End)
	return slices.DeleteFunc(Format(f, opt), func(e text.Edit) bool {
		line := lines.Line(e.Span.Start)
		return line < first || line > last
	})
}

// FormatOnType tidies the lines that the character typed at offset made part
// of an instruction: those below it, up to the instruction's end.
func FormatOnType(f *df.File, offset int, opt FormatOptions) feature.TextEdits {
	ins := f.PlaceAt(clamp(f, offset)).Ins
	if ins == nil {
		return nil
	}
	return FormatRange(f, text.Span{Start: clamp(f, offset), End: ins.Head.End}, opt)
}

type formatter struct {
	f     *df.File
	opt   FormatOptions
	edits feature.TextEdits
}

func (p *formatter) replace(s text.Span, by string) {
	if s.In(p.f.Source) != by {
		p.edits = append(p.edits, text.Edit{Span: s, New: by})
	}
}

// lead is the white space at the start of the line that holds offset.
func (p *formatter) lead(offset int) text.Span {
	start := lineStart(p.f.Source, offset)
	end := start
	for end < len(p.f.Source) && (p.f.Source[end] == ' ' || p.f.Source[end] == '\t') {
		end++
	}
	return text.Span{Start: start, End: end}
}

// trail is the white space at the end of the line that holds offset.
func (p *formatter) trail(offset int) text.Span {
	end := lineEnd(p.f.Source, offset)
	start := end
	for start > offset && (p.f.Source[start-1] == ' ' || p.f.Source[start-1] == '\t') {
		start--
	}
	return text.Span{Start: start, End: end}
}

// outer tidies comments between instructions.
func (p *formatter) outer(comments []df.Comment) {
	for _, c := range comments {
		if lead := p.lead(c.Span.Start); lead.End == c.Span.Start {
			p.replace(lead, "")
		}
		p.replace(p.trail(c.Span.Start+1), "")
	}
}

func (p *formatter) instruction(ins *df.Instruction) {
	p.outer(ins.Leading)
	if lead := p.lead(ins.Keyword.Span.Start); lead.End == ins.Keyword.Span.Start && !p.continued(ins, lead.Start) {
		p.replace(lead, "")
	}
	for _, c := range ins.Inner {
		p.replace(p.trail(c.Span.Start+1), "")
	}
	for _, mark := range ins.Marks {
		p.replace(p.trail(mark.End), "")
		p.continuation(ins, mark)
	}
	last := ins.Keyword.Span.End
	if ins.Args.Text != "" {
		last = max(last, ins.Args.Span.End)
	}
	for _, fl := range ins.Flags {
		last = max(last, fl.Span.End)
	}
	if n := len(ins.Marks); n == 0 || last > ins.Marks[n-1].End {
		p.replace(p.trail(last), "")
	}
}

// continued tells whether a line of the instruction goes on at offset: the
// keyword itself may stand behind a lone continuation.
func (p *formatter) continued(ins *df.Instruction, offset int) bool {
	return len(ins.Marks) > 0 && ins.Marks[0].End <= offset
}

// continuation indents the line below a mark when it is not indented at all and
// white space there means nothing: not in quotes, not inside of a word.
func (p *formatter) continuation(ins *df.Instruction, mark text.Span) {
	next := lineEnd(p.f.Source, mark.End)
	for next < len(p.f.Source) && p.f.Source[next] != '\n' {
		next++
	}
	if next++; next >= ins.Head.End || p.skipped(ins, next) {
		return
	}
	at := ins.Joined(next)
	line := ins.Line()
	if at == 0 || at >= len(line) || strings.ContainsRune(" \t", rune(line[at])) || !strings.ContainsRune(" \t", rune(line[at-1])) {
		return
	}
	if !quoted(line[:at], p.f.Escape) {
		p.replace(text.At(next), p.opt.indent())
	}
}

// skipped tells whether a comment or an empty line stands at offset.
func (p *formatter) skipped(ins *df.Instruction, offset int) bool {
	for _, s := range ins.Blank {
		if s.Start <= offset && offset < s.End {
			return true
		}
	}
	end := lineEnd(p.f.Source, offset)
	return slices.ContainsFunc(ins.Inner, func(c df.Comment) bool { return offset <= c.Span.Start && c.Span.Start < end })
}

// quoted tells whether a quote is open at the end of s.
func quoted(s string, escape byte) bool {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == escape && quote != '\'':
			i++
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return quote != 0
}

// blanks empties lines of white space, outside of heredocs.
func (p *formatter) blanks() {
	src := p.f.Source
	skip := 0
	for at := 0; at < len(src); {
		for skip < len(p.f.Instructions) && p.f.Instructions[skip].Span.End <= at {
			skip++
		}
		end := lineEnd(src, at)
		blank := end > at && strings.TrimSpace(src[at:end]) == "" && strings.Trim(src[at:end], " \t") == ""
		if blank && (skip == len(p.f.Instructions) || !inHeredoc(p.f.Instructions[skip], at)) {
			p.replace(text.Span{Start: at, End: end}, "")
		}
		next := strings.IndexByte(src[at:], '\n')
		if next < 0 {
			return
		}
		at += next + 1
	}
}

func inHeredoc(ins *df.Instruction, offset int) bool {
	return slices.ContainsFunc(ins.Heredocs, func(h df.Heredoc) bool { return h.Body.Start <= offset && offset < h.Body.End })
}
