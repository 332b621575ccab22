package dockerfile

import (
	"fmt"
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Hover explains what stands at offset: an instruction, a flag, a mount, a
// variable with its value and where that comes from, a stage and who uses it,
// a rule in "# check=". It is nil when there is nothing to say.
func Hover(f *df.File, offset int, ctx Context) *feature.Hover {
	offset = clamp(f, offset)
	if h := hoverDirective(f, offset); h != nil {
		return h
	}
	if f.PlaceAt(offset).Comment {
		return hoverIgnored(f, offset)
	}
	ins := f.At(offset)
	if ins == nil {
		return nil
	}
	shown := ins
	if ins.Trigger != nil && ins.Trigger.Span.Contains(offset) {
		shown = ins.Trigger
	}
	for _, part := range []func(*df.File, *df.Instruction, *df.Instruction, int, Context) *feature.Hover{
		hoverKeyword, hoverVariable, hoverStage, hoverFlag, hoverHeredoc,
	} {
		if h := part(f, ins, shown, offset, ctx); h != nil {
			return h
		}
	}
	return nil
}

func hoverDirective(f *df.File, offset int) *feature.Hover {
	for _, d := range f.Directives {
		if !d.Span.Contains(offset) || offset < d.Key.Start {
			continue
		}
		if d.Name == df.DirectiveCheck && d.Val.Contains(offset) {
			if h := hoverRule(f, d, offset); h != nil {
				return h
			}
		}
		for _, doc := range directiveDocs {
			if doc.name == d.Name {
				return &feature.Hover{Span: d.Span, Markdown: "`# " + d.Name + "=`\n\n" + doc.doc}
			}
		}
	}
	return hoverSkipComment(f, offset)
}

// hoverRule explains the rule under the cursor in "# check=".
func hoverRule(f *df.File, d df.Directive, offset int) *feature.Hover {
	return ruleAt(f.Source, d.Val, offset)
}

// hoverSkipComment explains a rule in a "# check=skip=Rule" comment above an
// instruction.
func hoverSkipComment(f *df.File, offset int) *feature.Hover {
	start, end := lineStart(f.Source, offset), lineEnd(f.Source, offset)
	line := strings.TrimLeft(f.Source[start:end], "# \t")
	if !f.PlaceAt(offset).Comment || !strings.HasPrefix(strings.ToLower(line), df.DirectiveCheck) {
		return nil
	}
	return ruleAt(f.Source, text.Span{Start: end - len(line), End: end}, offset)
}

func ruleAt(src string, within text.Span, offset int) *feature.Hover {
	from, to := offset, offset
	for from > within.Start && isWord(src[from-1]) {
		from--
	}
	for to < within.End && isWord(src[to]) {
		to++
	}
	for _, r := range df.Rules() {
		if r.Name == src[from:to] {
			return &feature.Hover{Span: text.Span{Start: from, End: to}, Markdown: "**" + r.Name + "**\n\n" + ruleDoc(r)}
		}
	}
	return nil
}

func hoverKeyword(_ *df.File, ins, shown *df.Instruction, offset int, _ Context) *feature.Hover {
	for _, x := range []*df.Instruction{shown, ins} {
		if spec := df.Spec(x.Cmd); spec != nil && x.Keyword.Span.Contains(offset) {
			return &feature.Hover{Span: x.Keyword.Span, Markdown: instructionDoc(spec)}
		}
	}
	return nil
}

func hoverVariable(f *df.File, ins, shown *df.Instruction, offset int, ctx Context) *feature.Hover {
	if shown.Cmd == "ARG" || shown.Cmd == "ENV" {
		for _, p := range shown.Pairs {
			if p.KeySpan.Contains(offset) && p.Key != "" {
				return hoverPair(f, p, ctx)
			}
		}
	}
	u := ins.UseAt(offset)
	if u == nil || u.Open {
		return nil
	}
	d := f.Lookup(ins, u.Name)
	if d == nil {
		return &feature.Hover{Span: u.Span, Markdown: undeclared(ins, u.Name)}
	}
	return &feature.Hover{Span: u.Span, Markdown: variableDoc(f, d, ctx)}
}

func hoverPair(f *df.File, p df.Pair, ctx Context) *feature.Hover {
	if s := f.SymbolAt(p.KeySpan.Start); s != nil && s.Decl != nil {
		return &feature.Hover{Span: p.KeySpan, Markdown: variableDoc(f, s.Decl, ctx)}
	}
	return &feature.Hover{Span: p.KeySpan, Markdown: "Set in images built from this one: " + code(p.Key+"="+p.Value)}
}

// variableDoc tells value, kind and origin of a variable.
func variableDoc(f *df.File, d *df.Decl, ctx Context) string {
	origin := f.Origin(d)
	var b strings.Builder
	fmt.Fprintf(&b, "```dockerfile\n%s %s", declKind(d), d.Key)
	value, ok := ctx.value(f, d)
	if ok {
		fmt.Fprintf(&b, "=%s", value)
	}
	b.WriteString("\n```\n\n")
	if raw := origin.Pair.Value; ok && raw != value && raw != "" {
		fmt.Fprintf(&b, "Written as %s. ", code(flat(raw)))
	}
	switch _, given := ctx.Args[d.Key]; {
	case d.Arg && given:
		b.WriteString("Set by the build that this file belongs to.")
	case origin != d:
		b.WriteString("Repeats the global ARG of that name.")
	case d.Owner.Stage.Index < 0:
		b.WriteString("Global: for FROM lines, and for stages that repeat it with ARG.")
	default:
		fmt.Fprintf(&b, "Declared in stage %s.", code(d.Owner.Stage.Label()))
	}
	if !ok {
		b.WriteString(missingValue(d))
	}
	return b.String()
}

func missingValue(d *df.Decl) string {
	for _, p := range df.PredefinedVariables() {
		if p.Name == d.Key {
			return " " + p.Doc + " BuildKit sets it."
		}
	}
	return " It has no default: it is unset unless the build sets it."
}

func undeclared(ins *df.Instruction, name string) string {
	for _, p := range df.PredefinedVariables() {
		if p.Name != name {
			continue
		}
		if ins.Cmd == "FROM" || p.Proxy {
			return "`" + name + "`\n\n" + p.Doc + " BuildKit sets it."
		}
		return "`" + name + "`\n\n" + p.Doc + " Not visible here until `ARG " + name + "` repeats it in this stage."
	}
	if ins.Cmd == "FROM" {
		return "`" + name + "`\n\nNo global ARG of that name is declared above the first FROM."
	}
	if root := ins.Stage.Root(); root.BaseName != "" && root.BaseName != "scratch" {
		return "`" + name + "`\n\nNot declared in this file; the base image or the shell may set it."
	}
	return "`" + name + "`\n\nNot declared in this file."
}

func hoverStage(f *df.File, ins, _ *df.Instruction, offset int, _ Context) *feature.Hover {
	if s := f.SymbolAt(offset); s != nil && s.Stage != nil {
		return &feature.Hover{Span: s.At, Markdown: stageDoc(f, s.Stage)}
	}
	for _, ref := range f.StageRefs() {
		if ref.Owner != ins || !ref.Span.Contains(offset) {
			continue
		}
		if ref.Stage == nil {
			return &feature.Hover{Span: ref.Span, Markdown: imageDoc(ref.Name)}
		}
		return &feature.Hover{Span: ref.Span, Markdown: stageDoc(f, ref.Stage)}
	}
	return nil
}

func imageDoc(name string) string {
	if name == "scratch" {
		return "`scratch`\n\nAn empty image."
	}
	s := "Image " + code(name)
	if url := registryPage(name); url != "" {
		s += "\n\n[" + url + "](" + url + ")"
	}
	return s
}

// stageSummary says in a line what a stage is built from.
func stageSummary(s *df.Stage) string {
	return fmt.Sprintf("Stage %d, from %s, %d instructions.", s.Index, code(s.BaseName), len(s.Instructions)-1)
}

// stageDoc tells what a stage contains and who uses it.
func stageDoc(f *df.File, s *df.Stage) string {
	var b strings.Builder
	fmt.Fprintf(&b, "```dockerfile\n%s\n```\n\n%s", flat(s.From.Line()), stageSummary(s))
	if len(s.From.Leading) > 0 {
		if rest, ok := strings.CutPrefix(s.From.Leading[len(s.From.Leading)-1].Text, s.Name.Text+" "); ok && s.Name.Text != "" {
			b.WriteString("\n\n" + rest)
		}
	}
	users := f.Users(s)
	if len(users) == 0 {
		if s.Index == len(f.Stages)-1 {
			b.WriteString("\n\nThe last stage: what a build makes by default.")
		} else {
			b.WriteString("\n\nNo other stage uses it.")
		}
		return b.String()
	}
	b.WriteString("\n\nUsed by:")
	lines := text.NewLines(f.Source)
	for _, u := range users {
		fmt.Fprintf(&b, "\n- %s in stage %s (line %d)", code(u.Owner.Cmd), code(u.Owner.Stage.Label()), lines.Line(u.Span.Start)+1)
	}
	return b.String()
}

func hoverFlag(_ *df.File, _, shown *df.Instruction, offset int, _ Context) *feature.Hover {
	spec := df.Spec(shown.Cmd)
	if spec == nil {
		return nil
	}
	for i := range shown.Flags {
		fl := &shown.Flags[i]
		if !fl.Span.Contains(offset) {
			continue
		}
		fs := spec.Flag(fl.Name)
		if fs == nil {
			return nil
		}
		if fl.Name == "mount" {
			if h := hoverMount(fl, offset); h != nil {
				return h
			}
		}
		return &feature.Hover{Span: fl.Span, Markdown: flagDoc(spec, fs)}
	}
	return nil
}

// hoverMount explains the mount type, or the option under the cursor.
func hoverMount(fl *df.Flag, offset int) *feature.Hover {
	typ := ""
	if t := fl.Field("type"); t != nil {
		typ = t.Value
	}
	m := df.Mount(typ)
	if m == nil {
		return nil
	}
	for _, field := range fl.Fields {
		if !field.Span.Contains(offset) {
			continue
		}
		if o := m.Option(field.Key); o != nil {
			return &feature.Hover{Span: field.Span, Markdown: optionDoc(m, o)}
		}
		return &feature.Hover{Span: field.Span, Markdown: mountDoc(m)}
	}
	return nil
}

func optionDoc(m *df.MountSpec, o *df.MountOption) string {
	s := fmt.Sprintf("`%s` of a %s mount\n\n%s", strings.Join(append([]string{o.Name}, o.Aliases...), "`, `"), m.Type, o.Doc)
	for _, v := range o.Values {
		if v.Doc != "" {
			s += fmt.Sprintf("\n- `%s`: %s", v.Value, v.Doc)
		}
	}
	return s
}

func hoverHeredoc(f *df.File, ins, _ *df.Instruction, offset int, _ Context) *feature.Hover {
	for _, h := range ins.Heredocs {
		if !h.Operator.Contains(offset) && !h.End.Contains(offset) {
			continue
		}
		doc := "Heredoc " + code(h.Name) + ": its text is taken as it stands."
		if h.Expand && ins.Cmd != "RUN" {
			doc = "Heredoc " + code(h.Name) + ": variables in its text are expanded."
		} else if ins.Cmd == "RUN" {
			doc = "Heredoc " + code(h.Name) + ": its text goes to the command, or is the script when there is no command."
		}
		if h.Chomp {
			doc += " Leading tabs are removed."
		}
		return &feature.Hover{Span: h.Operator, Markdown: doc}
	}
	return nil
}
