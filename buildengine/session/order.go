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

// below tells whether a walk of target meets path.
func below(target, path string) bool {
	target = strings.Trim(filepath.Clean(target), string(filepath.Separator))
	return target == "" || target == "." || target == path || strings.HasPrefix(path, target+string(filepath.Separator))
}
