package dockerfile

import (
	"regexp"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/linter"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// The names of the parser directives.
const (
	DirectiveSyntax = "syntax"
	DirectiveEscape = "escape"
	DirectiveCheck  = "check"
)

// headerState tells whether directives may still follow.
type headerState struct {
	done bool
	seen map[string]bool
}

var directivePattern = regexp.MustCompile(`^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`)

// directive reads the physical line s as a parser directive, if directives
// are still allowed there. Like BuildKit it stops at the first other line.
func (lx *lexer) directive(s text.Span) bool {
	if lx.header.done {
		return false
	}
	lx.header.done = true
	s = lx.skipSpace(s)
	m := directivePattern.FindStringSubmatchIndex(s.In(lx.src))
	if m == nil {
		return false
	}
	at := func(i int) text.Span { return text.Span{Start: s.Start + m[i], End: s.Start + m[i+1]} }
	d := Directive{Span: s, Key: at(2), Val: at(4), Value: at(4).In(lx.src)}
	d.Name = strings.ToLower(d.Key.In(lx.src))
	if d.Name != DirectiveSyntax && d.Name != DirectiveEscape && d.Name != DirectiveCheck {
		return false
	}
	lx.header.done = false
	lx.addDirective(d)
	return true
}

func (lx *lexer) addDirective(d Directive) {
	f := lx.file
	if lx.header.seen[d.Name] {
		f.report(d.Key, "duplicate-directive", "Only one "+d.Name+" parser directive can be used.")
		f.Directives = append(f.Directives, d)
		return
	}
	if lx.header.seen == nil {
		lx.header.seen = make(map[string]bool, 3)
	}
	lx.header.seen[d.Name] = true
	f.Directives = append(f.Directives, d)
	switch d.Name {
	case DirectiveEscape:
		lx.setEscape(d)
	case DirectiveCheck:
		f.checkOptions(d)
	case DirectiveSyntax:
		f.foreign = foreignFrontend(d.Value)
	}
}

func (lx *lexer) setEscape(d Directive) {
	if d.Value != "\\" && d.Value != "`" {
		lx.file.report(d.Val, "invalid-escape", "The escape character must be \\ or `.")
		return
	}
	lx.escape = d.Value[0]
}

// checkOptions reports options of "# check=" that BuildKit's linter refuses. It
// reads the directive only when '#' is the first byte of its line.
func (f *File) checkOptions(d Directive) {
	if start := d.Span.Start; start > 0 && f.Source[start-1] != '\n' && !strings.HasSuffix(f.Source[:start], byteOrderMark) {
		return
	}
	options, _, _ := strings.Cut(d.Value, " ")
	if _, err := linter.ParseLintOptions(options); err != nil {
		f.report(d.Val, "invalid-check", sentence(err.Error()))
	}
}

// foreignFrontend tells whether a syntax image is some other language than
// Docker's own.
func foreignFrontend(value string) bool {
	image, _, _ := strings.Cut(value, " ")
	image = strings.TrimPrefix(image, "docker.io/")
	name, _, _ := strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	return name != "docker/dockerfile" && name != "docker/dockerfile-upstream"
}

// report adds an error of the parser.
func (f *File) report(s text.Span, code, message string) {
	f.Diagnostics = append(f.Diagnostics, syntaxError(s, code, message))
}

func syntaxError(s text.Span, code, message string) diag.Diagnostic {
	return diag.Diagnostic{Span: s, Severity: diag.Error, Source: diag.SourceSyntax, Code: code, Message: message}
}

// sentence turns an error's text into a sentence.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, ")") {
		return s
	}
	return s + "."
}
