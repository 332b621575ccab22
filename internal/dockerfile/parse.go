package dockerfile

import (
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// Parse parses a Dockerfile. It never fails: what is wrong is in the file's
// Diagnostics.
func Parse(src string) *File {
	f := &File{Source: src, Escape: '\\'}
	lx := &lexer{src: src, escape: '\\', file: f}
	if strings.HasPrefix(src, byteOrderMark) {
		lx.pos = len(byteOrderMark)
	}
	f.Instructions = make([]*Instruction, 0, len(src)/64)
	lx.run(func(int) bool { return false })
	f.Escape = lx.escape
	f.resolve()
	return f
}

// parse fills ins from its line, from the joined offset on.
func (lx *lexer) parse(ins *Instruction, from int) {
	l := &ins.line
	from, to := l.trim(from, len(l.text))
	end := from
	for end < to && !isBlank(l.text[end]) {
		end++
	}
	ins.Keyword = l.word(from, end)
	ins.Cmd = canonical(ins.Keyword.Text)
	args := lx.parseFlags(ins, end, to)
	args, to = l.trim(min(args, to), to)
	ins.Args = l.word(args, to)
	lx.parseArgs(ins)
	if runsCommands(ins.Cmd) {
		ins.shell = &shellCell{}
	}
	ins.Uses = lx.uses(ins)
	ins.issue = lx.check(ins)
}

// runsCommands tells whether an instruction holds a command line.
func runsCommands(cmd string) bool {
	return cmd == "RUN" || cmd == "CMD" || cmd == "ENTRYPOINT" || cmd == "HEALTHCHECK"
}

// canonical returns the upper-case name of a known instruction, else "".
func canonical(keyword string) string {
	if spec := Spec(keyword); spec != nil {
		return spec.Name
	}
	return ""
}

// parseArgs splits the arguments as the instruction does.
func (lx *lexer) parseArgs(ins *Instruction) {
	l, from, to := &ins.line, ins.Args.from, ins.Args.to
	if from == to {
		return
	}
	switch shapeOf(ins.Cmd) {
	case shapeWords:
		ins.Words = l.fields(from, to)
	case shapePaths, shapeCommand:
		if !lx.parseJSON(ins, from, to) {
			ins.Words = l.fields(from, to)
		}
	case shapePairs:
		ins.Words = l.quoted(from, to, lx.escape)
		ins.Pairs = l.pairs(ins.Words, ins.Args)
	case shapeArgs:
		ins.Words = l.quoted(from, to, lx.escape)
		for _, w := range ins.Words {
			ins.Pairs = append(ins.Pairs, l.pair(w))
		}
	case shapeHealth:
		lx.parseHealth(ins)
	case shapeTrigger:
		ins.Trigger = &Instruction{line: ins.line}
		lx.parse(ins.Trigger, from)
		span := text.Span{Start: ins.Trigger.Keyword.Span.Start, End: ins.Args.Span.End}
		ins.Trigger.Head, ins.Trigger.Span = span, span
	default:
		ins.Words = []Word{ins.Args}
	}
}

// parseHealth reads "CMD command" or "NONE": the type is the first word.
func (lx *lexer) parseHealth(ins *Instruction) {
	l := &ins.line
	ins.Words = l.fields(ins.Args.from, ins.Args.to)
	if len(ins.Words) < 2 {
		return
	}
	typ := ins.Words[0]
	if lx.parseJSON(ins, ins.Words[1].from, ins.Args.to) {
		ins.Words = append([]Word{typ}, ins.Words...)
	}
}

// isBlank is the white space that separates words for BuildKit's parser.
func isBlank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r'
}
