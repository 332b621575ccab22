package dockerfile

import (
	"encoding/json"
	"unicode/utf8"
)

// parseJSON reads [from, to) as a JSON array of strings into ins.Words, each
// without its quotes in Span and decoded in Text.
func (lx *lexer) parseJSON(ins *Instruction, from, to int) bool {
	l := &ins.line
	if from >= to || l.text[from] != '[' {
		return false
	}
	var values []string
	var raw []any
	if json.Unmarshal([]byte(l.text[from:to]), &raw) != nil {
		return false
	}
	for _, v := range raw {
		s, ok := v.(string)
		if !ok {
			return false
		}
		values = append(values, s)
	}
	ins.JSON = true
	ins.Words = l.jsonWords(values, from, to)
	return true
}

// jsonWords finds the string literals of a valid array.
func (l *line) jsonWords(values []string, from, to int) []Word {
	words := make([]Word, 0, len(values))
	for at := from; at < to && len(words) < len(values); at++ {
		if l.text[at] != '"' {
			continue
		}
		start := at + 1
		for at = start; at < to && l.text[at] != '"'; at++ {
			if l.text[at] == '\\' {
				at++
			}
		}
		w := l.word(start, min(at, to))
		w.Text = values[len(words)]
		words = append(words, w)
	}
	return words
}

// jsonArray writes words as a JSON array, the way people write it.
func jsonArray(words []string) (string, bool) {
	out := []byte{'['}
	for i, w := range words {
		if !utf8.ValidString(w) {
			return "", false
		}
		if i > 0 {
			out = append(out, ", "...)
		}
		out = appendJSONString(out, w)
	}
	return string(append(out, ']')), true
}

// appendJSONString quotes s without escaping the characters that only HTML
// minds.
func appendJSONString(out []byte, s string) []byte {
	out = append(out, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r == '\n':
			out = append(out, `\n`...)
		case r == '\t':
			out = append(out, `\t`...)
		case r < ' ':
			const digits = "0123456789abcdef"
			out = append(out, `\u00`...)
			out = append(out, digits[r>>4], digits[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}
