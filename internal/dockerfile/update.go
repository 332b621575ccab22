package dockerfile

import (
	"sort"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// Update parses src, which differs from f.Source by edits alone, given in terms
// of f.Source. It re-lexes from the first edited instruction until the lexer
// agrees with the old parse again. The result equals Parse(src).
func (f *File) Update(src string, edits []text.Edit) *File {
	changed, delta, ok := hull(edits)
	if !ok || len(src) != len(f.Source)+delta {
		return Parse(src)
	}
	first := f.firstTouched(changed.Start)
	if first < 1 { // the directives may have changed
		return Parse(src)
	}
	n := &File{Source: src, Escape: f.Escape, Directives: f.Directives, foreign: f.foreign}
	n.Diagnostics = f.headerDiagnostics()
	n.Instructions = make([]*Instruction, 0, len(f.Instructions)+8)
	block := make([]Instruction, len(f.Instructions))
	for i, ins := range f.Instructions[:first] {
		n.Instructions = append(n.Instructions, ins.copyTo(&block[i], 0))
	}
	lx := &lexer{src: src, pos: f.Instructions[first].Extent.Start, escape: f.Escape, file: n, header: headerState{done: true}}
	synced := -1
	lx.run(func(offset int) bool {
		if offset < changed.End+delta || offset == 0 {
			return false
		}
		synced = f.startingAt(offset - delta)
		return synced >= 0
	})
	if synced >= 0 {
		for i := synced; i < len(f.Instructions); i++ {
			n.Instructions = append(n.Instructions, f.Instructions[i].copyTo(&block[i], delta))
		}
		n.Trailing = shiftComments(f.Trailing, delta)
	}
	n.resolve()
	return n
}

// hull is the smallest span of the old text that holds all edits, and how
// much longer the new text is.
func hull(edits []text.Edit) (s text.Span, delta int, ok bool) {
	if len(edits) == 0 {
		return s, 0, false
	}
	s = edits[0].Span
	for _, e := range edits {
		s = s.Cover(e.Span)
		delta += len(e.New) - e.Span.Len()
	}
	return s, delta, true
}

// firstTouched is the index of the first instruction that an edit from offset
// on may change. An instruction whose heredoc is open depends on all that
// follows; one that the edit only borders may grow over it.
func (f *File) firstTouched(offset int) int {
	first := sort.Search(len(f.Instructions), func(i int) bool { return f.Instructions[i].Extent.End >= offset })
	for i, ins := range f.Instructions[:first] {
		for _, h := range ins.Heredocs {
			if !h.Terminated {
				return i
			}
		}
	}
	if first == len(f.Instructions) {
		first--
	}
	return first
}

// startingAt is the index of the instruction whose extent starts at offset, or
// -1.
func (f *File) startingAt(offset int) int {
	i := sort.Search(len(f.Instructions), func(i int) bool { return f.Instructions[i].Extent.Start >= offset })
	if i < len(f.Instructions) && f.Instructions[i].Extent.Start == offset {
		return i
	}
	return -1
}

// headerDiagnostics are those of the directives, which an edit below them
// leaves alone.
func (f *File) headerDiagnostics() []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, d := range f.Diagnostics {
		switch d.Code {
		case "duplicate-directive", "invalid-escape", "invalid-check":
			out = append(out, d)
		}
	}
	return out
}

// copyTo copies ins into dst, moved by delta bytes. What never changes is
// shared.
func (ins *Instruction) copyTo(dst *Instruction, delta int) *Instruction {
	*dst = *ins
	if ins.Trigger != nil {
		dst.Trigger = ins.Trigger.copyTo(&Instruction{}, delta)
	}
	if delta != 0 {
		dst.shift(delta)
	}
	return dst
}

func (ins *Instruction) shift(delta int) {
	move := func(s *text.Span) { *s = s.Shift(delta) }
	for _, s := range []*text.Span{&ins.Keyword.Span, &ins.Span, &ins.Head, &ins.Args.Span} {
		move(s)
	}
	if ins.Extent.Len() > 0 { // a trigger has none
		move(&ins.Extent)
	}
	ins.Words = shifted(ins.Words, func(w *Word) { move(&w.Span) })
	ins.Flags = shifted(ins.Flags, func(fl *Flag) {
		move(&fl.Span)
		move(&fl.Key)
		if fl.HasValue {
			move(&fl.Val)
		}
		fl.Fields = shifted(fl.Fields, func(x *Field) {
			move(&x.Span)
			move(&x.KeySpan)
			if x.HasValue {
				move(&x.ValSpan)
			}
		})
	})
	ins.Pairs = shifted(ins.Pairs, func(p *Pair) {
		move(&p.Span)
		move(&p.KeySpan)
		if p.HasValue || p.Legacy {
			move(&p.ValSpan)
		}
	})
	ins.Heredocs = shifted(ins.Heredocs, func(h *Heredoc) {
		move(&h.Operator)
		move(&h.NameSpan)
		move(&h.Body)
		move(&h.End)
	})
	ins.Uses = shifted(ins.Uses, func(u *Use) { move(&u.Span); move(&u.NameSpan) })
	ins.Leading, ins.Inner = shiftComments(ins.Leading, delta), shiftComments(ins.Inner, delta)
	ins.Blank, ins.Marks = shifted(ins.Blank, move), shifted(ins.Marks, move)
	ins.line.pieces = shifted(ins.line.pieces, func(p *piece) { p.src += delta })
	ins.shiftIssue(move)
}

func (ins *Instruction) shiftIssue(move func(*text.Span)) {
	if ins.issue == nil {
		return
	}
	d := *ins.issue
	move(&d.Span)
	d.Fixes = shifted(d.Fixes, func(fix *diag.Fix) {
		fix.Edits = shifted(fix.Edits, func(e *diag.FileEdit) { move(&e.Edit.Span) })
	})
	ins.issue = &d
}

func shiftComments(comments []Comment, delta int) []Comment {
	return shifted(comments, func(c *Comment) { c.Span = c.Span.Shift(delta) })
}

// shifted copies a slice and moves each element of the copy.
func shifted[T any](list []T, move func(*T)) []T {
	if list == nil {
		return nil
	}
	out := append(make([]T, 0, len(list)), list...)
	for i := range out {
		move(&out[i])
	}
	return out
}

// HasErrors tells whether BuildKit would reject the file for what the parse
// alone can see.
func (f *File) HasErrors() bool {
	for _, d := range f.Diagnostics {
		if d.Severity == diag.Error {
			return true
		}
	}
	return false
}

// At returns the top-level instruction whose lines hold offset, heredocs
// included and comments above it excluded, or nil.
func (f *File) At(offset int) *Instruction {
	i := sort.Search(len(f.Instructions), func(i int) bool { return f.Instructions[i].Span.End >= offset })
	if i < len(f.Instructions) && f.Instructions[i].Span.Start <= offset {
		return f.Instructions[i]
	}
	return nil
}

// Before returns the last top-level instruction that starts before offset, or
// nil.
func (f *File) Before(offset int) *Instruction {
	i := sort.Search(len(f.Instructions), func(i int) bool { return f.Instructions[i].Keyword.Span.Start >= offset })
	if i == 0 {
		return nil
	}
	return f.Instructions[i-1]
}

// newline is the line break the file uses.
func (f *File) newline() string {
	if i := strings.IndexByte(f.Source, '\n'); i > 0 && f.Source[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
