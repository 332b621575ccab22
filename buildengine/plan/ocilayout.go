package plan

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/moby/buildkit/identity"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Stores holds the content stores of OCI layouts: one for each folder in a build.
type Stores struct {
	mu    sync.Mutex
	byDir map[string]layout
}

// A layout is an opened OCI layout; id names its store to BuildKit.
type layout struct {
	id    string
	store content.Store
}

// NewStores makes an empty set.
func NewStores() *Stores { return &Stores{byDir: map[string]layout{}} }

func (s *Stores) open(dir string) layout {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.byDir[dir]
	if !ok {
		l = layout{id: identity.NewID(), store: layoutStore{dir: dir}}
		s.byDir[dir] = l
	}
	return l
}

// ociLayout serves a layout to BuildKit and returns the address that the
// frontend finds it under. ref is "path[:tag][@digest]".
func (s *Solve) ociLayout(ref string, stores *Stores) (string, error) {
	dir, tag, dgst := splitLayout(ref)
	if dgst == "" {
		var err error
		if dgst, err = layoutDigest(dir, tag); err != nil {
			return "", err
		}
	}
	if err := dgst.Validate(); err != nil {
		return "", err
	}
	l := stores.open(dir)
	if s.Opt.OCIStores == nil {
		s.Opt.OCIStores = map[string]content.Store{}
	}
	s.Opt.OCIStores[l.id] = l.store
	return fmt.Sprintf("oci-layout://%s@%s", l.id, dgst), nil
}

// splitLayout takes "path[:tag][@digest]" apart. A colon before the last
// separator belongs to the path, such as a drive's.
func splitLayout(ref string) (dir, tag string, dgst digest.Digest) {
	path, d, _ := strings.Cut(ref, "@")
	if i := strings.LastIndexByte(path, ':'); i > strings.LastIndexAny(path, `/\`) {
		path, tag = path[:i], path[i+1:]
	}
	return path, tag, digest.Digest(d)
}

// layoutDigest looks a tag up in a layout's index. Without a tag it is the only
// image there, or the one tagged latest.
func layoutDigest(dir, tag string) (digest.Digest, error) {
	data, err := os.ReadFile(filepath.Join(dir, ocispecs.ImageIndexFile))
	if err != nil {
		return "", err
	}
	var index ocispecs.Index
	if err := json.Unmarshal(data, &index); err != nil {
		return "", fmt.Errorf("reading %s: %w", filepath.Join(dir, ocispecs.ImageIndexFile), err)
	}
	if tag == "" && len(index.Manifests) == 1 {
		return index.Manifests[0].Digest, nil
	}
	want := tag
	if want == "" {
		want = "latest"
	}
	for _, m := range index.Manifests {
		if m.Annotations[ocispecs.AnnotationRefName] == want {
			return m.Digest, nil
		}
	}
	return "", fmt.Errorf("no image tagged %q in %s", want, dir)
}
