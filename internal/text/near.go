package text

import "github.com/agext/levenshtein"

// Near returns the candidate that a person most likely meant by typed, or ""
// when none is close: at most a third of the typed characters, and at least
// one, may differ. Of equally near ones the first in byte order wins.
func Near(typed string, candidates []string) string {
	best, bestDistance := "", max(len(typed)/3, 1)+1
	for _, c := range candidates {
		if c == typed || c == "" {
			continue
		}
		d := levenshtein.Distance(typed, c, nil)
		if d < bestDistance || d == bestDistance && best != "" && c < best {
			best, bestDistance = c, d
		}
	}
	return best
}
