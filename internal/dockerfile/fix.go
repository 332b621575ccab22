package dockerfile

import (
	"strconv"
	"time"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

func quote(s string) string { return strconv.Quote(s) }

// edit is the replacement of one span of the same file.
func edit(s text.Span, replacement string) []diag.FileEdit {
	return []diag.FileEdit{{Edit: text.Edit{Span: s, New: replacement}}}
}

// replaceFix is the fix that a person most likely wants: one replacement.
func replaceFix(title string, s text.Span, replacement string) diag.Fix {
	return diag.Fix{Title: title, Edits: edit(s, replacement), Preferred: true}
}

// withSpace widens the span of a token over the white space behind it on its
// line, so that removing it leaves no hole.
func withSpace(ins *Instruction, s text.Span) text.Span {
	at := ins.line.joined(s.End)
	for at < len(ins.line.text) && isBlank(ins.line.text[at]) && ins.line.source(at) == s.End {
		at++
		s.End++
	}
	return s
}

// isDuration tells whether BuildKit takes s as a duration of at least a
// millisecond, or as none.
func isDuration(s string) bool {
	d, err := time.ParseDuration(s)
	return s == "" || err == nil && (d == 0 || d >= time.Millisecond)
}
