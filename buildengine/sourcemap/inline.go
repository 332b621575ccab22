package sourcemap

import (
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// inlineFile places the lines of an inline Dockerfile in the file that holds
// it. Where no line reads the same there, as in a quoted string with escapes,
// all are placed on the first.
func inlineFile(data []byte, root Root) *sourceFile {
	if root.Inline.InlineFile == "" {
		return nil
	}
	f := newSourceFile(root.Inline.InlineFile, root.Holder)
	built := contentLines(data)
	first, matches := root.Inline.InlineLine, 0
	if span := root.Inline.InlineSpan; span.IsZero() {
		matches = f.matches(built, first)
	} else {
		first, matches = f.find(built, span)
	}
	f.place = func(line int) int {
		if matches == 0 {
			return first
		}
		return first + line
	}
	return f
}

// find returns the line in span at which the built lines read most like those
// of the file, and how many do. Interpolated lines differ; the others agree.
func (f *sourceFile) find(built []string, span text.Span) (line, matches int) {
	from, to := f.lines.Line(span.Start), f.lines.Line(span.End)
	line = from
	for candidate := from; candidate <= to; candidate++ {
		if n := f.matches(built, candidate); n > matches {
			line, matches = candidate, n
		}
	}
	return line, matches
}

// matches counts the built lines that the file has too, from a line on.
func (f *sourceFile) matches(built []string, first int) int {
	n := 0
	for i, want := range built {
		if first+i >= f.lines.Count() {
			break
		}
		at := f.lines.Span(first + i).In(f.lines.Source())
		if want != "" && strings.TrimSpace(at) == want {
			n++
		}
	}
	return n
}

// contentLines are the lines of a text without the blanks around them.
func contentLines(data []byte) []string {
	lines := strings.Split(string(data), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return lines
}
