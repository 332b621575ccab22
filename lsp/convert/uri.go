package convert

import (
	"path/filepath"
	"runtime"
	"strings"

	"go.lsp.dev/uri"
)

// Path is the name under which the workspace keeps a document: the absolute
// path for file URIs, and the URI itself for all others, such as untitled
// ones. The result shares no memory with u.
func Path(u uri.URI) string { return pathFor(u, platform()) }

func platform() uri.Platform {
	if runtime.GOOS == "windows" {
		return uri.PlatformWindows
	}
	return uri.PlatformPOSIX
}

func pathFor(u uri.URI, p uri.Platform) string {
	if u.Scheme() != "file" {
		return strings.Clone(string(u))
	}
	path := uri.FsPathFor(u, p, false)
	if p == uri.PlatformPOSIX {
		path = filepath.Clean(path)
	}
	return strings.Clone(path)
}

// URI is the URI of a document that Path named.
func URI(path string) uri.URI { return uriFor(path, platform()) }

func uriFor(path string, p uri.Platform) uri.URI {
	if !isPath(path, p) {
		return uri.URI(path)
	}
	return uri.FileFor(p, path)
}

// isPath tells an absolute path from a URI.
func isPath(path string, p uri.Platform) bool {
	if p == uri.PlatformWindows {
		return len(path) > 1 && path[1] == ':' || strings.HasPrefix(path, `\\`)
	}
	return strings.HasPrefix(path, "/")
}
