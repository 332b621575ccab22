package convert

import (
	"path/filepath"
	"strings"
	"testing"

	"go.lsp.dev/uri"
)

func TestPathAndURI(t *testing.T) {
	tests := []struct {
		platform uri.Platform
		uri      uri.URI
		path     string
		back     uri.URI // "" means uri
	}{
		{uri.PlatformPOSIX, "file:///w/Dockerfile", "/w/Dockerfile", ""},
		{uri.PlatformPOSIX, "file:///my%20work/%C3%A9%231%3F.hcl", "/my work/é#1?.hcl", ""},
		{uri.PlatformPOSIX, "file:///w/a%25b/x", "/w/a%b/x", ""},
		{uri.PlatformPOSIX, "file:///w/../x//y", "/x/y", "file:///x/y"},
		{uri.PlatformPOSIX, "untitled:Untitled-1", "untitled:Untitled-1", ""},
		{uri.PlatformPOSIX, "vscode-vfs://github/o/r/Dockerfile", "vscode-vfs://github/o/r/Dockerfile", ""},
		{uri.PlatformWindows, "file:///c%3A/w/Dockerfile", `c:\w\Dockerfile`, ""},
		{uri.PlatformWindows, "file:///C:/w/Dockerfile", `c:\w\Dockerfile`, "file:///c%3A/w/Dockerfile"},
		{uri.PlatformWindows, "file://server/share/Dockerfile", `\\server\share\Dockerfile`, ""},
	}
	for _, test := range tests {
		path := pathFor(test.uri, test.platform)
		if path != test.path {
			t.Errorf("%s became %q, want %q", test.uri, path, test.path)
		}
		want := test.back
		if want == "" {
			want = test.uri
		}
		if got := uriFor(path, test.platform); got != want {
			t.Errorf("%q became %s, want %s", path, got, want)
		}
	}
}

func FuzzURI(f *testing.F) {
	f.Add("/w/é #?%/x")
	f.Add("/")
	f.Fuzz(func(t *testing.T, path string) {
		path = filepath.ToSlash(filepath.Clean("/" + path))
		if strings.ContainsRune(path, 0) || !isUTF8(path) {
			return // no file has such a name, or no URI can carry it
		}
		if got := pathFor(uriFor(path, uri.PlatformPOSIX), uri.PlatformPOSIX); got != path {
			t.Errorf("%q came back as %q", path, got)
		}
	})
}

func isUTF8(s string) bool { return strings.ToValidUTF8(s, "") == s }
