package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/subrequests/lint"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// A lintPass gathers the findings of several runs over one file, or over some
// of its stages, and turns them into diagnostics.
type lintPass struct {
	f      *File
	opt    LintOptions
	lines  *text.Lines
	units  map[*Stage]*unit
	todo   map[*Stage]bool // the stages to run BuildKit over
	broken map[*Instruction]bool
	owners []*Instruction  // of the document: the instruction of each line
	seen   map[string]bool // findings taken
	asked  *questions
	refs   []StageRef // lazily: see stageRefs
	lost   bool       // some error has no place, or is one too many
	strict bool       // "# check=error=true"
	out    []diag.Diagnostic
}

// newLintPass is a pass over the whole file.
func newLintPass(f *File, opt LintOptions) *lintPass {
	n := len(f.Stages) + 1
	p := &lintPass{
		f: f, opt: opt, lines: text.NewLines(f.Source), broken: map[*Instruction]bool{}, seen: map[string]bool{},
		units: make(map[*Stage]*unit, n), todo: make(map[*Stage]bool, n), asked: newQuestions(),
	}
	for _, ins := range f.Instructions {
		if ins.issue != nil || ins.Stage == f.preamble && ins.Cmd != "ARG" {
			p.broken[ins] = true
		}
	}
	for _, s := range append([]*Stage{f.preamble}, f.Stages...) {
		p.units[s], p.todo[s] = &unit{}, true
	}
	p.strict = p.checkConfig().ReturnAsError
	return p
}

// reuse takes over the findings about stages that are as they were. It tells
// whether that was worth it.
func (p *lintPass) reuse(earlier *LintResult, k keyring) bool {
	errors := 0
	for s, key := range k.stages {
		u := earlier.units[key]
		if u == nil {
			continue
		}
		p.units[s] = u
		delete(p.todo, s)
		errors += u.errors
		for _, x := range u.findings {
			if x.isError {
				p.broken[s.Instructions[x.ins]] = true
			}
		}
	}
	p.asked.with(earlier.asked)
	return len(p.todo) < len(k.stages) && errors < maxRounds
}

// take keeps the findings of a run. It tells whether another run is worth it:
// an error was found and the instruction at fault blanked.
func (p *lintPass) take(res *lint.LintResults) bool {
	for _, w := range res.Warnings {
		p.warning(w)
	}
	if res.Error == nil || strings.HasPrefix(res.Error.Message, "lint violation found") {
		return false
	}
	return p.buildError(res.Error)
}

func (p *lintPass) warning(w lint.Warning) {
	ins := p.at(w.Location.GetRanges())
	if ins == nil || w.RuleName == linter.RuleConsistentInstructionCasing.Name {
		return
	}
	p.found(ins, finding{rule: w.RuleName, url: w.URL, message: w.Detail, word: -1})
}

// found keeps a finding, once, when its stage is one to do.
func (p *lintPass) found(ins *Instruction, x finding) {
	what, _, _ := strings.Cut(x.message, " (did you mean") // BuildKit chooses anew in each round
	key := fmt.Sprintf("%d:%s:%d:%s", ins.Span.Start, x.rule, x.word, what)
	if !p.todo[ins.Stage] || p.seen[key] {
		return
	}
	p.seen[key] = true
	x.ins = ins.index
	u := p.units[ins.Stage]
	u.findings = append(u.findings, x)
	if x.isError {
		u.errors++
	}
}

// buildError keeps an error of the whole build.
func (p *lintPass) buildError(e *lint.BuildError) bool {
	ins := p.at(e.Location.GetRanges())
	if ins == nil {
		ins = p.quoted(e.Message)
	}
	if ins == nil || p.broken[ins] {
		p.unlocated(e.Message)
		return false
	}
	p.broken[ins] = true
	p.found(ins, finding{message: e.Message, word: -1, isError: true})
	return true
}

// unlocated keeps an error that BuildKit gives no place at the last FROM. When
// Parse has reported errors it may be an echo of those and is dropped.
func (p *lintPass) unlocated(message string) {
	p.lost = true
	if p.f.HasErrors() {
		return
	}
	for _, u := range p.units {
		if u.errors > 0 {
			return
		}
	}
	p.found(p.f.Stages[len(p.f.Stages)-1].From, finding{message: message, word: -1, isError: true})
}

// quoted finds the first instruction that an error without a place is about:
// those are about "COPY --from" and the sources of mounts.
func (p *lintPass) quoted(message string) *Instruction {
	for _, ins := range p.owners {
		if ins == nil || p.broken[ins] {
			continue
		}
		from := ins.Flag("from")
		if from != nil && (strings.Contains(message, "--from") && strings.ContainsRune(from.Value, '$') || strings.HasSuffix(message, "stage index "+from.Value)) {
			return ins
		}
		if slices.ContainsFunc(stageNamesIn(ins), func(name string) bool { return strings.Contains(message, "stage name "+quote(name)) }) {
			return ins
		}
	}
	return nil
}

// at finds the instruction at the first line of a location in the document.
// BuildKit's lines count from one.
func (p *lintPass) at(ranges []*rangePB) *Instruction {
	if len(ranges) == 0 {
		return nil
	}
	line := int(ranges[0].GetStart().GetLine()) - 1
	if line < 0 || len(p.owners) == 0 {
		return nil
	}
	return p.owners[min(line, len(p.owners)-1)]
}

// report turns the findings about a stage into diagnostics.
func (p *lintPass) report(s *Stage, u *unit) {
	for _, x := range u.findings {
		ins := s.Instructions[x.ins]
		if x.isError {
			p.out = append(p.out, explainBuild(ins, x.message))
			continue
		}
		d := p.diagnostic(x.rule, x.url, x.message)
		if x.word >= 0 {
			d.Span = ins.Words[x.word].Span
			p.out = append(p.out, d)
			continue
		}
		p.out = append(p.out, p.refine(ins, d)...)
	}
}

// diagnostic is a warning without a place.
func (p *lintPass) diagnostic(rule, url, message string) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Warning, Source: diag.SourceBuildKit, Code: rule, URL: url, Message: sentence(message)}
	if p.strict {
		d.Severity = diag.Error
	}
	return d
}

// violation is the diagnostic of a rule that is checked here and not by
// BuildKit; none when it is skipped.
func (p *lintPass) violation(config *linter.Linter, rule linter.LinterRuleI, message string) (out []diag.Diagnostic) {
	l := *config
	l.Warn = func(name, _, url, message string, _ []parser.Range) {
		out = append(out, p.diagnostic(name, url, message))
	}
	l.Run(rule, nil, message)
	return out
}

// refine narrows a warning about an instruction to the tokens it means.
func (p *lintPass) refine(ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	base.Span = ins.Head
	for _, r := range ruleTable {
		if r.name != base.Code {
			continue
		}
		if found := r.locate(p, ins, base); len(found) > 0 {
			return found
		}
	}
	return []diag.Diagnostic{base}
}

// stageRefs are those of the whole file, found once.
func (p *lintPass) stageRefs() []StageRef {
	if p.refs == nil {
		p.refs = p.f.StageRefs()
	}
	return p.refs
}

func (p *lintPass) checkConfig() *linter.Config {
	if d := p.f.Directive(DirectiveCheck); d != nil {
		return checkConfig(d.Value)
	}
	return &linter.Config{}
}

func checkConfig(value string) *linter.Config {
	options, _, _ := strings.Cut(value, " ")
	if c, err := linter.ParseLintOptions(options); err == nil {
		return c
	}
	return &linter.Config{}
}

// shell reports syntax errors of shell code.
func (p *lintPass) shell() {
	if !p.opt.Shell {
		return
	}
	for _, ins := range p.f.Instructions {
		at := ins
		if ins.Trigger != nil {
			at = ins.Trigger
		}
		if at.shell != nil && ins.issue == nil {
			p.out = append(p.out, p.f.shellProblems(at)...)
		}
	}
}
