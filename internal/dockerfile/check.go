package dockerfile

import (
	"errors"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// check returns why BuildKit rejects the instruction, or nil. Most
// instructions are seen to be sound at a glance; BuildKit decides about the
// rest.
func (lx *lexer) check(ins *Instruction) *diag.Diagnostic {
	if ins.Cmd != "" && !suspect(ins) {
		return nil
	}
	err := verdict(ins, lx.escape)
	if err == nil {
		return nil
	}
	d := explain(ins, err)
	return &d
}

// suspect tells whether an instruction might be wrong. It may cry wolf but not
// miss one.
func suspect(ins *Instruction) bool {
	if suspectFlags(ins) || ins.Args.Text == "" {
		return true
	}
	looksJSON := strings.HasPrefix(ins.Args.Text, "[")
	switch ins.Cmd {
	case "FROM":
		return len(ins.Words) != 1 && (len(ins.Words) != 3 || !strings.EqualFold(ins.Words[1].Text, "as") || !isStageName(ins.Words[2].Text))
	case "ENV", "LABEL", "ARG":
		return slices.ContainsFunc(ins.Pairs, func(p Pair) bool {
			return p.Key == "" || !p.HasValue && ins.Cmd != "ARG"
		})
	case "COPY", "ADD":
		return looksJSON && !ins.JSON || len(ins.Words) < 2 || strings.Contains(ins.Words[len(ins.Words)-1].Text, "<<")
	case "VOLUME":
		return looksJSON
	case "RUN", "CMD", "ENTRYPOINT":
		return looksJSON && !ins.JSON
	case "HEALTHCHECK", "ONBUILD", "SHELL":
		return true
	}
	return false
}

func suspectFlags(ins *Instruction) bool {
	if len(ins.Flags) == 0 {
		return false
	}
	spec := Spec(ins.Cmd)
	for i, fl := range ins.Flags {
		fs := spec.Flag(fl.Name)
		if fs == nil || !fs.Repeat && slices.ContainsFunc(ins.Flags[:i], func(o Flag) bool { return o.Name == fl.Name }) {
			return true
		}
		if fs.Bool && fl.HasValue && fl.Value != "true" && fl.Value != "false" || !fs.Bool && !fl.HasValue {
			return true
		}
		if suspectValue(fl) {
			return true
		}
	}
	return false
}

func suspectValue(fl Flag) bool {
	switch fl.Name {
	case "mount":
		from := fl.Field("from")
		return strings.ContainsRune(fl.Value, '"') || from != nil && strings.ContainsRune(from.Value, '$')
	case "network":
		return fl.Value != "default" && fl.Value != "none" && fl.Value != "host"
	case "security":
		return fl.Value != "sandbox" && fl.Value != "insecure"
	case "device":
		return true
	}
	return false
}

// isStageName tells whether BuildKit takes s as the name of a stage.
func isStageName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		letter := 'a' <= c && c <= 'z' && s[i] < 0x80
		if !letter && (i == 0 || s[i] != '-' && s[i] != '_' && s[i] != '.' && (s[i] < '0' || s[i] > '9')) {
			return false
		}
	}
	return s != ""
}

// verdict is BuildKit's own about one instruction, its heredocs taken as
// empty.
func verdict(ins *Instruction, escape byte) error {
	var b strings.Builder
	if escape == '`' {
		b.WriteString("# escape=`\n")
	}
	source := ins.line.text[ins.Keyword.from:]
	b.WriteString(source)
	if names := openHeredocs(&ins.line, ins.Keyword.from); len(names) > 0 {
		for _, h := range names {
			b.WriteString("\n" + h.Name)
		}
		b.WriteByte('\n')
	}
	parsed, err := parser.Parse(strings.NewReader(validUTF8(b.String())))
	if err != nil {
		if err.Error() == "unterminated heredoc" { // of a word that is no heredoc after all; the lexer reports real ones
			return nil
		}
		return err
	}
	for _, node := range parsed.AST.Children[:1] {
		if _, err = instructions.ParseInstruction(node); err != nil {
			return err
		}
	}
	return nil
}

// explain turns BuildKit's error about an instruction into a diagnostic on the
// token at fault.
func explain(ins *Instruction, err error) diag.Diagnostic {
	var unknown *instructions.UnknownInstructionError
	if errors.As(err, &unknown) {
		return unknownInstruction(ins)
	}
	message := err.Error()
	if d, ok := flagIssue(ins, message); ok {
		return d
	}
	for _, r := range issueRules {
		if strings.Contains(message, r.part) {
			return syntaxError(r.span(ins), r.code, sentence(message))
		}
	}
	return syntaxError(argsOrKeyword(ins), "invalid-instruction", sentence(message))
}

// issueRules say which token an error is about, by a part of its text.
var issueRules = []struct {
	part, code string
	span       func(*Instruction) text.Span
}{
	{"invalid name for build stage", "invalid-stage-name", func(ins *Instruction) text.Span { return ins.Words[2].Span }},
	{"FROM requires either one or three", "invalid-from", fromTail},
	{"requires at least two arguments", "missing-argument", argsOrKeyword},
	{"requires", "missing-argument", keywordSpan},
	{"must have two arguments", "missing-value", argsOrKeyword},
	{"can't find =", "missing-value", pairWithoutValue},
	{"names can not be blank", "missing-name", blankPair},
	{"arrays must be comprised of strings", "invalid-json", argsOrKeyword},
	{"isn't allowed as an ONBUILD trigger", "invalid-trigger", triggerKeyword},
	{"Chaining ONBUILD", "invalid-trigger", triggerKeyword},
	{"Unknown type", "invalid-healthcheck", firstWord},
	{"as a destination", "heredoc-destination", lastWord},
	{"network mode", "invalid-flag-value", flagValue("network")},
	{"security", "invalid-flag-value", flagValue("security")},
	{"device", "invalid-flag-value", flagValue("device")},
	{"'from' doesn't support variable", "variable-in-from", mountFrom},
	{"csv mounts", "invalid-flag-value", flagValue("mount")},
	{"retries", "invalid-flag-value", flagValue("retries")},
	{"strconv.ParseInt", "invalid-flag-value", flagValue("retries")},
	{"invalid duration", "invalid-flag-value", durationFlag},
	{"missing unit in duration", "invalid-flag-value", durationFlag},
	{"unknown unit", "invalid-flag-value", durationFlag},
	{"Interval", "invalid-flag-value", durationFlag},
}

func unknownInstruction(ins *Instruction) diag.Diagnostic {
	names := make([]string, 0, len(instructionSpecs))
	for _, s := range instructionSpecs {
		names = append(names, s.Name)
	}
	message := "Unknown instruction " + quote(ins.Keyword.Text) + "."
	if ins.Keyword.Text == "" {
		message = "An instruction is missing."
	}
	d := syntaxError(ins.Keyword.Span, "unknown-instruction", message)
	if near := text.Near(strings.ToUpper(ins.Keyword.Text), names); near != "" {
		d.Message = "Unknown instruction " + quote(ins.Keyword.Text) + ": did you mean " + near + "?"
		d.Fixes = []diag.Fix{replaceFix("Change to "+near, ins.Keyword.Span, near)}
	}
	return d
}

// flagIssue explains an error about a flag, such as "unknown flag: --frm".
func flagIssue(ins *Instruction, message string) (diag.Diagnostic, bool) {
	name, ok := flagIn(message)
	if !ok {
		return diag.Diagnostic{}, false
	}
	fl := lastFlag(ins, name)
	if fl == nil {
		return diag.Diagnostic{}, false
	}
	remove := diag.Fix{Title: "Remove --" + name, Edits: edit(withSpace(ins, fl.Span), "")}
	switch {
	case strings.HasPrefix(message, "unknown flag"):
		return unknownFlag(ins, fl, remove), true
	case strings.HasPrefix(message, "duplicate flag"):
		d := syntaxError(fl.Span, "duplicate-flag", "The flag --"+name+" is given twice.")
		d.Fixes = []diag.Fix{remove}
		return d, true
	case strings.HasPrefix(message, "missing a value"):
		return syntaxError(fl.Span, "missing-flag-value", "The flag --"+name+" needs a value: --"+name+"=..."), true
	case strings.HasPrefix(message, "expecting boolean"):
		return syntaxError(fl.Val, "invalid-flag-value", "The flag --"+name+" is true or false, not "+quote(fl.Value)+"."), true
	}
	return diag.Diagnostic{}, false
}

func unknownFlag(ins *Instruction, fl *Flag, remove diag.Fix) diag.Diagnostic {
	var names []string
	if spec := Spec(ins.Cmd); spec != nil {
		for _, f := range spec.Flags {
			names = append(names, f.Name)
		}
	}
	message := ins.Cmd + " has no flag --" + fl.Name
	d := syntaxError(fl.Span, "unknown-flag", message+".")
	if near := text.Near(fl.Name, names); near != "" {
		d.Message = message + ": did you mean --" + near + "?"
		d.Fixes = append(d.Fixes, replaceFix("Change to --"+near, fl.Key, near))
	}
	d.Fixes = append(d.Fixes, remove)
	return d
}

// flagIn finds the "--name" that a message is about.
func flagIn(message string) (string, bool) {
	i := strings.Index(message, "flag")
	if i < 0 {
		return "", false
	}
	_, rest, ok := strings.Cut(message[i:], "--")
	if !ok {
		return "", false
	}
	if end := strings.IndexAny(rest, " ,("); end >= 0 {
		rest = rest[:end]
	}
	return rest, true
}

// lastFlag returns the last flag of a name: of two, the second is too much.
func lastFlag(ins *Instruction, name string) *Flag {
	for i := len(ins.Flags) - 1; i >= 0; i-- {
		if ins.Flags[i].Name == name {
			return &ins.Flags[i]
		}
	}
	return nil
}

func keywordSpan(ins *Instruction) text.Span { return ins.Keyword.Span }

func argsOrKeyword(ins *Instruction) text.Span {
	if ins.Args.Text != "" {
		return ins.Args.Span
	}
	return ins.Keyword.Span
}

// fromTail is what stands behind the image in a malformed FROM.
func fromTail(ins *Instruction) text.Span {
	switch n := len(ins.Words); {
	case n == 0:
		return ins.Keyword.Span
	case n > 3 && strings.EqualFold(ins.Words[1].Text, "AS"):
		return ins.Words[3].Span.Cover(ins.Words[n-1].Span)
	case n > 1:
		return ins.Words[1].Span.Cover(ins.Words[n-1].Span)
	}
	return ins.Words[0].Span
}

func pairWithoutValue(ins *Instruction) text.Span {
	for _, p := range ins.Pairs {
		if !p.HasValue {
			return p.Span
		}
	}
	return argsOrKeyword(ins)
}

func blankPair(ins *Instruction) text.Span {
	for _, p := range ins.Pairs {
		if p.Key == "" {
			return p.Span
		}
	}
	return argsOrKeyword(ins)
}

func triggerKeyword(ins *Instruction) text.Span {
	if ins.Trigger != nil {
		return ins.Trigger.Keyword.Span
	}
	return ins.Keyword.Span
}

func firstWord(ins *Instruction) text.Span {
	if len(ins.Words) > 0 {
		return ins.Words[0].Span
	}
	return ins.Keyword.Span
}

func lastWord(ins *Instruction) text.Span {
	if n := len(ins.Words); n > 0 {
		return ins.Words[n-1].Span
	}
	return ins.Keyword.Span
}

func flagValue(name string) func(*Instruction) text.Span {
	return func(ins *Instruction) text.Span {
		if fl := ins.Flag(name); fl != nil {
			return fl.Span
		}
		return argsOrKeyword(ins)
	}
}

func mountFrom(ins *Instruction) text.Span {
	for i := range ins.Flags {
		if f := ins.Flags[i].Field("from"); f != nil && strings.ContainsRune(f.Value, '$') {
			return f.ValSpan
		}
	}
	return flagValue("mount")(ins)
}

// durationFlag finds the health check flag whose value is no duration.
func durationFlag(ins *Instruction) text.Span {
	for _, fl := range ins.Flags {
		if fl.Name != "retries" && !isDuration(fl.Value) {
			return fl.Span
		}
	}
	return argsOrKeyword(ins)
}
