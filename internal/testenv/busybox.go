package testenv

import (
	"testing"

	"github.com/buildlens/buildlens/internal/testenv/images"
	"github.com/buildlens/buildlens/internal/testenv/provide"
)

// Busybox returns the path of a fresh OCI layout of a busybox image, for builds
// without a registry: the named context busybox=oci-layout://PATH:latest. The
// context must be called "busybox"; BuildKit ignores "busybox:latest" without
// a word and asks the registry.
func Busybox(t testing.TB) string {
	t.Helper()
	return Image(t, images.Busybox)
}

// Image is Busybox for any of the images that can be made locally.
func Image(t testing.TB, kind images.Kind) string {
	t.Helper()
	if err := provider(t).Debian(t.Context(), provide.ImagePackages()...); err != nil {
		t.Fatal(err)
	}
	dir, err := images.Write(t.Context(), t.TempDir(), kind)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
