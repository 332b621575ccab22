package dockerfile

import (
	"errors"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// A shellCell holds the scripts of one instruction, parsed when they are first
// asked for. Copies of the instruction that an edit elsewhere moved share it:
// no offset in it is one of the file.
type shellCell struct {
	once    sync.Once
	scripts []*script
}

// A script is one piece of shell code: the arguments of an instruction, or the
// body of a heredoc. Offsets are in its text.
type script struct {
	heredoc int // of the instruction; -1 for the arguments
	base    int // where the arguments start in the instruction's line
	text    string
	tokens  []shellToken
	calls   []call
	pipes   []int // offsets of '|' that no "set -o pipefail" guards
	problem *syntax.ParseError
	foreign bool // it names an interpreter that is no shell
}

// span maps the range [from, to) of the script to the source.
func (sc *script) span(ins *Instruction, from, to int) text.Span {
	if sc.heredoc >= 0 {
		return text.Span{Start: from, End: to}.Shift(ins.Heredocs[sc.heredoc].Body.Start)
	}
	limit := len(ins.line.text)
	return ins.line.span(min(sc.base+from, limit), min(sc.base+to, limit))
}

// scripts are those of an instruction, taken as code of a POSIX-like shell.
func (f *File) scripts(ins *Instruction) []*script {
	if ins.shell == nil {
		return nil
	}
	ins.shell.once.Do(func() { ins.shell.scripts = parseScripts(f.Source, ins) })
	return ins.shell.scripts
}

// parseScripts finds and parses the shell code of an instruction.
func parseScripts(src string, ins *Instruction) []*script {
	from := ins.Args.from
	if ins.Cmd == "HEALTHCHECK" {
		if len(ins.Words) < 2 || !strings.EqualFold(ins.Words[0].Text, "CMD") {
			return nil
		}
		from = ins.Words[1].from
	}
	if ins.JSON {
		return []*script{execForm(ins)}
	}
	if from >= ins.Args.to {
		return nil
	}
	if ins.Cmd == "RUN" && len(ins.Heredocs) > 0 && !slices.ContainsFunc(ins.Words, func(w Word) bool { return !isHeredocWord(w.Text) }) {
		return bodyScripts(src, ins)
	}
	code := ins.line.text[from:ins.Args.to]
	sc := &script{heredoc: -1, base: from, text: code}
	for _, h := range ins.Heredocs { // what the command reads is no code, but belongs to its syntax
		code += "\n" + h.Name
	}
	sc.parse(code)
	return []*script{sc}
}

// isHeredocWord tells whether a word is the operator of a heredoc and no more.
func isHeredocWord(word string) bool { return strings.HasPrefix(word, "<<") }

// bodyScripts parses the heredocs that are the command themselves.
func bodyScripts(src string, ins *Instruction) []*script {
	var out []*script
	for i, h := range ins.Heredocs {
		sc := &script{heredoc: i, text: h.Body.In(src)}
		sc.foreign = !isShell(interpreter(sc.text))
		if !sc.foreign {
			sc.parse(sc.text)
		}
		out = append(out, sc)
	}
	return out
}

// interpreter is what "#!" names, else "sh".
func interpreter(code string) string {
	first, _, _ := strings.Cut(code, "\n")
	line, ok := strings.CutPrefix(strings.TrimSpace(first), "#!")
	fields := strings.Fields(line)
	if !ok || len(fields) == 0 {
		return "sh"
	}
	if path.Base(fields[0]) == "env" && len(fields) > 1 {
		return fields[len(fields)-1]
	}
	return fields[0]
}

// isShell tells whether a program is a shell whose code is understood here.
func isShell(program string) bool {
	switch path.Base(program) {
	case "sh", "bash", "dash", "ash", "ksh", "mksh", "busybox":
		return true
	}
	return false
}

// parse reads code as Bash does, which understands most of what the others do,
// else as the plainer shells.
func (sc *script) parse(code string) {
	if !utf8.ValidString(code) || strings.IndexByte(code, 0) >= 0 {
		return
	}
	for _, variant := range []syntax.LangVariant{syntax.LangBash, syntax.LangPOSIX, syntax.LangMirBSDKorn} {
		file, err := parseShell(code, variant)
		if err == nil {
			sc.problem = nil
			sc.read(file)
			return
		}
		var problem syntax.ParseError
		if sc.problem == nil && errors.As(err, &problem) {
			sc.problem = &problem
		}
	}
}

// parseShell calls the shell parser; a panic in it costs this script.
func parseShell(code string, variant syntax.LangVariant) (file *syntax.File, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the shell parser panicked")
		}
	}()
	return syntax.NewParser(syntax.KeepComments(true), syntax.Variant(variant)).Parse(strings.NewReader(code), "")
}

// read takes what is needed from the syntax tree.
func (sc *script) read(file *syntax.File) {
	w := &shellWalker{script: sc}
	syntax.Walk(file, w.visit)
	slices.SortStableFunc(sc.tokens, func(a, b shellToken) int { return a.from - b.from })
	if w.pipefail {
		sc.pipes = nil
	}
}

// ShellAt tells whether the shell form of ins is run by a shell that is
// understood here: sh, bash and their like. The default is sh, but on Windows.
func (f *File) ShellAt(ins *Instruction) bool { return isShell(f.shellOf(ins)[0]) }

// shellOf is the command line of the shell that runs the shell form of ins.
func (f *File) shellOf(ins *Instruction) []string {
	if ins.Stage != nil {
		if shell := ins.Stage.lastShell(ins.index); shell != nil {
			return wordTexts(shell.Words)
		}
	}
	if f.Escape == '`' || ins.Stage != nil && isWindows(ins.Stage.Root()) {
		return []string{"cmd"}
	}
	return []string{"/bin/sh", "-c"}
}

func wordTexts(words []Word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.Text
	}
	return out
}

// isWindows tells whether a base image is one of Windows, by all that can be
// seen.
func isWindows(s *Stage) bool {
	if s.Platform != nil && strings.HasPrefix(s.Platform.Value, "windows") {
		return true
	}
	name := strings.ToLower(s.BaseName)
	return strings.Contains(name, "windows") || strings.Contains(name, "nanoserver") || strings.Contains(name, "servercore")
}

// shellProblems reports the syntax errors of the shell code in ins.
func (f *File) shellProblems(ins *Instruction) []diag.Diagnostic {
	if !f.runsShell(ins) {
		return nil
	}
	var out []diag.Diagnostic
	for _, sc := range f.scripts(ins) {
		if sc.problem == nil || sc.foreign {
			continue
		}
		from := min(int(sc.problem.Pos.Offset()), len(sc.text))
		to := from
		for to < len(sc.text) && !strings.ContainsRune(" \t\r\n;|&()", rune(sc.text[to])) {
			to++
		}
		span := sc.span(ins, from, max(to, min(from+1, len(sc.text))))
		if span.Len() == 0 {
			span = sc.span(ins, max(len(sc.text)-1, 0), len(sc.text))
		}
		out = append(out, diag.Diagnostic{
			Span: span, Severity: diag.Warning, Source: diag.SourceShell, Code: "shell-syntax", Message: sentence("the shell will not understand this: " + sc.problem.Text),
		})
	}
	return out
}

// runsShell tells whether what ins runs is shell code as far as can be seen: a
// Windows program as the first word tells of another shell.
func (f *File) runsShell(ins *Instruction) bool {
	if ins.shell == nil || ins.issue != nil || !f.ShellAt(ins) {
		return false
	}
	words := ins.Words
	if ins.Cmd == "HEALTHCHECK" && len(words) > 0 {
		words = words[1:] // behind CMD
	}
	if len(words) == 0 {
		return true
	}
	switch first := strings.ToLower(strings.TrimSuffix(words[0].Text, ".exe")); first {
	case "powershell", "pwsh", "cmd", "@powershell":
		return false
	}
	return !slices.ContainsFunc(ins.Leading, func(c Comment) bool {
		shell, ok := strings.CutPrefix(c.Text, "hadolint shell=")
		return ok && !isShell(strings.TrimSpace(shell))
	})
}
