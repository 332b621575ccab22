package compose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// Kind is the shape of a Node.
type Kind int

// The kinds of nodes.
const (
	Scalar Kind = iota + 1
	Mapping
	Sequence
)

// A Node is a value of a Compose file with its place. Nodes that aliases share
// are shared here too, so a Node tree is not to be walked without a limit on
// documents that were not made by Model.
type Node struct {
	Kind    Kind
	Text    string    // of a scalar: decoded, but not interpolated; "" for null
	Null    bool      // a scalar without a value
	Plain   bool      // a scalar without quotes that is not a block: its Text stands in the file as it is, unless it spans lines
	Tag     string    // as written or resolved, such as "!!str" and "!reset"
	Span    text.Span // from its first byte to its last, comments and final line breaks left out; empty for an absent value
	Entries []Entry   // of a mapping, in order; merged ones come last
	Items   []*Node   // of a sequence
}

// An Entry is a key of a mapping with its value.
type Entry struct {
	Key     string
	KeySpan text.Span // where the key stands; for a merged entry, in the merged mapping
	Value   *Node
	Alias   text.Span // of "*name", when an alias stands for the value; else zero
	Merged  bool      // it came through a merge key "<<"
}

// Span covers key and value. An aliased value stands elsewhere, so only the alias counts.
func (e Entry) Span() text.Span {
	switch {
	case !e.Alias.IsZero():
		return e.KeySpan.Cover(e.Alias)
	case e.Value == nil || e.Value.Span.Len() == 0 || e.Value.Span.Start < e.KeySpan.Start:
		return e.KeySpan
	case e.KeySpan.Len() == 0:
		return e.Value.Span
	}
	return e.KeySpan.Cover(e.Value.Span)
}

// Entry finds a key of a mapping.
func (n *Node) Entry(key string) (Entry, bool) {
	if n == nil {
		return Entry{}, false
	}
	for _, e := range n.Entries {
		if e.Key == key {
			return e, true
		}
	}
	return Entry{}, false
}

// Lookup follows keys down from n. In a sequence a key is the index of an
// element, or what stands before "=" or ":" in it, or its whole text, or its
// "source", "path" or "id", so that short and long spellings are found alike;
// such an element has no KeySpan unless it is written "KEY=value". A scalar
// where Compose allows a mapping answers to the key it is short for, as `build: .` does to "context".
func (n *Node) Lookup(keys ...string) (Entry, bool) {
	at := Entry{Value: n}
	for i, key := range keys {
		next, ok := at.Value.child(key)
		if !ok && i > 0 {
			next, ok = shorthand(keys[i-1], key, at)
		}
		if !ok {
			return Entry{}, false
		}
		at = next
	}
	return at, len(keys) > 0
}

func (n *Node) child(key string) (Entry, bool) {
	if n == nil || n.Kind != Sequence {
		return n.Entry(key)
	}
	if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.Items) {
		return Entry{Key: key, Value: n.Items[i]}, true
	}
	for _, item := range n.Items {
		if e, ok := item.named(key); ok {
			return e, true
		}
	}
	return Entry{}, false
}

// named tells whether an element of a list goes by the name.
func (n *Node) named(name string) (Entry, bool) {
	if n.Kind == Mapping {
		for _, key := range []string{"source", "path", "id"} {
			if e, ok := n.Entry(key); ok && e.Value.Text == name {
				return Entry{Key: name, Value: n}, true
			}
		}
		return Entry{}, false
	}
	if n.Text == name {
		return Entry{Key: name, Value: n}, true
	}
	rest, ok := strings.CutPrefix(n.Text, name)
	if !ok || rest == "" || !strings.ContainsRune("=:", rune(rest[0])) {
		return Entry{}, false
	}
	return n.splitElement(name), true
}

// splitElement takes a "KEY=value" element apart where its text stands as it
// is in the file; one with quotes has them outside of Text.
func (n *Node) splitElement(name string) Entry {
	quote := 0
	if !n.Plain {
		quote = 1
	}
	if n.Span.Len() != len(n.Text)+2*quote {
		return Entry{Key: name, Value: n}
	}
	key := text.Span{Start: n.Span.Start + quote, End: n.Span.Start + quote + len(name)}
	value := *n
	value.Text = n.Text[len(name)+1:]
	value.Span = text.Span{Start: key.End + 1, End: n.Span.End - quote}
	return Entry{Key: name, KeySpan: key, Value: &value}
}

// shortFor names, for attributes that have a short form, the key it is short for.
var shortFor = map[string]string{"build": "context", "extends": "service", "env_file": "path", "include": "path"}

func shorthand(parent, key string, at Entry) (Entry, bool) {
	if at.Value == nil || at.Value.Kind != Scalar || shortFor[parent] != key {
		return Entry{}, false
	}
	return Entry{Key: key, Value: at.Value, Alias: at.Alias}, true
}

// Keys lists the keys of a mapping in order.
func (n *Node) Keys() []string {
	if n == nil {
		return nil
	}
	keys := make([]string, 0, len(n.Entries))
	for _, e := range n.Entries {
		keys = append(keys, e.Key)
	}
	return slices.Clip(keys)
}
