package dockerfile

import (
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// isFlagSpace is what BuildKit takes for white space between flags, where it
// looks at single bytes as if they were Latin-1.
func isFlagSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r' || c == 0x85 || c == 0xa0
}

// parseFlags reads the flags in [from, to) and returns where the arguments
// start.
func (lx *lexer) parseFlags(ins *Instruction, from, to int) int {
	l := &ins.line
	at := from
	for at < to {
		if isFlagSpace(l.text[at]) {
			at++
			continue
		}
		if l.text[at] != '-' || at+1 == to || l.text[at+1] != '-' {
			return at
		}
		value, places, end := lx.flagWord(l.text, at, to)
		if value == "--" {
			return end
		}
		if value != "" {
			ins.Flags = append(ins.Flags, l.flag(value, places, at, end))
		}
		at = end
	}
	return to
}

// flagWord reads the word at from without its quotes and escapes. places[i] is
// the offset of value[i]; it is nil when the word is as it stands.
func (lx *lexer) flagWord(s string, from, to int) (value string, places []int, end int) {
	end = from
	for end < to && !isFlagSpace(s[end]) && s[end] != '"' && s[end] != '\'' && s[end] != lx.escape {
		end++
	}
	if end == to || isFlagSpace(s[end]) {
		return s[from:end], nil, end
	}
	var buf []byte
	quote := byte(0)
	for end = from; end < to; end++ {
		c := s[end]
		switch {
		case quote == 0 && isFlagSpace(c):
			return string(buf), places, end
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
			continue
		case quote != 0 && c == quote:
			quote = 0
			continue
		case c == lx.escape:
			if end+1 == to {
				continue
			}
			end++
		}
		buf, places = append(buf, s[end]), append(places, end)
	}
	return string(buf), places, to
}

// flag makes a Flag of the word [from, to) whose value without quotes is value.
func (l *line) flag(value string, places []int, from, to int) Flag {
	place := func(i int) int {
		switch {
		case places == nil:
			return from + i
		case i < len(places):
			return places[i]
		}
		return to
	}
	name, rest, found := strings.Cut(strings.TrimPrefix(value, "--"), "=")
	start := min(2, len(value))
	fl := Flag{Name: name, HasValue: found, Span: l.span(from, to), Key: l.span(place(start), place(start+len(name)))}
	if !found {
		return fl
	}
	valueAt := start + len(name) + 1
	fl.Value = rest
	fl.Val = l.span(min(place(start+len(name))+1, to), to)
	if name == "mount" || name == "device" {
		fl.Fields = l.csv(rest, func(i int) int { return place(valueAt + i) })
	}
	return fl
}

// csv splits the value of a mount into its fields. Fields in double quotes may
// hold commas.
func (l *line) csv(value string, place func(int) int) []Field {
	var fields []Field
	for at := 0; at <= len(value); {
		end := at
		for inQuotes := false; end < len(value) && (inQuotes || value[end] != ','); end++ {
			inQuotes = inQuotes != (value[end] == '"')
		}
		from, to := at, end
		if to-from >= 2 && value[from] == '"' && value[to-1] == '"' {
			from, to = from+1, to-1
		}
		fields = append(fields, l.field(value[from:to], func(i int) int { return place(from + i) }))
		at = end + 1
	}
	return fields
}

func (l *line) field(s string, place func(int) int) Field {
	key, value, found := strings.Cut(s, "=")
	f := Field{Key: strings.ToLower(key), Value: value, HasValue: found}
	f.Span = l.cover(place, 0, len(s))
	f.KeySpan = l.cover(place, 0, len(key))
	if found {
		f.ValSpan = l.cover(place, len(key)+1, len(s))
	}
	return f
}

// cover is the span of value[from:to], whose bytes are at place; quotes around
// it are left out.
func (l *line) cover(place func(int) int, from, to int) text.Span {
	if from >= to {
		return l.span(place(from), place(from))
	}
	return l.span(place(from), place(to-1)+1)
}
