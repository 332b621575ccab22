// Package images makes the base images of demos and tests from what the
// machine has, as OCI layouts: no registry, no daemon and no network.
package images

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// Kind names one of the images.
type Kind string

// The images that can be made.
const (
	Busybox Kind = "busybox" // BusyBox and its applets
	Golang  Kind = "golang"  // BusyBox and this machine's Go compiler with the packages that small programs need
	TCC     Kind = "tcc"     // BusyBox, the Tiny C Compiler and musl; `static-cc` links statically
)

// All lists every kind.
func All() []Kind { return []Kind{Busybox, Golang, TCC} }

// Write makes an OCI layout of the image at dir/kind, unless it is there
// already. It fails with what to install when the machine lacks a part.
func Write(ctx context.Context, dir string, kind Kind) (string, error) {
	dest := filepath.Join(dir, string(kind))
	if _, err := os.Stat(filepath.Join(dest, "index.json")); err == nil {
		return dest, nil
	}
	tree := &rootfs{}
	if err := addBusybox(ctx, tree); err != nil {
		return "", err
	}
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	var err error
	switch kind {
	case Busybox:
	case Golang:
		env, err = addGo(ctx, tree, env)
	case TCC:
		err = addTCC(tree)
	default:
		err = fmt.Errorf("no image is called %q", kind)
	}
	if err != nil {
		return "", fmt.Errorf("making the base image %s: %w", kind, err)
	}
	return dest, writeLayout(dest, tree, env)
}

// writeLayout writes the tree as a one-layer image. The layout appears under
// its name only when it is whole.
func writeLayout(dest string, tree *rootfs, env []string) error {
	blob, err := tree.tar()
	if err != nil {
		return err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(blob)), nil
	}, tarball.WithCompressionLevel(1))
	if err != nil {
		return fmt.Errorf("making a layer: %w", err)
	}
	img, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return fmt.Errorf("adding the layer: %w", err)
	}
	img, err = mutate.ConfigFile(img, config(img, env))
	if err != nil {
		return fmt.Errorf("setting the configuration: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(dest), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dest), ".image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	path, err := layout.Write(tmp, empty.Index)
	if err != nil {
		return fmt.Errorf("writing the layout: %w", err)
	}
	tag := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": "latest"})
	if err := path.AppendImage(img, tag); err != nil {
		return fmt.Errorf("writing the image: %w", err)
	}
	if err := os.Rename(tmp, dest); err != nil && !exists(filepath.Join(dest, "index.json")) {
		return err
	}
	return nil
}

func config(img v1.Image, env []string) *v1.ConfigFile {
	cfg, err := img.ConfigFile()
	if err != nil { // an image made in memory has one
		cfg = &v1.ConfigFile{}
	}
	cfg = cfg.DeepCopy()
	cfg.Architecture, cfg.OS = runtime.GOARCH, "linux"
	cfg.Config.Env = env
	cfg.Config.Cmd = []string{"sh"}
	return cfg
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// A rootfs is a file tree in memory, in the order it was added; everything
// belongs to root and carries the same time, so that equal inputs give equal digests.
type rootfs struct {
	seen    map[string]bool
	headers []tar.Header
	bodies  [][]byte
}

var epoch = time.Unix(1700000000, 0)

func (r *rootfs) add(h tar.Header, body []byte) {
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	if r.seen[h.Name] {
		return
	}
	r.seen[h.Name] = true
	h.ModTime, h.Size = epoch, int64(len(body))
	r.headers = append(r.headers, h)
	r.bodies = append(r.bodies, body)
}

// dir adds a folder and those above it.
func (r *rootfs) dir(name string, mode int64) {
	if parent := filepath.Dir(name); parent != "." && parent != "/" {
		r.dir(parent, 0o755)
	}
	r.add(tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: mode}, nil)
}

func (r *rootfs) file(name string, mode int64, body []byte) {
	r.dir(filepath.Dir(name), 0o755)
	r.add(tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode}, body)
}

func (r *rootfs) link(name, target string) {
	r.dir(filepath.Dir(name), 0o755)
	r.add(tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}, nil)
}

// copy adds a file of this machine, following links, under name.
func (r *rootfs) copy(name, from string, mode int64) error {
	body, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	r.file(name, mode, body)
	return nil
}

// tree adds the regular files below a folder of this machine for which keep is true.
func (r *rootfs) tree(name, from string, keep func(path string) bool) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !keep(path) {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return r.copy(filepath.Join(name, rel), path, 0o644)
	})
}

func (r *rootfs) tar() ([]byte, error) {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for i := range r.headers {
		if err := w.WriteHeader(&r.headers[i]); err != nil {
			return nil, fmt.Errorf("writing %s: %w", r.headers[i].Name, err)
		}
		if _, err := w.Write(r.bodies[i]); err != nil {
			return nil, fmt.Errorf("writing %s: %w", r.headers[i].Name, err)
		}
	}
	return buf.Bytes(), w.Close()
}
