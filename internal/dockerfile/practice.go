package dockerfile

import (
	"regexp"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// A Practice is a best-practice rule under the code that people know from
// hadolint. It is about style and habits: BuildKit accepts what it reports.
type Practice struct {
	Code, Doc string
	Default   bool // on unless it is turned off
	Pinning   bool // asks for a version where packages are installed
}

// URL is the page that explains the rule.
func (p Practice) URL() string { return "https://github.com/hadolint/hadolint/wiki/" + p.Code }

// A practiceRule is a Practice with its check, which is called once for each
// instruction of a stage.
type practiceRule struct {
	Practice
	check func(p *practicePass, ins *Instruction)
}

// Practices lists the best-practice rules by code.
func Practices() []Practice {
	out := make([]Practice, 0, 48)
	for _, r := range practiceTable() {
		out = append(out, r.Practice)
	}
	return out
}

// DefaultPractices are the rules that are on unless settings say otherwise, as
// LintOptions takes them. The caller may change the map.
func DefaultPractices() map[string]diag.Severity {
	out := map[string]diag.Severity{}
	for _, p := range Practices() {
		if p.Default {
			out[p.Code] = diag.Information
		}
	}
	return out
}

func practiceTable() []practiceRule {
	return slices.Concat(fileTable, runTable, pinTable)
}

// A practicePass checks the rules that are enabled.
type practicePass struct {
	*lintPass
	rule    Practice
	ignored map[string]bool // by "hadolint global ignore"
	skip    []string        // codes that a comment above the instruction ignores
	of      *Instruction    // whose commands are
	ran     []call          // these
}

// practices reports violations of the enabled rules.
func (p *lintPass) practices() {
	if len(p.opt.Practices) == 0 {
		return
	}
	var enabled []practiceRule
	for _, r := range practiceTable() {
		if _, ok := p.opt.Practices[r.Code]; ok {
			enabled = append(enabled, r)
		}
	}
	pass := &practicePass{lintPass: p, ignored: p.f.globalIgnores()}
	for _, s := range p.f.Stages {
		for _, ins := range s.Instructions {
			if ins.issue == nil {
				pass.instruction(ins, enabled)
			}
		}
	}
}

func (p *practicePass) instruction(ins *Instruction, enabled []practiceRule) {
	p.skip = nil
	for _, c := range ins.Leading {
		p.skip = append(p.skip, ignoredCodes(ignorePattern, c.Text)...)
	}
	for _, r := range enabled {
		if !p.ignored[r.Code] && !slices.Contains(p.skip, r.Code) {
			p.rule = r.Practice
			r.check(p, ins)
		}
	}
}

var (
	ignorePattern       = regexp.MustCompile(`^hadolint\s+ignore\s*=\s*([A-Z0-9, \t]+)`)
	globalIgnorePattern = regexp.MustCompile(`^hadolint\s+global\s+ignore\s*=\s*([A-Z0-9, \t]+)`)
)

// ignoredCodes lists the codes of a comment that ignores rules.
func ignoredCodes(pattern *regexp.Regexp, comment string) []string {
	m := pattern.FindStringSubmatch(comment)
	if m == nil {
		return nil
	}
	return strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
}

// globalIgnores are the codes ignored in the whole file.
func (f *File) globalIgnores() map[string]bool {
	out := map[string]bool{}
	for _, ins := range f.Instructions {
		for _, c := range ins.Leading {
			for _, code := range ignoredCodes(globalIgnorePattern, c.Text) {
				out[code] = true
			}
		}
	}
	return out
}

// hit reports a violation of the rule that is being checked.
func (p *practicePass) hit(s text.Span, message string, fixes ...diag.Fix) {
	p.out = append(p.out, diag.Diagnostic{
		Span: s, Severity: p.opt.Practices[p.rule.Code], Source: diag.SourcePractice,
		Code: p.rule.Code, URL: p.rule.URL(), Message: message, Fixes: fixes,
	})
}

// calls are the commands that ins runs, when it is a RUN.
func (p *practicePass) calls(ins *Instruction) []call {
	if p.of != ins {
		p.of, p.ran = ins, p.f.calls(ins)
	}
	return p.ran
}

func (f *File) calls(ins *Instruction) []call {
	if ins.Cmd != "RUN" || !f.runsShell(ins) && !ins.JSON {
		return nil
	}
	scripts := f.scripts(ins)
	if len(scripts) == 1 {
		return scripts[0].calls
	}
	var out []call
	for _, sc := range scripts {
		out = append(out, sc.calls...)
	}
	return out
}

// insert is the fix that adds text behind a word of a call.
func (c call) insert(ins *Instruction, at int, add string) diag.Fix {
	if ins.JSON {
		add = `", "` + strings.TrimPrefix(add, " ")
	}
	return diag.Fix{Title: "Add " + strings.TrimLeft(add, `", `), Edits: edit(text.At(c.span(ins, at, at).End), add), Preferred: true}
}

// cached tells whether a cache mount of ins covers one of the folders, by a
// part of their path.
func cached(ins *Instruction, parts ...string) bool {
	for i := range ins.Flags {
		fl := &ins.Flags[i]
		if fl.Name != "mount" {
			continue
		}
		typ, target := fl.Field("type"), fl.Field("target", "dst", "destination")
		if typ == nil || target == nil || typ.Value != "cache" && typ.Value != "tmpfs" {
			continue
		}
		if slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(target.Value, part) }) {
			return true
		}
	}
	return false
}
