package images

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// Every image can be made, holds what it promises, and is the same each time.
func TestWrite(t *testing.T) {
	for kind, files := range map[Kind][]string{
		Busybox: {"bin/busybox", "bin/sh", "etc/passwd"},
		Golang:  {"usr/local/go/bin/go", "usr/local/go/src/fmt/print.go", "bin/sh"},
		TCC:     {"usr/bin/tcc", "usr/bin/static-cc", "usr/lib/musl/libc.a"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			first := digest(t, kind)
			if second := digest(t, kind); second != first {
				t.Errorf("the image's digest changes: %s, then %s", first, second)
			}
			tree := &rootfs{}
			if err := addBusybox(t.Context(), tree); err != nil {
				t.Fatal(err)
			}
			var err error
			switch kind {
			case Golang:
				_, err = addGo(t.Context(), tree, []string{"PATH=/bin"})
			case TCC:
				err = addTCC(tree)
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if !tree.seen[f] {
					t.Errorf("the image lacks %s", f)
				}
			}
		})
	}
}

func digest(t *testing.T, kind Kind) string {
	t.Helper()
	dir := t.TempDir()
	dest, err := Write(t.Context(), dir, kind)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Write(t.Context(), dir, kind); err != nil || again != dest {
		t.Fatalf("a second call answered %q, %v", again, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".image-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary folders left: %v %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(dest, "oci-layout")); err != nil {
		t.Fatal(err)
	}
	idx, err := layout.ImageIndexFromPath(dest)
	if err != nil {
		t.Fatal(err)
	}
	m, err := idx.IndexManifest()
	if err != nil || len(m.Manifests) != 1 {
		t.Fatalf("want one image in the index, got %v, %v", m, err)
	}
	return m.Manifests[0].Digest.String()
}
