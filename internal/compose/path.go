package compose

import "strconv"

// PathAt lists the entries around an offset, outermost first; elements of
// lists have their index as key. Merged entries are left out: they stand
// elsewhere. It is empty between entries.
func (m *Model) PathAt(offset int) []Entry {
	for _, document := range m.Documents {
		if path := document.pathAt(offset, nil); len(path) > 0 {
			return path
		}
	}
	return nil
}

func (n *Node) pathAt(offset int, above []Entry) []Entry {
	if n == nil || len(above) > maxDepth {
		return above
	}
	for _, e := range n.Entries {
		if e.Merged || !e.Span().Contains(offset) {
			continue
		}
		if !e.Alias.IsZero() {
			return append(above, e)
		}
		return e.Value.pathAt(offset, append(above, e))
	}
	for i, item := range n.Items {
		if item.Span.Contains(offset) {
			return item.pathAt(offset, append(above, Entry{Key: strconv.Itoa(i), Value: item}))
		}
	}
	return above
}
