// Package testenv gives tests real components: a BuildKit daemon, a registry,
// a base image. Each has its own temporary folder and sockets and ends with the
// test. What is missing on the machine is built or installed by
// testenv/provide; a component that cannot be had fails the test, saying what
// to do, and never skips it.
package testenv

import (
	"os"
	"testing"

	"github.com/buildlens/buildlens/internal/testenv/provide"
)

// Tool returns the path of the tool's program, built if need be.
func Tool(t testing.TB, tool provide.Tool) string {
	t.Helper()
	path, err := provider(t).Tool(t.Context(), tool)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Install places the tools' programs into dir.
func Install(t testing.TB, dir string, tools ...provide.Tool) {
	t.Helper()
	p := provider(t)
	for _, tool := range tools {
		if err := p.Install(t.Context(), tool, dir); err != nil {
			t.Fatal(err)
		}
	}
}

// Debian makes sure that packages are installed.
func Debian(t testing.TB, packages ...provide.Package) {
	t.Helper()
	if err := provider(t).Debian(t.Context(), packages...); err != nil {
		t.Fatal(err)
	}
}

func provider(t testing.TB) *provide.Provider {
	t.Helper()
	p, err := provide.New(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ShortDir is a temporary folder with a path short enough for Unix sockets,
// whose addresses hold about 100 bytes; t.TempDir repeats the test's name.
// Everything below it is unmounted and removed when the test ends.
func ShortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unmountBelow(t, dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("removing the test's folder: %v", err)
		}
	})
	return dir
}
