package text

import "github.com/agext/levenshtein"

// Near returns the candidate that a person most likely meant by typed, or ""
// when none is close: at most a third of the typed characters may differ, but
// one always, and two (such as two letters changed over) in words of four and
// more. Of equally near ones the first in byte order wins.
func Near(typed string, candidates []string) string {
	allowed := max(len(typed)/3, 1)
	if len(typed) >= 4 {
		allowed = max(allowed, 2)
	}
	best, bestDistance := "", allowed+1
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
