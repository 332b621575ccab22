package bake

import (
	"path"
	"regexp"
	"strings"
)

var scpLike = regexp.MustCompile(`^[a-zA-Z0-9_.-]+@[a-zA-Z0-9.-]+:`)

// IsRemote tells whether a context is a git or http(s) address, by the rules
// of Docker's command line.
func IsRemote(context string) bool {
	for _, prefix := range []string{"http://", "https://", "git://", "ssh://", "git@", "github.com/"} {
		if strings.HasPrefix(context, prefix) {
			return true
		}
	}
	return scpLike.MatchString(context)
}

// hasScheme tells whether a named context is more than a local path.
func hasScheme(context string) bool {
	return strings.Contains(context, "://") || strings.HasPrefix(context, "target:") || IsRemote(context)
}

// cleanContext is a main context as it is printed: a local path without its
// "cwd://" and cleaned.
func cleanContext(context string) string {
	if local, ok := strings.CutPrefix(context, "cwd://"); ok {
		return path.Clean(local)
	}
	if hasScheme(context) || context == "-" {
		return context
	}
	return path.Clean(context)
}
