package dockerfile

import (
	"slices"
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// instructions proposes instructions: each with its name and, for clients with
// snippets, in its forms. What does not fit the place is sorted last.
func (c *completer) instructions(except []string) {
	lower := c.lowerCase()
	early := c.beforeFirstStage()
	for _, spec := range df.Specs() {
		if slices.Contains(except, spec.Name) {
			continue
		}
		rank := "1"
		if early && spec.Name != "FROM" && spec.Name != "ARG" {
			rank = "2"
		}
		c.instructionForms(&spec, rank, lower)
	}
}

func (c *completer) instructionForms(spec *df.InstructionSpec, rank string, lower bool) {
	name := cased(spec.Name, lower)
	c.add(feature.CompletionItem{
		Label: name, Kind: feature.CompleteKeyword, Documentation: instructionDoc(spec),
		Insert: name + " ", SortText: rank + spec.Name, Deprecated: spec.Deprecated != "", Retrigger: len(spec.Flags) > 0 || spec.Name == "FROM",
	})
	for i, form := range spec.Forms {
		if form.Snippet == "" {
			continue
		}
		snippet := name + strings.TrimPrefix(form.Snippet, spec.Name)
		c.add(feature.CompletionItem{
			Label: name + strings.TrimPrefix(form.Label, spec.Name), Kind: feature.CompleteSnippet, Documentation: instructionDoc(spec),
			Insert: snippet, Snippet: true, Plain: name + " ", FilterText: name,
			SortText: rank + spec.Name + sortKey(i+1), Deprecated: spec.Deprecated != "",
		})
	}
}

func cased(s string, lower bool) string {
	if lower {
		return strings.ToLower(s)
	}
	return s
}

// lowerCase tells whether the file writes its instructions in lower case.
func (c *completer) lowerCase() bool {
	lower := 0
	for _, ins := range c.f.Instructions {
		if ins.Cmd == "" || ins == c.ins {
			continue
		}
		if ins.Keyword.Text == ins.Cmd {
			lower--
		} else {
			lower++
		}
	}
	return lower > 0
}

func (c *completer) beforeFirstStage() bool {
	return len(c.f.Stages) == 0 || c.offset <= c.f.Stages[0].Span.Start
}

// variables proposes variables when the text before the cursor is the start
// of one: "$", "$na", "${na". It tells whether it was.
func (c *completer) variables(head string) bool {
	at := len(head)
	for at > 0 && (isWord(head[at-1])) {
		at--
	}
	braced := at > 1 && head[at-1] == '{' && head[at-2] == '$'
	if !braced && (at == 0 || head[at-1] != '$') {
		return false
	}
	dollar := at - 1
	if braced {
		dollar--
	}
	c.replace = text.Span{Start: max(c.offset-(len(head)-dollar), lineStart(c.f.Source, c.offset)), End: c.offset}
	for _, d := range c.visible() {
		c.variable(d.Key, detailOf(c, d), declKind(d)+" of "+d.Owner.Stage.Label()+".", "0", braced)
	}
	for _, p := range df.PredefinedVariables() {
		if !p.Proxy && !c.isFrom() { // in a stage they need an ARG, so they come last
			c.variable(p.Name, "predefined", p.Doc+" Declare it with ARG first.", "3", braced)
		} else {
			c.variable(p.Name, "predefined", p.Doc, "2", braced)
		}
	}
	return true
}

func (c *completer) isFrom() bool { return c.shown != nil && c.shown.Cmd == "FROM" }

func (c *completer) variable(name, detail, doc, rank string, braced bool) {
	for _, item := range c.items {
		if item.Label == name {
			return
		}
	}
	insert := "$" + name
	if braced {
		insert = "${" + name + "}"
		if c.offset < len(c.f.Source) && c.f.Source[c.offset] == '}' {
			insert = "${" + name
		}
	}
	c.add(feature.CompletionItem{
		Label: name, Kind: feature.CompleteVariable, Detail: detail, Documentation: doc, Insert: insert,
		FilterText: insert, SortText: rank + name,
	})
}

// visible lists the declarations that hold here, by name.
func (c *completer) visible() []*df.Decl {
	decls := c.f.Visible(c.ins)
	slices.SortFunc(decls, func(a, b *df.Decl) int { return strings.Compare(a.Key, b.Key) })
	return decls
}

func detailOf(c *completer, d *df.Decl) string {
	if v, ok := c.ctx.value(c.f, d); ok {
		return flat(v)
	}
	return "no default"
}

func declKind(d *df.Decl) string {
	if d.Arg {
		return "ARG"
	}
	return "ENV"
}

func isWord(b byte) bool {
	return b == '_' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

// comment completes parser directives at the top of the file, and rule names
// in "# check=" anywhere.
func (c *completer) comment() {
	start := lineStart(c.f.Source, c.offset)
	if c.ignored(start) {
		return
	}
	line := strings.TrimLeft(c.f.Source[start:c.offset], " \t\ufeff")
	body := strings.TrimLeft(strings.TrimPrefix(line, "#"), " \t")
	key, value, found := strings.Cut(body, "=")
	key = strings.ToLower(strings.TrimSpace(key))
	switch {
	case found && key == df.DirectiveCheck:
		c.checkValue(value)
	case !c.directiveAllowed(start):
	case !found:
		c.replace = text.Span{Start: c.offset - len(body), End: c.offset}
		c.directives()
	case key == df.DirectiveEscape:
		c.replace = text.Span{Start: c.offset - len(strings.TrimLeft(value, " \t")), End: c.offset}
		c.add(feature.CompletionItem{Label: "`", Kind: feature.CompleteValue, Documentation: "Backquote: backslashes are then plain, as in Windows paths."})
		c.add(feature.CompletionItem{Label: "\\", Kind: feature.CompleteValue, Documentation: "Backslash, the default."})
	case key == df.DirectiveSyntax:
		c.replace = text.Span{Start: c.offset - len(strings.TrimLeft(value, " \t")), End: c.offset}
		c.add(feature.CompletionItem{Label: "docker/dockerfile:1", Kind: feature.CompleteImage, Documentation: "The newest stable Dockerfile syntax."})
		c.add(feature.CompletionItem{Label: "docker/dockerfile:1-labs", Kind: feature.CompleteImage, Documentation: "With experimental instructions."})
	}
}

// directiveAllowed tells whether only directives stand above the line.
func (c *completer) directiveAllowed(start int) bool {
	above := strings.Count(c.f.Source[:start], "\n")
	directives := 0
	for _, d := range c.f.Directives {
		if d.Span.Start < start {
			directives++
		}
	}
	return above == directives
}

func (c *completer) directives() {
	for _, d := range directiveDocs {
		item := feature.CompletionItem{Label: d.name, Kind: feature.CompleteKeyword, Documentation: d.doc, Insert: d.name + "=", Retrigger: true, SortText: "0" + d.name}
		if given := c.f.Directive(d.name); given != nil && !given.Span.Contains(c.offset) {
			item.Detail, item.SortText = "given above already", "1"+d.name
		}
		c.add(item)
	}
}

// checkValue completes "skip=A,B;error=true".
func (c *completer) checkValue(value string) {
	option := value[strings.LastIndexByte(value, ';')+1:]
	_, rules, found := strings.Cut(option, "=")
	if !found {
		c.replace = text.Span{Start: c.offset - len(strings.TrimLeft(option, " \t")), End: c.offset}
		for _, o := range checkOptions {
			c.add(feature.CompletionItem{Label: o.name, Kind: feature.CompleteProperty, Documentation: o.doc, Insert: o.name + "=", Retrigger: true})
		}
		return
	}
	last := rules[strings.LastIndexByte(rules, ',')+1:]
	c.replace = text.Span{Start: c.offset - len(last), End: c.offset}
	if strings.TrimSpace(option[:strings.IndexByte(option, '=')]) == "error" {
		c.values([]df.ValueSpec{{Value: "true"}, {Value: "false"}})
		return
	}
	c.add(feature.CompletionItem{Label: "all", Kind: feature.CompleteValue, Documentation: "Every rule.", SortText: "0"})
	for _, r := range df.Rules() {
		c.add(feature.CompletionItem{Label: r.Name, Kind: feature.CompleteRule, Documentation: ruleDoc(r), SortText: "1" + r.Name})
	}
}
