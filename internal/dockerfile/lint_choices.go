package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// The fixes of this file are proposals: a person has to agree, so they are
// never safe.

// renameStage offers a free name for a stage, with all that refers to it.
func renameStage(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	name := ins.Stage.Name
	if name.Text == "" {
		return nil
	}
	fresh := p.freeStageName(strings.ToLower(name.Text))
	fix := diag.Fix{Title: "Rename the stage to '" + fresh + "'", Edits: edit(name.Span, fresh)}
	for _, ref := range p.stageRefs() {
		if ref.Stage == ins.Stage && !ref.ByNumber() {
			fix.Edits = append(fix.Edits, edit(ref.Span, fresh)...)
		}
	}
	return on(base, name.Span, fix)
}

// freeStageName adds the first number to a name that no stage has.
func (p *lintPass) freeStageName(name string) string {
	taken := p.f.stageNumbers()
	for n := 2; ; n++ {
		fresh := name + "-" + strconv.Itoa(n)
		if _, ok := taken[fresh]; !ok {
			return fresh
		}
	}
}

func secretNames(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	name := quotedIn(base.Message, `"`)
	for _, pair := range ins.Pairs {
		if pair.Key == name {
			return on(base, pair.KeySpan, p.secretMount(ins, pair)...)
		}
	}
	return nil
}

// secretMount offers to pass a variable as a secret to the RUNs of the stage
// that use it, when nothing else does.
func (p *lintPass) secretMount(ins *Instruction, pair Pair) []diag.Fix {
	if ins.Stage.Index < 0 {
		return nil
	}
	fix := diag.Fix{
		Title: "Pass " + pair.Key + " as a secret to the RUNs that use it",
		Edits: edit(p.withoutPair(ins, pair), ""),
	}
	runs := 0
	for _, other := range p.f.Instructions {
		if other.Stage.Index < 0 || !slices.ContainsFunc(other.Uses, func(u Use) bool { return u.Name == pair.Key }) {
			continue
		}
		d := p.f.Lookup(other, pair.Key)
		switch {
		case d == nil || d.Owner != ins:
		case other.Cmd == "RUN":
			mount := " --mount=type=secret,id=" + pair.Key + ",env=" + pair.Key
			fix.Edits = append(fix.Edits, edit(text.At(other.Keyword.Span.End), mount)...)
			runs++
		default:
			return nil
		}
	}
	if runs == 0 {
		return nil
	}
	return []diag.Fix{fix}
}

// withoutPair is what goes when a variable is no longer declared: the
// instruction, or its own words where there are others.
func (p *lintPass) withoutPair(ins *Instruction, pair Pair) text.Span {
	if len(ins.Pairs) == 1 {
		return p.linesOf(ins)
	}
	if last := ins.Pairs[len(ins.Pairs)-1]; last.Span == pair.Span {
		before := ins.Pairs[len(ins.Pairs)-2]
		return text.Span{Start: before.Span.End, End: pair.Span.End}
	}
	return withSpace(ins, pair.Span)
}
