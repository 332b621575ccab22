package plan

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/errdefs"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// layoutStore reads the blobs of an OCI layout. containerd's own store would
// write into the user's folder as soon as it is opened.
type layoutStore struct{ dir string }

var _ content.Store = layoutStore{}

var errReadOnly = fmt.Errorf("the OCI layout is read only: %w", errdefs.ErrFailedPrecondition)

func (s layoutStore) path(d digest.Digest) (string, error) {
	if err := d.Validate(); err != nil {
		return "", fmt.Errorf("%w: %w", errdefs.ErrInvalidArgument, err)
	}
	return filepath.Join(s.dir, ocispecs.ImageBlobsDir, d.Algorithm().String(), d.Encoded()), nil
}

// Info describes a blob.
func (s layoutStore) Info(_ context.Context, d digest.Digest) (content.Info, error) {
	path, err := s.path(d)
	if err != nil {
		return content.Info{}, err
	}
	st, err := os.Stat(path)
	if err != nil {
		return content.Info{}, notFound(d, err)
	}
	return content.Info{Digest: d, Size: st.Size(), CreatedAt: st.ModTime(), UpdatedAt: st.ModTime()}, nil
}

// ReaderAt opens a blob.
func (s layoutStore) ReaderAt(_ context.Context, desc ocispecs.Descriptor) (content.ReaderAt, error) {
	path, err := s.path(desc.Digest)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, notFound(desc.Digest, err)
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return blob{File: f, size: st.Size()}, nil
}

type blob struct {
	*os.File
	size int64
}

func (b blob) Size() int64 { return b.size }

func notFound(d digest.Digest, err error) error {
	if os.IsNotExist(err) {
		return fmt.Errorf("content %s: %w", d, errdefs.ErrNotFound)
	}
	return err
}

// Walk visits nothing: BuildKit asks for blobs by their digests.
func (layoutStore) Walk(context.Context, content.WalkFunc, ...string) error { return nil }

// Update refuses.
func (layoutStore) Update(context.Context, content.Info, ...string) (content.Info, error) {
	return content.Info{}, errReadOnly
}

// Delete refuses.
func (layoutStore) Delete(context.Context, digest.Digest) error { return errReadOnly }

// Writer refuses.
func (layoutStore) Writer(context.Context, ...content.WriterOpt) (content.Writer, error) {
	return nil, errReadOnly
}

// Abort refuses.
func (layoutStore) Abort(context.Context, string) error { return errReadOnly }

// Status finds no write.
func (layoutStore) Status(_ context.Context, ref string) (content.Status, error) {
	return content.Status{}, fmt.Errorf("write %s: %w", ref, errdefs.ErrNotFound)
}

// ListStatuses finds no writes.
func (layoutStore) ListStatuses(context.Context, ...string) ([]content.Status, error) {
	return nil, nil
}
