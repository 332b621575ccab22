package bake

// Chunks is the number of top-level items a file was cut into.
func Chunks(s *Syntax) int { return len(s.chunks) }

// SharedChunks counts the items that two versions of a file have in common.
func SharedChunks(a, b *Syntax) int {
	n := 0
	for _, c := range b.chunks {
		if _, ok := a.index[c.id]; ok {
			n++
		}
	}
	return n
}

// Split exposes how a text is cut into items.
func Split(src string) []string {
	var out []string
	for _, p := range split(src) {
		out = append(out, src[p.start:p.end])
	}
	return out
}
