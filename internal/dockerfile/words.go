package dockerfile

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fields splits [from, to) at white space.
func (l *line) fields(from, to int) []Word {
	var words []Word
	for at := from; at < to; {
		for at < to && isBlank(l.text[at]) {
			at++
		}
		start := at
		for at < to && !isBlank(l.text[at]) {
			at++
		}
		if at > start {
			words = append(words, l.word(start, at))
		}
	}
	return words
}

// quoted splits [from, to) at white space outside quotes. Quotes and escapes
// stay in the words.
func (l *line) quoted(from, to int, escape byte) []Word {
	var words []Word
	for at := from; at < to; {
		r, n := utf8.DecodeRuneInString(l.text[at:to])
		if unicode.IsSpace(r) {
			at += n
			continue
		}
		end := l.wordEnd(at, to, escape)
		words = append(words, l.word(at, end))
		at = end
	}
	return words
}

// wordEnd finds the end of the word that starts at from.
func (l *line) wordEnd(from, to int, escape byte) int {
	quote := byte(0)
	for at := from; at < to; {
		r, n := utf8.DecodeRuneInString(l.text[at:to])
		c := l.text[at]
		switch {
		case c == escape && quote != '\'':
			at += n
			_, n = utf8.DecodeRuneInString(l.text[min(at, to):to])
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case unicode.IsSpace(r):
			return at
		case c == '"' || c == '\'':
			quote = c
		}
		at += n
	}
	return to
}

// pairs reads the words of ENV and LABEL: "key=value ...", or the legacy form
// where everything behind the first word is its value.
func (l *line) pairs(words []Word, args Word) []Pair {
	if len(words) == 0 {
		return nil
	}
	if !strings.Contains(words[0].Text, "=") {
		return []Pair{l.legacy(args)}
	}
	out := make([]Pair, 0, len(words))
	for _, w := range words {
		out = append(out, l.pair(w))
	}
	return out
}

// legacy reads "key value with spaces".
func (l *line) legacy(args Word) Pair {
	end := args.from
	for end < args.to && !isBlank(l.text[end]) {
		end++
	}
	from, to := l.trim(end, args.to)
	return Pair{
		Key: l.text[args.from:end], KeySpan: l.span(args.from, end),
		Value: l.text[from:to], ValSpan: l.span(from, to),
		HasValue: to > from, Legacy: true, Span: args.Span,
	}
}

// pair splits a word at its first '='.
func (l *line) pair(w Word) Pair {
	key, value, found := strings.Cut(w.Text, "=")
	p := Pair{Key: key, Value: value, HasValue: found, Span: w.Span, KeySpan: l.span(w.from, w.from+len(key))}
	if found {
		p.ValSpan = l.span(w.from+len(key)+1, w.to)
	}
	return p
}
