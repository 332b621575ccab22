package dockerfile

import (
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// name is the command without its folder.
func (c call) name() string {
	name := c.words[0].text
	return name[strings.LastIndexByte(name, '/')+1:]
}

// span covers the words [from, to] of the call.
func (c call) span(ins *Instruction, from, to int) text.Span {
	return c.in.span(ins, c.words[from].from, c.words[to].to)
}

// sub is the index of the first word that is no option, such as the "install"
// of "apt-get -q install"; 0 when there is none. Options of withValue take the
// next word.
func (c call) sub(withValue ...string) int {
	for i := 1; i < len(c.words); i++ {
		switch word := c.words[i].text; {
		case slices.Contains(withValue, word):
			i++
		case !strings.HasPrefix(word, "-"):
			return i
		}
	}
	return 0
}

// is tells whether the call runs a subcommand of one of the programs, and
// where that stands.
func (c call) is(programs, subcommands []string, withValue ...string) (at int, ok bool) {
	if !slices.Contains(programs, c.name()) {
		return 0, false
	}
	at = c.sub(withValue...)
	return at, at > 0 && slices.Contains(subcommands, c.words[at].text)
}

// has tells whether one of the options is given: "--long", alone or with a
// value, or "-s", alone or among other letters.
func (c call) has(options ...string) bool {
	return slices.ContainsFunc(c.words[1:], func(w shellWord) bool {
		return slices.ContainsFunc(options, func(o string) bool {
			long := strings.HasPrefix(o, "--") || len(o) != 2
			switch {
			case w.text == o, long && strings.HasPrefix(w.text, o+"="):
				return true
			case long || len(w.text) < 2 || w.text[0] != '-' || w.text[1] == '-':
				return false
			}
			return strings.IndexByte(w.text[1:], o[1]) >= 0
		})
	})
}

// operands are the words behind index at that are no options.
func (c call) operands(at int, withValue ...string) []int {
	var out []int
	for i := at + 1; i < len(c.words); i++ {
		switch word := c.words[i].text; {
		case slices.Contains(withValue, word):
			i++
		case !strings.HasPrefix(word, "-"):
			out = append(out, i)
		}
	}
	return out
}
