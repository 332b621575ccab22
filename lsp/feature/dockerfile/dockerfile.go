// Package dockerfile holds the language features of Dockerfiles: pure functions
// of the model (internal/dockerfile), an offset, and what the caller knows from
// elsewhere. They do no I/O and start no goroutine.
package dockerfile

import (
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
)

// Context is what features may know from outside the file. The zero value is
// fine.
type Context struct {
	// Args are the build arguments this file is built with, such as those of
	// the Bake target. They win over the defaults of ARG.
	Args map[string]string

	// Contexts names build contexts that COPY --from and FROM may use besides
	// the stages of the file, such as those of Bake's "contexts".
	Contexts []string

	// Build is the folder this file is built with; nil when that is not known.
	Build *BuildContext
}

// value is what a declaration evaluates to, the build's arguments considered.
func (c Context) value(f *df.File, d *df.Decl) (string, bool) {
	if d.Arg {
		if v, ok := c.Args[d.Key]; ok {
			return v, true
		}
	}
	return f.Value(d)
}

// lineStart is the offset of the first byte of the line that holds offset.
func lineStart(src string, offset int) int {
	return strings.LastIndexByte(src[:offset], '\n') + 1
}

// lineEnd is the offset behind the last byte of the line that holds offset,
// its line break excluded.
func lineEnd(src string, offset int) int {
	end := len(src)
	if i := strings.IndexByte(src[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	if end > offset && src[end-1] == '\r' {
		end--
	}
	return end
}

// clamp keeps an offset inside the file.
func clamp(f *df.File, offset int) int { return min(max(offset, 0), len(f.Source)) }

// onLine cuts the part of s off that lies on lines above offset.
func onLine(src string, s text.Span, offset int) text.Span {
	s.Start = max(s.Start, lineStart(src, offset))
	return s
}

// flat is a text on one line and not too long, for labels.
func flat(s string) string {
	const most = 60
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// code sets s as inline code, also when it holds backquotes.
func code(s string) string {
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}
