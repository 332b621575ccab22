package dockerfile

import (
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// SymbolKind tells what a Symbol names.
type SymbolKind int

// The kinds of symbol.
const (
	SymbolVariable SymbolKind = iota + 1
	SymbolStage
	SymbolHeredoc
)

// A Symbol is a name with all its occurrences in the file.
type Symbol struct {
	Kind  SymbolKind
	Name  string
	At    text.Span   // the occurrence that was asked for
	Decls []text.Span // in order
	Refs  []text.Span // in order; uses by number are not among them
	Free  bool        // declared nowhere: a name that several places use
	Owner *Instruction
	Decl  *Decl  // of a variable: the declaration meant at At
	Stage *Stage // of a stage
}

// SymbolAt returns the symbol whose name stands at offset, or nil.
func (f *File) SymbolAt(offset int) *Symbol {
	if s := f.stageAt(offset); s != nil {
		return s
	}
	ins := f.At(offset)
	if ins == nil {
		return nil
	}
	if s := heredocAt(ins, offset); s != nil {
		return s
	}
	return f.variableAt(ins, offset)
}

// stageAt finds the name of a stage, in its FROM or where it is used.
func (f *File) stageAt(offset int) *Symbol {
	for _, s := range f.Stages {
		if s.Name.Text != "" && s.Name.Span.Contains(offset) {
			return f.StageSymbol(s, s.Name.Span)
		}
	}
	ins := f.At(offset)
	if ins == nil {
		return nil
	}
	for _, ref := range f.refsOf(ins) {
		switch {
		case !ref.Span.Contains(offset):
		case ref.Stage != nil:
			return f.StageSymbol(ref.Stage, ref.Span)
		case ref.Name != "" && ins.Cmd != "FROM":
			return f.freeStage(ref.Name, ref.Span)
		}
	}
	return nil
}

// StageSymbol returns the occurrences of a stage's name. Stages that share a
// name, which BuildKit warns about, share the symbol.
func (f *File) StageSymbol(s *Stage, at text.Span) *Symbol {
	name := s.Name.Text
	sym := &Symbol{Kind: SymbolStage, Name: name, At: at, Owner: s.From, Stage: s}
	for _, other := range f.Stages {
		if name != "" && strings.EqualFold(other.Name.Text, name) {
			sym.Decls = append(sym.Decls, other.Name.Span)
		}
	}
	for _, ref := range f.StageRefs() {
		if ref.Stage != nil && name != "" && strings.EqualFold(ref.Stage.Name.Text, name) && strings.EqualFold(ref.Name, name) {
			sym.Refs = append(sym.Refs, ref.Span)
		}
	}
	return sym
}

// freeStage returns the uses of a name that COPY or a mount takes for a stage
// and the file does not declare: an image, a named context, or a mistake.
func (f *File) freeStage(name string, at text.Span) *Symbol {
	sym := &Symbol{Kind: SymbolStage, Name: name, At: at, Free: true}
	for _, ref := range f.StageRefs() {
		if ref.Stage == nil && ref.Name == name && ref.Owner.Cmd != "FROM" {
			sym.Refs = append(sym.Refs, ref.Span)
		}
	}
	return sym
}

// freeVariable returns the uses of a variable that FROM lines expect and no
// global ARG declares.
func (f *File) freeVariable(name string, at text.Span) *Symbol {
	sym := &Symbol{Kind: SymbolVariable, Name: name, At: at, Free: true}
	for _, s := range f.Stages {
		for _, u := range s.From.Uses {
			if u.Name == name {
				sym.Refs = append(sym.Refs, u.NameSpan)
			}
		}
	}
	return sym
}

// Users lists the instructions that use a stage, by name or number.
func (f *File) Users(s *Stage) []StageRef {
	var out []StageRef
	for _, ref := range f.StageRefs() {
		if ref.Stage == s {
			out = append(out, ref)
		}
	}
	return out
}

// heredocAt finds the name of a heredoc at its operator or its end.
func heredocAt(ins *Instruction, offset int) *Symbol {
	for i := range ins.Heredocs {
		h := &ins.Heredocs[i]
		at := h.NameSpan
		switch {
		case h.NameSpan.Contains(offset):
		case h.Terminated && h.End.Contains(offset):
			at = h.End
		default:
			continue
		}
		sym := &Symbol{Kind: SymbolHeredoc, Name: h.Name, At: at, Decls: []text.Span{h.NameSpan}, Owner: ins}
		if h.Terminated {
			sym.Refs = []text.Span{h.End}
		}
		return sym
	}
	return nil
}

// variableAt finds a variable at its declaration or a use.
func (f *File) variableAt(ins *Instruction, offset int) *Symbol {
	for _, p := range ins.Pairs {
		if ins.Cmd != "LABEL" && p.Key != "" && p.KeySpan.Contains(offset) {
			if d := ins.decl(p); d != nil {
				return f.variableSymbol(d, p.KeySpan)
			}
		}
	}
	if u := ins.UseAt(offset); u != nil {
		if d := f.Lookup(ins, u.Name); d != nil {
			return f.variableSymbol(d, u.NameSpan)
		}
		if ins.Cmd == "FROM" && predefinedVariable(u.Name) == nil {
			return f.freeVariable(u.Name, u.NameSpan)
		}
	}
	return nil
}

// decl is the declaration that a pair of this ARG or ENV makes.
func (ins *Instruction) decl(p Pair) *Decl {
	for _, d := range ins.Stage.decls[p.Key] {
		if d.Owner == ins && d.KeySpan == p.KeySpan {
			return d
		}
	}
	return nil
}

// UseAt returns the innermost use of a variable at offset, or nil.
func (ins *Instruction) UseAt(offset int) *Use {
	var found *Use
	for i := range ins.Uses {
		u := &ins.Uses[i]
		if u.Span.Contains(offset) && (found == nil || found.Span.Encloses(u.Span)) {
			found = u
		}
	}
	return found
}

// root is the first declaration of the variable that d belongs to: those of one
// name in one stage belong together, and with them the global ARG that an
// ARG without a value repeats.
func (f *File) root(d *Decl) *Decl {
	first := d.Owner.Stage.decls[d.Key][0]
	if o := f.Origin(first); o != first {
		return f.preamble.decls[d.Key][0]
	}
	return first
}

// variableSymbol returns the occurrences of the variable that d declares.
func (f *File) variableSymbol(d *Decl, at text.Span) *Symbol {
	root := f.root(d)
	sym := &Symbol{Kind: SymbolVariable, Name: d.Key, At: at, Owner: d.Owner, Decl: d}
	for _, ins := range f.Instructions {
		for _, p := range ins.Pairs {
			if p.Key != d.Key {
				continue
			}
			if other := ins.decl(p); other != nil && f.root(other) == root {
				sym.Decls = append(sym.Decls, p.KeySpan)
			}
		}
		for _, u := range ins.Uses {
			if u.Name != d.Key {
				continue
			}
			if other := f.Lookup(ins, u.Name); other != nil && f.root(other) == root {
				sym.Refs = append(sym.Refs, u.NameSpan)
			}
		}
	}
	return sym
}

// ByNumber tells whether a reference names its stage by its number.
func (r StageRef) ByNumber() bool {
	_, err := strconv.Atoi(r.Name)
	return err == nil && r.Stage != nil && !strings.EqualFold(r.Name, r.Stage.Name.Text)
}

// A Place is what a position in the file belongs to.
type Place struct {
	Ins     *Instruction // top level; nil between instructions
	Comment bool         // in a comment or directive line
	Heredoc *Heredoc     // in its body
}

// PlaceAt tells what offset belongs to. Other than At it takes the white space
// behind an instruction as part of it, and the lines behind a continuation.
func (f *File) PlaceAt(offset int) Place {
	ins := f.Before(offset + 1)
	if ins != nil {
		for i := range ins.Heredocs {
			if b := ins.Heredocs[i].Body; b.Start <= offset && offset < max(b.End, b.Start+1) {
				return Place{Ins: ins, Heredoc: &ins.Heredocs[i]}
			}
		}
	}
	if f.inComment(offset) {
		return Place{Comment: true}
	}
	if ins == nil || !f.reaches(ins, offset) {
		return Place{}
	}
	return Place{Ins: ins}
}

// inComment tells whether the line of offset is a comment and the offset
// behind its '#'.
func (f *File) inComment(offset int) bool {
	start := strings.LastIndexByte(f.Source[:offset], '\n') + 1
	return strings.HasPrefix(strings.TrimSpace(f.Source[start:offset]), "#")
}

// reaches tells whether ins goes on up to offset.
func (f *File) reaches(ins *Instruction, offset int) bool {
	if offset <= ins.Head.End {
		return true
	}
	behind := f.Source[ins.Head.End:offset]
	if !strings.Contains(behind, "\n") {
		return strings.TrimSpace(behind) == ""
	}
	n := len(ins.Marks)
	return n > 0 && ins.Marks[n-1].End >= ins.Args.Span.End && strings.TrimSpace(f.Source[ins.Marks[n-1].End:offset]) == ""
}
