package compose

import (
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/buildlens/buildlens/internal/text"
)

// spanner finds the extent of the YAML library's nodes, which know only where
// they start: as a line and a column that counts runes.
type spanner struct {
	src    string
	starts []int         // of lines, by YAML's rules for line breaks
	marks  map[int][]int // for long lines: the offset of every markEvery-th column
}

// markEvery is how many columns of a long line are stepped over at once.
const markEvery = 256

func newSpanner(src string) *spanner {
	s := &spanner{src: src, starts: []int{0}, marks: map[int][]int{}}
	for i := 0; i < len(src); {
		n := breakLen(src[i:])
		if n > 0 {
			s.starts = append(s.starts, i+n)
		}
		i += max(n, 1)
	}
	return s
}

// breakLen is the length of a line break at the start of s, 0 when there is none.
func breakLen(s string) int {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return 2
	case s[0] == '\n', s[0] == '\r':
		return 1
	case strings.HasPrefix(s, "\u0085"):
		return 2
	case strings.HasPrefix(s, "\u2028"), strings.HasPrefix(s, "\u2029"):
		return 3
	}
	return 0
}

// offset is the byte offset of a one-based line and rune column, clamped.
func (s *spanner) offset(line, column int) int {
	if line < 1 {
		return 0
	}
	if line > len(s.starts) {
		return len(s.src)
	}
	at, steps := s.starts[line-1], max(column-1, 0)
	if steps > markEvery {
		marks := s.lineMarks(line)
		skip := min(steps/markEvery, len(marks)-1)
		at, steps = marks[skip], steps-skip*markEvery
	}
	return s.advance(at, steps)
}

func (s *spanner) advance(at, runes int) int {
	for range runes {
		_, size := utf8.DecodeRuneInString(s.src[at:])
		at += size
	}
	return at
}

// lineMarks are the offsets of the columns 0, markEvery, 2*markEvery and so on.
func (s *spanner) lineMarks(line int) []int {
	marks, ok := s.marks[line]
	if ok {
		return marks
	}
	end := len(s.src)
	if line < len(s.starts) {
		end = s.starts[line]
	}
	for at := s.starts[line-1]; at < end; at = s.advance(at, markEvery) {
		marks = append(marks, at)
	}
	if len(marks) == 0 {
		marks = []int{s.starts[line-1]}
	}
	s.marks[line] = marks
	return marks
}

// lineSpan is a one-based line without its break and indentation.
func (s *spanner) lineSpan(line int) text.Span {
	line = min(max(line, 1), len(s.starts))
	start, end := s.starts[line-1], len(s.src)
	if line < len(s.starts) {
		end = s.starts[line]
	}
	body := strings.TrimRight(s.src[start:end], "\r\n\u0085\u2028\u2029")
	trimmed := strings.TrimLeft(body, " \t")
	return text.Span{Start: start + len(body) - len(trimmed), End: start + len(body)}
}

// scalar is the extent of a scalar or alias node.
func (s *spanner) scalar(n *yaml.Node) text.Span {
	start := s.skipProperties(s.offset(n.Line, n.Column), n)
	rest := s.src[start:]
	switch {
	case n.Kind == yaml.AliasNode:
		return text.Span{Start: start, End: min(start+1+len(n.Value), len(s.src))}
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return text.Span{Start: start, End: start + doubleQuotedLen(rest)}
	case n.Style&yaml.SingleQuotedStyle != 0:
		return text.Span{Start: start, End: start + singleQuotedLen(rest)}
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return text.Span{Start: start, End: s.blockEnd(start)}
	}
	return text.Span{Start: start, End: start + plainLen(rest, n.Value)}
}

// skipProperties steps over an anchor and a tag to the value itself.
func (s *spanner) skipProperties(at int, n *yaml.Node) int {
	if n.Anchor == "" && n.Style&yaml.TaggedStyle == 0 {
		return at
	}
	for at < len(s.src) {
		switch s.src[at] {
		case '&', '!':
			at += tokenLen(s.src[at:])
		case ' ', '\t', '\n', '\r':
			at++
		case '#':
			at += lineLen(s.src[at:])
		default:
			return at
		}
	}
	return at
}

func tokenLen(s string) int {
	if i := strings.IndexAny(s, " \t\r\n,]}"); i >= 0 {
		return i
	}
	return len(s)
}

func lineLen(s string) int {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return i
	}
	return len(s)
}

func doubleQuotedLen(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

func singleQuotedLen(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

// plainLen is how much of s the plain scalar takes: its text, where a space or
// line break of the text stands for any white space.
func plainLen(s, value string) int {
	at := 0
	for i := 0; i < len(value); {
		if value[i] != ' ' && value[i] != '\n' {
			if at >= len(s) || s[at] != value[i] {
				return at
			}
			at++
			i++
			continue
		}
		gap := at
		for gap < len(s) && strings.IndexByte(" \t\r\n", s[gap]) >= 0 {
			gap++
		}
		if gap == at {
			return at
		}
		at = gap
		for i < len(value) && (value[i] == ' ' || value[i] == '\n') {
			i++
		}
	}
	return at
}

// blockEnd is the end of the last line of a literal or folded scalar whose
// header starts at the offset.
func (s *spanner) blockEnd(header int) int {
	end := header + lineLen(s.src[header:])
	indent := -1
	for at := nextLine(s.src, end); at < len(s.src); {
		lineEnd := at + lineLen(s.src[at:])
		body := strings.TrimLeft(s.src[at:lineEnd], " ")
		if body != "" {
			width := lineEnd - at - len(body)
			if indent < 0 {
				indent = max(width, 1)
			}
			if width < indent {
				break
			}
			end = lineEnd
		}
		if next := nextLine(s.src, lineEnd); next > at {
			at = next
		} else {
			break
		}
	}
	return end
}

// nextLine is the start of the line after the break at the offset.
func nextLine(src string, at int) int {
	if at >= len(src) {
		return len(src)
	}
	return at + max(breakLen(src[at:]), 1)
}

// flowEnd is the offset behind the bracket that closes a flow collection whose
// last element ends at the offset.
func (s *spanner) flowEnd(at int, closing byte) int {
	for i := at; i < len(s.src); i++ {
		switch c := s.src[i]; {
		case c == closing:
			return i + 1
		case c == '#':
			i += lineLen(s.src[i:]) - 1
		case strings.IndexByte(" \t\r\n,:?", c) < 0:
			return at
		}
	}
	return at
}

// lineOf is the one-based line of an offset.
func (s *spanner) lineOf(offset int) int {
	line, found := slices.BinarySearch(s.starts, offset)
	if found {
		return line + 1
	}
	return line
}
