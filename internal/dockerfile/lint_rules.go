package dockerfile

import (
	"slices"
	"strings"

	"github.com/moby/buildkit/solver/pb"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

type rangePB = pb.Range

// A rule knows where in an instruction a violation of one of BuildKit's rules
// is, and how to mend it. locate returns one diagnostic for each token, made
// from base; none means the whole instruction.
type rule struct {
	name   string
	locate func(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic
}

var ruleTable = []rule{
	{"StageNameCasing", stageNameCasing},
	{"FromAsCasing", fromAsCasing},
	{"NoEmptyContinuation", noEmptyContinuation},
	{"ConsistentInstructionCasing", consistentCasing},
	{"DuplicateStageName", renameStage},
	{"ReservedStageName", renameStage},
	{"JSONArgsRecommended", jsonArgs},
	{"MaintainerDeprecated", maintainer},
	{"UndefinedArgInFrom", undefinedArg},
	{"WorkdirRelativePath", relativeWorkdir},
	{"UndefinedVar", undefinedVar},
	{"MultipleInstructionsDisallowed", multiple},
	{"LegacyKeyValueFormat", legacyPairs},
	{"InvalidBaseImagePlatform", onBase},
	{"RedundantTargetPlatform", redundantPlatform},
	{"SecretsUsedInArgOrEnv", secretNames},
	{"InvalidDefaultArgInFrom", onBase},
	{"FromPlatformFlagConstDisallowed", onPlatform},
	{"InvalidDefinitionDescription", description},
	{"ExposeProtoCasing", protoCasing},
	{"ExposeInvalidFormat", exposeFormat},
}

// on is base at another place.
func on(base diag.Diagnostic, s text.Span, fixes ...diag.Fix) []diag.Diagnostic {
	if s.Len() == 0 {
		return nil
	}
	base.Span, base.Fixes = s, fixes
	return []diag.Diagnostic{base}
}

// safe marks a fix that needs no choice.
func safe(fix diag.Fix) diag.Fix {
	fix.Safe, fix.Preferred = true, true
	return fix
}

// quotedIn returns what stands between the first quotes of a message.
func quotedIn(message string, quotes string) string {
	i := strings.IndexAny(message, quotes)
	if i < 0 {
		return ""
	}
	rest := message[i+1:]
	if j := strings.IndexByte(rest, message[i]); j >= 0 {
		return rest[:j]
	}
	return ""
}

func stageNameCasing(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	name := ins.Stage.Name
	if name.Text == "" {
		return nil
	}
	lower := strings.ToLower(name.Text)
	fix := safe(diag.Fix{Title: "Rename the stage to '" + lower + "'", Edits: edit(name.Span, lower)})
	for _, ref := range p.stageRefs() {
		if ref.Stage == ins.Stage && ref.Span.In(p.f.Source) != lower && strings.EqualFold(ref.Name, lower) {
			fix.Edits = append(fix.Edits, edit(ref.Span, lower)...)
		}
	}
	return on(base, name.Span, fix)
}

func fromAsCasing(_ *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	as := ins.Stage.As
	want := "AS"
	if ins.Keyword.Text == strings.ToLower(ins.Keyword.Text) {
		want = "as"
	}
	return on(base, as.Span, safe(diag.Fix{Title: "Change to '" + want + "'", Edits: edit(as.Span, want)}))
}

// noEmptyContinuation marks every run of blank lines; one fix removes them all.
func noEmptyContinuation(_ *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	fix := safe(diag.Fix{Title: "Remove empty lines"})
	for _, s := range ins.Blank {
		fix.Edits = append(fix.Edits, edit(s, "")...)
	}
	var runs []text.Span
	for _, s := range ins.Blank {
		if n := len(runs); n > 0 && runs[n-1].End == s.Start {
			runs[n-1].End = s.End
			continue
		}
		runs = append(runs, s)
	}
	var out []diag.Diagnostic
	for _, s := range runs {
		out = append(out, on(base, s, fix)...)
	}
	return out
}

func consistentCasing(_ *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	want := strings.ToUpper(ins.Keyword.Text)
	if strings.Contains(base.Message, "(lowercase)") {
		want = strings.ToLower(ins.Keyword.Text)
	}
	return on(base, ins.Keyword.Span, safe(diag.Fix{Title: "Change to '" + want + "'", Edits: edit(ins.Keyword.Span, want)}))
}

func onBase(_ *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	return on(base, ins.Stage.Base.Span)
}

func onPlatform(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	fl := ins.Flag("platform")
	if fl == nil {
		return nil
	}
	return on(base, fl.Span, diag.Fix{Title: "Remove --platform", Edits: edit(withSpace(ins, fl.Span), "")})
}

func redundantPlatform(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	fl := ins.Flag("platform")
	if fl == nil {
		return nil
	}
	return on(base, fl.Span, safe(diag.Fix{Title: "Remove --platform", Edits: edit(withSpace(ins, fl.Span), "")}))
}

// jsonArgs rewrites a shell command as JSON when no shell is needed to
// understand it; else it offers to name the shell.
func jsonArgs(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	if ins.Args.Text == "" {
		return nil
	}
	span := ins.Args.Span
	if words, ok := plainWords(ins.Args.Text); ok && len(ins.Inner) == 0 {
		if array, ok := jsonArray(words); ok {
			return on(base, span, safe(diag.Fix{Title: "Change to JSON", Edits: edit(span, array)}))
		}
	}
	array, ok := jsonArray([]string{"/bin/sh", "-c", ins.Args.Text})
	if !ok || len(ins.Inner) > 0 {
		return on(base, span)
	}
	return on(base, span, diag.Fix{Title: "Name the shell in JSON", Edits: edit(span, array)})
}

// plainWords splits a command that holds nothing a shell would act on.
func plainWords(s string) ([]string, bool) {
	if strings.ContainsAny(s, "|&;<>()$`\\\"'*?[]#~=%!{}\r") {
		return nil, false
	}
	words := strings.Fields(s)
	switch {
	case len(words) == 0, shellWords[words[0]]:
		return nil, false
	}
	return words, true
}

// shellWords are commands that only a shell knows.
var shellWords = map[string]bool{
	"cd": true, "exec": true, "export": true, "source": true, ".": true, "set": true, "eval": true, "ulimit": true,
	"umask": true, "trap": true, "alias": true, "if": true, "for": true, "while": true, "until": true, "case": true,
	"exit": true, "wait": true, "read": true, "unset": true, ":": true,
}

func maintainer(_ *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	base.Tags = []diag.Tag{diag.Deprecated}
	value := strings.Trim(ins.Args.Text, `"`)
	label := "LABEL"
	if ins.Keyword.Text == strings.ToLower(ins.Keyword.Text) {
		label = "label"
	}
	label += " org.opencontainers.image.authors=" + doubleQuoted(value, '\\')
	return on(base, ins.Keyword.Span, safe(diag.Fix{Title: "Change to LABEL", Edits: edit(ins.Head, label)}))
}

// doubleQuoted quotes a value of ENV or LABEL; variables in it stay variables.
func doubleQuoted(s string, escape byte) string {
	out := []byte{'"'}
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == escape {
			out = append(out, escape)
		}
		out = append(out, s[i])
	}
	return string(append(out, '"'))
}

func undefinedArg(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	name := quotedIn(base.Message, "'")
	var fixes []diag.Fix
	var out []diag.Diagnostic
	suggestion := suggested(base.Message, p.globalNames(), name)
	insert := diag.Fix{Title: "Declare ARG " + name + " above the first FROM", Edits: edit(text.At(p.firstFrom()), "ARG "+name+p.f.newline())}
	for _, u := range ins.Uses {
		if u.Name != name {
			continue
		}
		fixes = []diag.Fix{insert}
		if suggestion != "" {
			fixes = []diag.Fix{replaceFix("Change to "+suggestion, u.NameSpan, suggestion), insert}
		}
		out = append(out, on(base, u.Span, fixes...)...)
	}
	return out
}

// suggested is the near name that a message proposes, else the nearest of
// names.
func suggested(message string, names []string, name string) string {
	if _, rest, ok := strings.Cut(message, "did you mean "); ok {
		rest, _, _ = strings.Cut(rest, "?")
		return strings.TrimPrefix(rest, "$")
	}
	return text.Near(name, names)
}

func (p *lintPass) globalNames() []string {
	var names []string
	for _, d := range p.f.Globals() {
		names = append(names, d.Key)
	}
	slices.Sort(names)
	return names
}

// firstFrom is the start of the line of the first FROM, or of the comments
// that belong to it.
func (p *lintPass) firstFrom() int {
	from := p.f.Stages[0].From
	return p.lines.Start(p.lines.Line(from.leadStart()))
}

func relativeWorkdir(_ *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	path := ins.Args
	if strings.HasPrefix(path.Text, "$") || strings.HasPrefix(path.Text, `"`) || strings.HasPrefix(path.Text, "'") {
		return on(base, path.Span)
	}
	fix := replaceFix("Make it absolute: '/"+path.Text+"'", text.At(path.Span.Start), "/")
	if rest, ok := strings.CutPrefix(path.Text, "./"); ok {
		fix = replaceFix("Make it absolute: '/"+rest+"'", text.Span{Start: path.Span.Start, End: path.Span.Start + 2}, "/")
	}
	return on(base, path.Span, fix)
}

// undefinedVar marks the uses. When the base image is not known its
// environment may hold the variable: the finding is then information.
func undefinedVar(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	name := strings.TrimPrefix(quotedIn(base.Message, "'"), "$")
	if ins.Stage != nil && ins.Stage.Index >= 0 && !p.knownBase(ins.Stage) {
		base.Severity = diag.Information
		base.Message = sentence(strings.TrimSuffix(base.Message, ".") + ", unless the base image " + ins.Stage.Root().BaseName + " sets it")
	}
	suggestion := suggested(base.Message, p.visibleNames(ins), name)
	insert := diag.Fix{Title: "Declare ARG " + name, Edits: edit(text.At(p.lineStart(ins)), "ARG "+name+p.f.newline())}
	var out []diag.Diagnostic
	for _, u := range ins.Uses {
		if u.Name != name || u.Shell {
			continue
		}
		fixes := []diag.Fix{insert}
		if suggestion != "" {
			fixes = []diag.Fix{replaceFix("Change to "+suggestion, u.NameSpan, suggestion), insert}
		}
		out = append(out, on(base, u.Span, fixes...)...)
	}
	return out
}

func (p *lintPass) visibleNames(ins *Instruction) []string {
	var names []string
	for _, d := range p.f.Visible(ins) {
		names = append(names, d.Key)
	}
	slices.Sort(names)
	return names
}

// knownBase tells whether everything in the environment of a stage is known.
func (p *lintPass) knownBase(s *Stage) bool {
	root := s.Root()
	if root.BaseName == "scratch" {
		return true
	}
	if p.opt.Image == nil {
		return false
	}
	_, ok := p.opt.Image(root.BaseName, orDefault(p.opt.Platform, "linux/amd64"))
	return ok
}

// multiple marks an instruction that a later one of its stage overrides.
func multiple(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	base.Tags = []diag.Tag{diag.Unnecessary}
	for _, other := range ins.Stage.Instructions[ins.index+1:] {
		if other.Cmd == ins.Cmd {
			base.Related = []diag.Related{{Span: other.Keyword.Span, Message: "This one is used."}}
		}
	}
	remove := edit(p.linesOf(ins), "")
	return on(base, ins.Head, safe(diag.Fix{Title: "Remove this " + ins.Cmd, Edits: remove}))
}

func legacyPairs(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	if len(ins.Pairs) != 1 || !ins.Pairs[0].Legacy {
		return nil
	}
	pair := ins.Pairs[0]
	value := pair.Value
	if strings.ContainsAny(value, " \t\"'") && !isQuoted(value) {
		value = legacyValue(value, p.f.Escape)
	}
	fix := diag.Fix{Title: "Change to " + ins.Cmd + " " + pair.Key + "=...", Edits: edit(pair.Span, pair.Key+"="+value), Preferred: true}
	fix.Safe = len(ins.Inner) == 0 && len(ins.line.pieces) == 1
	return on(base, pair.Span, fix)
}

// legacyValue writes the value of "ENV key value" so that it means the same
// behind '='. Quotes in it were quotes already; white space outside of them
// was kept.
func legacyValue(s string, escape byte) string {
	var out []byte
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == escape && quote != '\'' && i+1 < len(s):
			out = append(out, c)
			i++
			c = s[i]
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		case quote == 0 && (c == ' ' || c == '\t'):
			out = append(out, escape)
		}
		out = append(out, c)
	}
	if quote == 0 && !strings.ContainsAny(s, "\"'\\`") {
		return `"` + s + `"`
	}
	return string(out)
}

// isQuoted tells whether s is one quoted string.
func isQuoted(s string) bool {
	return len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && strings.IndexByte(s[1:], s[0]) == len(s)-2
}

// description marks what the comment above an ARG or FROM fails to describe.
func description(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	if len(ins.Leading) == 0 {
		return nil
	}
	comment := ins.Leading[len(ins.Leading)-1].Span
	base.Related = []diag.Related{{Span: comment, Message: "The comment."}}
	separate := diag.Fix{Title: "Separate the comment from the instruction", Edits: edit(text.At(p.lineStart(ins)), "#"+p.f.newline())}
	span := ins.Keyword.Span
	if ins.Cmd == "FROM" {
		span = ins.Stage.Name.Span
	} else if len(ins.Pairs) == 1 {
		span = ins.Pairs[0].KeySpan
	}
	if name := definedName(ins); name != "" {
		named := replaceFix("Begin the comment with '"+name+"'", text.At(comment.Start+1), " "+name)
		return on(base, span, named, separate)
	}
	return on(base, span, separate)
}

func definedName(ins *Instruction) string {
	switch {
	case ins.Cmd == "FROM":
		return strings.ToLower(ins.Stage.Name.Text)
	case len(ins.Pairs) == 1:
		return ins.Pairs[0].Key
	}
	return ""
}

func protoCasing(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	port := quotedIn(base.Message, "'")
	for _, w := range ins.Words {
		if p.f.Expand(ins, w.Text) != port {
			continue
		}
		slash := strings.IndexByte(w.Text, '/')
		if slash < 0 || strings.ContainsRune(w.Text[slash:], '$') {
			return on(base, w.Span)
		}
		proto := ins.line.span(w.from+slash+1, w.to)
		lower := strings.ToLower(w.Text[slash+1:])
		return on(base, proto, safe(diag.Fix{Title: "Change to '" + lower + "'", Edits: edit(proto, lower)}))
	}
	return nil
}

func exposeFormat(p *lintPass, ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	port := quotedIn(base.Message, "'")
	for _, w := range ins.Words {
		if p.f.Expand(ins, w.Text) != port {
			continue
		}
		i := strings.LastIndexByte(w.Text, ':')
		if i < 0 {
			return on(base, w.Span)
		}
		return on(base, w.Span, safe(diag.Fix{Title: "Change to '" + w.Text[i+1:] + "'", Edits: edit(w.Span, w.Text[i+1:])}))
	}
	return nil
}

// leadStart is where the comments right above the instruction start, or the
// instruction itself.
func (ins *Instruction) leadStart() int {
	if len(ins.Leading) > 0 {
		return ins.Leading[0].Span.Start
	}
	return ins.Span.Start
}
