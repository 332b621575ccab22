package text

import "github.com/agext/levenshtein"

// Near returns the candidate that a person most likely meant by typed, or ""
// when none is close: at most a third of the characters may differ, case
// counts half.
func Near(typed string, candidates []string) string {
	best, bestDistance := "", len(typed)/3+1
	for _, c := range candidates {
		if c == typed {
			return c
		}
		d := levenshtein.Distance(typed, c, nil)
		if d < bestDistance || d == bestDistance && best != "" && c < best {
			best, bestDistance = c, d
		}
	}
	return best
}
