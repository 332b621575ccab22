package testenv

import (
	"testing"

	"github.com/buildlens/buildlens/internal/testenv/images"
	"github.com/buildlens/buildlens/internal/testenv/provide"
	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/google/go-containerregistry/pkg/v1/layout"
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
	Debian(t, provide.ImagePackages()...)
	dir, err := images.Write(t.Context(), t.TempDir(), kind)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// BusyboxStore is Busybox in the form that client.SolveOpt takes: a content
// store called "base", and the digest of the image in it. The frontend's
// attribute context:busybox is then oci-layout://base@DIGEST.
func BusyboxStore(t testing.TB) (map[string]content.Store, string) {
	t.Helper()
	dir := Busybox(t)
	store, err := local.NewStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]content.Store{"base": store}, manifest.Manifests[0].Digest.String()
}
