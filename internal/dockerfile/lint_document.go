package dockerfile

import (
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// A documentBuilder writes the Dockerfile that BuildKit is to lint, and notes
// which instruction each of its lines comes from.
type documentBuilder struct {
	strings.Builder
	owners []*Instruction
}

// line writes whole lines of an instruction; a missing line break is added.
func (b *documentBuilder) line(ins *Instruction, s string) {
	b.WriteString(s)
	n := strings.Count(s, "\n")
	if s != "" && s[len(s)-1] != '\n' {
		b.WriteByte('\n')
		n++
	}
	for range n {
		b.owners = append(b.owners, ins)
	}
}

// How much of a stage a document holds.
const (
	stageName    = iota + 1 // that it exists
	stageExports            // what the stages that build on it get
	stageWhole
)

// document is the text to lint: the directives and the global ARGs, the stages
// to do, and of the others only what those depend on. Instructions with errors
// are left out, so that they do not hide the rest; the line of each remains, to
// keep the comments above it from the next instruction.
func (p *lintPass) document() string {
	b := &documentBuilder{}
	b.Grow(4096)
	p.header(b)
	for _, ins := range p.f.preamble.Instructions {
		p.write(b, ins)
	}
	for s, need := range p.needs() {
		switch need {
		case stageName:
			b.line(s.From, p.blank(s.From))
		case stageExports, stageWhole:
			for _, ins := range s.Instructions {
				if need == stageWhole || exported(ins.Cmd) {
					p.write(b, ins)
				}
			}
		}
	}
	p.owners = b.owners
	return validUTF8(b.String())
}

// header writes the lines of the directives; an empty comment stands in for an
// invalid one.
func (p *lintPass) header(b *documentBuilder) {
	wrong := map[int]bool{}
	for _, d := range p.f.headerDiagnostics() {
		wrong[p.lines.Line(d.Span.Start)] = true
	}
	for line := range p.headerLines() {
		if wrong[line] {
			b.line(nil, "#")
			continue
		}
		b.line(nil, text.Span{Start: p.lines.Start(line), End: p.lines.Start(line + 1)}.In(p.f.Source))
	}
}

// headerLines is how many lines the directives take.
func (p *lintPass) headerLines() int {
	n := len(p.f.Directives)
	if n == 0 {
		return 0
	}
	return p.lines.Line(p.f.Directives[n-1].Span.End) + 1
}

// write adds an instruction with the comments above it.
func (p *lintPass) write(b *documentBuilder, ins *Instruction) {
	if p.broken[ins] {
		b.line(ins, p.blank(ins))
		return
	}
	from := text.Span{Start: max(ins.Extent.Start, p.lines.Start(p.headerLines())), End: ins.Extent.End}
	b.line(ins, strings.TrimPrefix(from.In(p.f.Source), byteOrderMark))
}

// blank stands in for an instruction: an empty comment. A stage stays a stage.
func (p *lintPass) blank(ins *Instruction) string {
	if ins.Cmd != "FROM" {
		return "#"
	}
	out := ins.Keyword.Text + " scratch"
	if name := ins.Stage.Name.Text; isStageName(name) {
		out += " " + ins.Stage.As.Text + " " + name
	}
	return out
}

// needs lists, in order, the stages that the document must hold.
func (p *lintPass) needs() func(yield func(*Stage, int) bool) {
	need := make([]int, len(p.f.Stages))
	want := func(s *Stage, how int) { need[s.Index] = max(need[s.Index], how) }
	names := map[string]bool{}
	last := p.f.Stages[len(p.f.Stages)-1]
	want(last, stageName)
	for _, s := range p.f.Stages {
		if !p.todo[s] {
			continue
		}
		want(s, stageWhole)
		names[strings.ToLower(s.Name.Text)] = true
		for up := s.Parent; up != nil; up = up.Parent {
			want(up, stageExports)
		}
	}
	p.wantNamed(need, names)
	return func(yield func(*Stage, int) bool) {
		for _, s := range p.f.Stages {
			if need[s.Index] > 0 && !yield(s, need[s.Index]) {
				return
			}
		}
	}
}

// wantNamed adds the stages that share a name with one to do, and those that
// the stages to do refer to. A reference by number needs all stages, since
// they are what is counted.
func (p *lintPass) wantNamed(need []int, names map[string]bool) {
	numbers := false
	for _, s := range p.f.Stages {
		if need[s.Index] < stageExports {
			continue
		}
		for _, ins := range s.Instructions {
			if len(ins.Flags) == 0 && ins.Trigger == nil || need[s.Index] == stageExports && !exported(ins.Cmd) {
				continue
			}
			for _, name := range stageNamesIn(ins) {
				names[strings.ToLower(name)] = true
				_, err := strconv.Atoi(name)
				numbers = numbers || err == nil
			}
		}
	}
	for _, s := range p.f.Stages {
		if numbers || s.Name.Text != "" && names[strings.ToLower(s.Name.Text)] {
			need[s.Index] = max(need[s.Index], stageName)
		}
	}
}

// lineStart is the start of the instruction's first line.
func (p *lintPass) lineStart(ins *Instruction) int {
	return p.lines.Start(p.lines.Line(ins.Span.Start))
}

// linesOf are the lines of ins, the last line break included.
func (p *lintPass) linesOf(ins *Instruction) text.Span {
	return text.Span{Start: p.lineStart(ins), End: p.lines.Start(p.lines.Line(ins.Span.End) + 1)}
}
