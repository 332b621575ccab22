package dockerfile

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// maxValue bounds the values that are worked out: doubling in every line
// ("ENV b=$a$a") must not exhaust memory.
const maxValue = 4096

// wholeStage is an index behind every instruction of a stage.
const wholeStage = 1 << 30

// Lookup finds the declaration that a use of a variable in ins means: the last
// one above it in its stage, else the last one in the stage that FROM names,
// and so on. A FROM sees the global ARGs alone. It is nil when the file
// declares none; the base image may.
func (f *File) Lookup(ins *Instruction, name string) *Decl {
	if ins.Cmd == "FROM" || ins.Stage == nil {
		return f.global(name)
	}
	for s, before := ins.Stage, ins.index; s != nil; s, before = s.Parent, wholeStage {
		if d := s.last(name, before); d != nil {
			return d
		}
	}
	return nil
}

// last returns the last declaration of a name above the instruction of the
// given index.
func (s *Stage) last(name string, before int) *Decl {
	decls := s.decls[name]
	for i := len(decls) - 1; i >= 0; i-- {
		if decls[i].Owner.index < before {
			return decls[i]
		}
	}
	return nil
}

// global returns the last global ARG of a name.
func (f *File) global(name string) *Decl {
	decls := f.preamble.decls[name]
	for i := len(decls) - 1; i >= 0; i-- {
		if decls[i].Arg {
			return decls[i]
		}
	}
	return nil
}

// Origin is the global ARG that a stage's "ARG name" without a value repeats;
// else d itself.
func (f *File) Origin(d *Decl) *Decl {
	if d.Arg && !d.HasValue && d.Owner.Stage != f.preamble {
		if g := f.global(d.Key); g != nil {
			return g
		}
	}
	return d
}

// Visible lists the declarations that hold at ins, the nearest of each name,
// in no particular order.
func (f *File) Visible(ins *Instruction) []*Decl {
	var out []*Decl
	seen := map[string]bool{}
	add := func(s *Stage, before int, argsOnly bool) {
		for name := range s.decls {
			d := s.last(name, before)
			if d == nil || seen[name] || argsOnly && !d.Arg {
				continue
			}
			seen[name] = true
			out = append(out, d)
		}
	}
	if ins.Cmd == "FROM" || ins.Stage == nil {
		add(f.preamble, len(f.preamble.Instructions), true)
		return out
	}
	for s, before := ins.Stage, ins.index; s != nil; s, before = s.Parent, wholeStage {
		add(s, before, false)
	}
	return out
}

// Globals lists the last global ARG of each name, in no particular order.
func (f *File) Globals() []*Decl {
	out := make([]*Decl, 0, len(f.preamble.decls))
	for name := range f.preamble.decls {
		if d := f.global(name); d != nil {
			out = append(out, d)
		}
	}
	return out
}

// Value works out the value of a declaration when the build sets no argument.
// ok is false for an ARG without a default. What only the builder knows, such
// as $TARGETARCH, stays as it is written.
func (f *File) Value(d *Decl) (value string, ok bool) {
	return newEvaluator(f).value(d)
}

// Expand works out a word as it stands in ins.
func (f *File) Expand(ins *Instruction, word string) string {
	if strings.IndexByte(word, '$') < 0 {
		return word
	}
	return f.expand(word, at{e: newEvaluator(f), ins: ins})
}

func (f *File) expand(word string, env shell.EnvGetter) string {
	escape := f.Escape
	if escape == 0 {
		escape = '\\'
	}
	out, _, err := shell.NewLex(rune(escape)).ProcessWord(validUTF8(word), env)
	if err != nil {
		return word
	}
	return out[:min(len(out), maxValue)]
}

// An evaluator works out values, each declaration once.
type evaluator struct {
	f    *File
	memo map[*Decl]result
}

type result struct {
	value string
	ok    bool
}

func newEvaluator(f *File) *evaluator { return &evaluator{f: f, memo: map[*Decl]result{}} }

func (e *evaluator) value(d *Decl) (string, bool) {
	if r, ok := e.memo[d]; ok {
		return r.value, r.ok
	}
	r := e.evaluate(d)
	e.memo[d] = r
	return r.value, r.ok
}

func (e *evaluator) evaluate(d *Decl) result {
	switch origin := e.f.Origin(d); {
	case origin != d:
		v, ok := e.value(origin)
		return result{v, ok}
	case d.HasValue && d.Owner.Stage == e.f.preamble && d.Arg:
		return result{e.f.expand(d.Value, globals{f: e.f, e: e, before: d.Owner.index}), true}
	case d.HasValue:
		return result{e.f.expand(d.Value, at{e: e, ins: d.Owner}), true}
	}
	return result{}
}

// at is the environment of an instruction in a stage.
type at struct {
	e   *evaluator
	ins *Instruction
}

// Get implements shell.EnvGetter.
func (a at) Get(name string) (string, bool) {
	d := a.e.f.Lookup(a.ins, name)
	if d == nil {
		return "", false
	}
	if v, ok := a.e.value(d); ok {
		return v, true
	}
	if d.Arg && predefinedVariable(name) != nil {
		return "$" + name, true
	}
	return "", false
}

// Keys implements shell.EnvGetter.
func (a at) Keys() []string { return nil }

// globals is the environment of FROM lines and global ARGs.
type globals struct {
	f      *File
	e      *evaluator
	before int
}

// Get implements shell.EnvGetter.
func (g globals) Get(name string) (string, bool) {
	d := g.f.preamble.last(name, g.before)
	if d == nil || !d.Arg {
		if p := predefinedVariable(name); p != nil && !p.Proxy {
			return "$" + name, true
		}
		return "", false
	}
	if g.e == nil {
		g.e = newEvaluator(g.f)
	}
	return g.e.value(d)
}

// Keys implements shell.EnvGetter.
func (g globals) Keys() []string { return nil }
