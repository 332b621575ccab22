package session

import (
	"path/filepath"
	"slices"
	"strings"
)

// before tells whether a walk meets path a ahead of path b: folders are
// compared part by part, as filepath.WalkDir goes.
func before(a, b string) bool { return comparePaths(a, b) < 0 }

func comparePaths(a, b string) int {
	sep := string(filepath.Separator)
	return slices.Compare(strings.Split(a, sep), strings.Split(b, sep))
}

func sortPaths(paths []string) { slices.SortFunc(paths, comparePaths) }
