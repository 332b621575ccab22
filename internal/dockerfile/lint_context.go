package dockerfile

import (
	"bytes"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// contextRules checks what BuildKit checks only with a build context at hand.
func (p *lintPass) contextRules() {
	if len(p.opt.DockerIgnore) == 0 {
		return
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(p.opt.DockerIgnore))
	if err != nil || len(patterns) == 0 {
		return
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil || matcher.Exclusions() { // an excluded folder may hold files that are not
		return
	}
	config := linter.New(p.checkConfig())
	for _, ins := range p.f.Instructions {
		if ins.Stage.Index >= 0 && p.todo[ins.Stage] && !p.broken[ins] && (ins.Cmd == "COPY" && ins.Flag("from") == nil || ins.Cmd == "ADD") {
			p.ignoredSources(ins, matcher, config)
		}
	}
}

// ignoredSources reports the sources of a COPY or ADD that the context does
// not hold because .dockerignore excludes them.
func (p *lintPass) ignoredSources(ins *Instruction, m *patternmatcher.PatternMatcher, config *linter.Linter) {
	comments := make([]string, 0, len(ins.Leading))
	for _, c := range ins.Leading {
		comments = append(comments, c.Text)
	}
	rule := &linter.RuleCopyIgnoredFile
	for i, w := range ins.Words[:max(len(ins.Words)-1, 0)] {
		src := p.f.Expand(ins, w.Text)
		if strings.Contains(w.Text, "<<") || strings.Contains(src, "://") || strings.HasPrefix(src, "git@") {
			continue
		}
		src = path.Clean(strings.ReplaceAll(src, "\\", "/"))
		if !excluded(m, src) {
			continue
		}
		verb := ins.Cmd[:1] + strings.ToLower(ins.Cmd[1:])
		l := *config.WithMergedConfigFromComments(comments)
		l.Warn = func(name, _, url, message string, _ []parser.Range) {
			p.found(ins, finding{rule: name, url: url, message: message, word: i})
		}
		l.Run(rule, nil, rule.Format(verb, src))
	}
}

// excluded tells whether .dockerignore leaves a source out. The root of the
// context is left out only by a pattern for everything.
func excluded(m *patternmatcher.PatternMatcher, src string) bool {
	if src == "." || src == "/" {
		for _, pattern := range m.Patterns() {
			if s := pattern.String(); s == "*" || s == "**" || s == "**/*" {
				return true
			}
		}
		return false
	}
	ok, err := m.MatchesOrParentMatches(src)
	return err == nil && ok
}
