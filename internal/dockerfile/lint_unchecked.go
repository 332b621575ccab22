package dockerfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/linter"

	"github.com/buildlens/buildlens/internal/diag"
)

// CodeUnchecked is the code of the note about rules that could not be checked.
const CodeUnchecked = "rules-not-checked"

// unchecked lists the rules that could not be checked, in one note at the
// first base image.
func (p *lintPass) unchecked() {
	if !p.opt.Unchecked {
		return
	}
	var parts []string
	if images := p.unknownImages(); len(images) > 0 {
		parts = append(parts, linter.RuleInvalidBaseImagePlatform.Name+" was not checked, and "+linter.RuleUndefinedVar.Name+" without what the base image sets: the configuration of "+enumerate(images)+" is not known")
	}
	if p.opt.NoContext != "" && p.copiesContext() {
		parts = append(parts, linter.RuleCopyIgnoredFile.Name+" was not checked: "+p.opt.NoContext)
	}
	if len(parts) == 0 {
		return
	}
	first := p.f.Stages[0]
	span := first.Base.Span
	if span.Len() == 0 {
		span = first.From.Keyword.Span
	}
	p.out = append(p.out, diag.Diagnostic{
		Span: span, Severity: diag.Information, Source: diag.SourceBuildKit, Code: CodeUnchecked, Message: sentence(strings.Join(parts, ". ")),
	})
}

// unknownImages are the base images of stages whose configuration is not known.
func (p *lintPass) unknownImages() []string {
	names := map[string]bool{}
	for _, s := range p.f.Stages {
		if s.Parent == nil && s.BaseName != "" && !p.knownBase(s) {
			names[s.BaseName] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// enumerate lists the first names, and how many there are beyond.
func enumerate(names []string) string {
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}

func (p *lintPass) copiesContext() bool {
	return slices.ContainsFunc(p.f.Instructions, func(ins *Instruction) bool {
		return ins.Cmd == "COPY" && ins.Flag("from") == nil || ins.Cmd == "ADD"
	})
}
