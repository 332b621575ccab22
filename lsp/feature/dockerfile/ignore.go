package dockerfile

import (
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// ignoredList finds where the codes of a "hadolint ignore=" comment start in
// its line; -1 when the line is none.
func ignoredList(line string) int {
	body, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "#")
	if !ok || !strings.HasPrefix(strings.TrimLeft(body, " \t"), "hadolint ") {
		return -1
	}
	i := strings.Index(line, "ignore=")
	if i < 0 {
		return -1
	}
	return i + len("ignore=")
}

// ignored proposes the codes of best-practice rules in a comment that ignores
// some. It tells whether the comment is one.
func (c *completer) ignored(start int) bool {
	line := c.f.Source[start:c.offset]
	at := ignoredList(line)
	if at < 0 {
		return false
	}
	word := line[strings.LastIndexAny(line, "=, ")+1:]
	c.replace = text.Span{Start: c.offset - len(word), End: c.offset}
	for _, p := range df.Practices() {
		if !strings.Contains(line[at:], p.Code+",") {
			c.add(feature.CompletionItem{Label: p.Code, Kind: feature.CompleteRule, Documentation: p.Doc})
		}
	}
	return true
}

// hoverIgnored explains a code in a comment that ignores best-practice rules.
func hoverIgnored(f *df.File, offset int) *feature.Hover {
	start := lineStart(f.Source, offset)
	line := f.Source[start:lineEnd(f.Source, offset)]
	if at := ignoredList(line); at < 0 || offset < start+at || !f.PlaceAt(offset).Comment {
		return nil
	}
	from, to := offset, offset
	for from > start && isWord(f.Source[from-1]) {
		from--
	}
	for to < start+len(line) && isWord(f.Source[to]) {
		to++
	}
	for _, p := range df.Practices() {
		if p.Code == f.Source[from:to] {
			return &feature.Hover{Span: text.Span{Start: from, End: to}, Markdown: "**" + p.Code + "**\n\n" + p.Doc + "\n\n[Documentation](" + p.URL() + ")"}
		}
	}
	return nil
}
