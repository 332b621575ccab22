package dockerfile

import (
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/lsp/feature"
)

// flagsParameter stands for all flags in a signature.
const flagsParameter = "[flags]"

// SignatureHelp shows the forms of the instruction at offset and which part of
// it is being written. It is nil in comments, heredocs and keywords.
func SignatureHelp(f *df.File, offset int) *feature.SignatureHelp {
	offset = clamp(f, offset)
	if h := directiveSignature(f, offset); h != nil {
		return h
	}
	place := f.PlaceAt(offset)
	if place.Ins == nil || place.Comment || place.Heredoc != nil {
		return nil
	}
	ins := place.Ins
	if offset <= ins.Keyword.Span.End {
		return nil
	}
	if ins.Cmd == "ONBUILD" {
		if ins.Trigger == nil || offset <= ins.Trigger.Keyword.Span.End || ins.Trigger.Cmd == "" {
			return help(df.Spec("ONBUILD"), choice{parameter: "INSTRUCTION"})
		}
		ins = ins.Trigger
	}
	spec := df.Spec(ins.Cmd)
	if spec == nil {
		return nil
	}
	return help(spec, choose(ins, ins.Joined(offset), spaceBehind(f, ins, offset)))
}

// spaceBehind is a space when the cursor stands behind the end of the line on
// white space that the joined line does not hold, such as an indented empty
// line below a continuation.
func spaceBehind(f *df.File, ins *df.Instruction, offset int) string {
	if ins.Joined(offset) == len(ins.Line()) && strings.ContainsRune(" \t", rune(f.Source[offset-1])) {
		return " "
	}
	return ""
}

func directiveSignature(f *df.File, offset int) *feature.SignatureHelp {
	start := lineStart(f.Source, offset)
	line := strings.TrimLeft(f.Source[start:offset], " \t\ufeff")
	body, ok := strings.CutPrefix(line, "#")
	key, _, found := strings.Cut(body, "=")
	c := completer{f: f, offset: offset}
	if !ok || !found || !c.directiveAllowed(start) {
		return nil
	}
	for _, d := range directiveDocs {
		if d.name == strings.ToLower(strings.TrimSpace(key)) {
			label := d.name + "=value"
			return &feature.SignatureHelp{Signatures: []feature.Signature{{
				Label: label, Documentation: d.doc, Parameters: []feature.ParameterLabel{{Start: len(d.name) + 1, End: len(label)}},
			}}}
		}
	}
	return nil
}

// A choice is the form of an instruction that is being written, told by words
// its label must hold, and the parameter the cursor is on.
type choice struct {
	with      []string // parameters the form has
	without   []string // parameters it has not
	parameter string
}

// help lists the forms and selects what was chosen.
func help(spec *df.InstructionSpec, c choice) *feature.SignatureHelp {
	h := &feature.SignatureHelp{Parameter: -1}
	chosen := false
	for i, form := range spec.Forms {
		sig := signature(spec, form)
		h.Signatures = append(h.Signatures, sig)
		if !chosen && c.fits(form) {
			h.Active, chosen = i, true
			h.Parameter = parameterIndex(sig, c.parameter)
		}
	}
	return h
}

func (c choice) fits(form df.Form) bool {
	has := func(p string) bool {
		for _, x := range form.Params {
			if strings.Trim(x, `"`) == p {
				return true
			}
		}
		return false
	}
	for _, p := range c.with {
		if !has(p) {
			return false
		}
	}
	for _, p := range c.without {
		if has(p) {
			return false
		}
	}
	return true
}

func parameterIndex(sig feature.Signature, name string) int {
	for i, p := range sig.Parameters {
		if strings.Trim(sig.Label[p.Start:p.End], `"`) == name {
			return i
		}
	}
	return -1
}

// signature turns a form into a label with the places of its parameters.
func signature(spec *df.InstructionSpec, form df.Form) feature.Signature {
	label, params, docs := form.Label, form.Params, form.Docs
	if len(spec.Flags) > 0 && !strings.Contains(label, flagsParameter) {
		label = spec.Name + " " + flagsParameter + strings.TrimPrefix(label, spec.Name)
		params = append([]string{flagsParameter}, params...)
		docs = append([]string{flagList(spec)}, docs...)
	}
	sig := feature.Signature{Label: label, Documentation: spec.Doc}
	at := len(spec.Name)
	if strings.HasPrefix(label, params[0]) {
		at = 0
	}
	for i, p := range params {
		start := strings.Index(label[at:], p)
		if start < 0 {
			continue
		}
		start += at
		at = start + len(p)
		sig.Parameters = append(sig.Parameters, feature.ParameterLabel{Start: start, End: at, Documentation: docs[i]})
	}
	return sig
}

func flagList(spec *df.InstructionSpec) string {
	var b strings.Builder
	for _, fl := range spec.Flags {
		b.WriteString("- `" + flagDetail(fl) + "`\n")
	}
	return b.String()
}

// choose finds the form of ins and the part of it at the joined offset at.
func choose(ins *df.Instruction, at int, space string) choice {
	args := ins.Joined(ins.Args.Span.Start)
	between := at < args && ins.Cmd != "FROM" && !strings.HasPrefix(ins.Args.Text, "[") && len(df.Spec(ins.Cmd).Flags) > 0
	if between && (ins.Args.Text != "" || len(ins.Flags) > 0) || onFlag(ins, at) {
		return formOf(ins, flagsParameter)
	}
	before := strings.TrimLeft(ins.Line()[min(args, at):at]+space, " \t")
	if json, closed := strings.HasPrefix(ins.Args.Text, "["), strings.Contains(before, "]"); json && takesJSON(ins.Cmd) &&
		!(closed && strings.TrimRight(before, " \t") != before) {
		return chooseJSON(ins, before, closed)
	}
	if pick, ok := choosers[ins.Cmd]; ok {
		return pick(ins, before)
	}
	first, second := positional(ins.Cmd)
	c := choice{without: []string{"["}, parameter: "..."}
	switch countWords(before) {
	case 0, 1:
		c.parameter = first
	case 2:
		c.parameter = second
	}
	if ins.Cmd == "COPY" || ins.Cmd == "ADD" {
		c.parameter = copyParameter(before, ins.Line()[at:])
	}
	return c
}

func onFlag(ins *df.Instruction, at int) bool {
	for _, fl := range ins.Flags {
		if from := ins.Joined(fl.Span.Start); from <= at && at <= from+fl.Span.Len() {
			return true
		}
	}
	return false
}

// formOf is the form that the instruction has so far.
func formOf(ins *df.Instruction, parameter string) choice {
	if strings.HasPrefix(ins.Args.Text, "[") && takesJSON(ins.Cmd) {
		return choice{with: []string{"["}, parameter: parameter}
	}
	return choice{without: []string{"["}, parameter: parameter}
}

func takesJSON(cmd string) bool {
	switch cmd {
	case "ADD", "COPY", "CMD", "ENTRYPOINT", "RUN", "SHELL", "VOLUME":
		return true
	}
	return false
}

// positional names the first and the second parameter of the plain form.
func positional(cmd string) (first, second string) {
	switch cmd {
	case "CMD", "ENTRYPOINT", "SHELL":
		return "executable", "parameter"
	case "RUN":
		return "command", "parameter"
	case "VOLUME":
		return "vol", "..."
	case "EXPOSE":
		return "port", "..."
	case "STOPSIGNAL":
		return "signal", "signal"
	case "MAINTAINER":
		return "name", "name"
	case "WORKDIR":
		return "path", "path"
	}
	return "source", "dest"
}

// countWords counts the words of s; one that is about to start counts.
func countWords(s string) int {
	n := len(strings.Fields(s))
	if n > 0 && strings.TrimRight(s, " \t") != s {
		n++
	}
	return n
}

// copyParameter tells source from dest: dest is the last word.
func copyParameter(before, after string) string {
	_, rest, _ := strings.Cut(after, " ")
	switch {
	case countWords(before) <= 1:
		return "source"
	case strings.TrimSpace(rest) == "":
		return "dest"
	}
	return "..."
}

// chooseJSON counts the elements before the cursor.
func chooseJSON(ins *df.Instruction, before string, closed bool) choice {
	c := choice{with: []string{"["}}
	first, second := positional(ins.Cmd)
	elements, opened := 0, len(before) > 0
	inString := false
	for i := 1; i < len(before); i++ {
		switch {
		case before[i] == '\\':
			i++
		case before[i] == '"':
			inString = !inString
		case before[i] == ',' && !inString:
			elements++
		}
	}
	last := ins.Cmd == "COPY" || ins.Cmd == "ADD"
	_, behind, _ := strings.Cut(ins.Args.Text[min(len(before), len(ins.Args.Text)):], ",")
	more := strings.Trim(behind, " \t]") != ""
	switch {
	case !opened:
		c.parameter = first
	case closed:
		c.parameter = "]"
	case elements == 0:
		c.parameter = first
	case last && more, elements > 1 && !last:
		c.parameter = "..."
	default:
		c.parameter = second
	}
	return c
}

// choosers know the instructions with a form of their own.
var choosers = map[string]func(ins *df.Instruction, before string) choice{
	"FROM": chooseFrom, "ENV": choosePair, "LABEL": choosePair, "ARG": chooseArg,
	"HEALTHCHECK": chooseHealth, "USER": chooseUser,
}

func chooseFrom(ins *df.Instruction, before string) choice {
	words := strings.Fields(ins.Args.Text)
	var c choice
	image := ""
	if len(words) > 0 {
		image = words[0]
	}
	separator := len(image)
	colon := strings.LastIndexByte(image, ':')
	switch {
	case strings.Contains(image, "@"):
		separator = strings.IndexByte(image, '@')
		c.with, c.parameter = []string{"digest"}, "digest"
	case colon > strings.LastIndexByte(image, '/'):
		separator = colon
		c.with, c.parameter = []string{"tag"}, "tag"
	default:
		c.without = []string{"tag", "digest"}
	}
	n := countWords(before)
	if len(words) > 1 || n > 1 {
		c.with = append(c.with, "AS")
	} else {
		c.without = append(c.without, "AS")
	}
	switch {
	case n <= 1 && len(before) <= separator:
		c.parameter = "baseImage"
	case n == 2:
		c.parameter = "AS"
	case n > 2:
		c.parameter = "stage"
	}
	return c
}

func choosePair(ins *df.Instruction, before string) choice {
	legacy := len(ins.Pairs) == 1 && ins.Pairs[0].Legacy
	word, rest, spaced := strings.Cut(strings.ReplaceAll(before, "\t", " "), " ")
	c := choice{with: []string{"key", "value"}}
	if legacy {
		c.without = []string{"..."}
	}
	switch {
	case legacy && spaced:
		c.parameter = "value"
	case spaced && inPair(ins, before):
		c.parameter = "value"
	case spaced && strings.Contains(word, "=") && rest == strings.TrimLeft(rest, " "):
		c.parameter = "..."
	case strings.Contains(word, "="):
		c.parameter = "value"
	default:
		c.parameter = "key"
	}
	return c
}

// inPair tells whether the cursor is still in the first pair, its quotes
// considered.
func inPair(ins *df.Instruction, before string) bool {
	return len(ins.Pairs) > 0 && len(before) <= len(ins.Pairs[0].Key)+1+len(ins.Pairs[0].Value)
}

func chooseArg(ins *df.Instruction, before string) choice {
	switch {
	case strings.Contains(before, "="):
		return choice{with: []string{"default"}, parameter: "default"}
	case strings.Contains(ins.Args.Text, "="):
		return choice{with: []string{"default"}, parameter: "name"}
	}
	return choice{without: []string{"default"}, parameter: "name"}
}

func chooseHealth(ins *df.Instruction, before string) choice {
	first := ""
	if words := strings.Fields(ins.Args.Text); len(words) > 0 {
		first = strings.ToUpper(words[0])
	}
	switch n := countWords(before); {
	case first == "" && n == 0:
		return choice{with: []string{"CMD"}, parameter: flagsParameter}
	case n <= 1 && strings.HasPrefix(first, "N"):
		return choice{with: []string{"NONE"}, parameter: "NONE"}
	case n <= 1:
		return choice{with: []string{"CMD"}, parameter: "CMD"}
	}
	return choice{with: []string{"CMD"}, parameter: "command"}
}

func chooseUser(ins *df.Instruction, before string) choice {
	user, group := "user", "group"
	if s := ins.Args.Text; s != "" && strings.Trim(s[:1], "0123456789") == "" {
		user, group = "uid", "gid"
	}
	switch {
	case strings.Contains(before, ":"):
		return choice{with: []string{user, group}, parameter: group}
	case strings.Contains(ins.Args.Text, ":"):
		return choice{with: []string{user, group}, parameter: user}
	}
	return choice{with: []string{user}, without: []string{group}, parameter: user}
}
