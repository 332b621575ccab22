package engine_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/engine"
	"github.com/buildlens/buildlens/internal/testenv"
	"github.com/google/go-containerregistry/pkg/crane"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

func TestOutputs(t *testing.T) {
	var stdout bytes.Buffer
	r := newRig(t, func(d *engine.Deps) { d.Stdout = &stdout })
	dir, out := r.context(multiStage, "in.txt", "hello"), t.TempDir()
	registry := testenv.Registry(t)
	req := r.request("web", dir)
	req.Tags = []string{registry + "/web:1"}
	req.Annotations = []string{"manifest:org.example.note=hi"}
	req.Outputs = []buildengine.Output{
		{Type: "local", Dest: filepath.Join(out, "files")},
		{Type: "tar", Dest: filepath.Join(out, "deep", "files.tar")},
		{Type: "oci", Dest: filepath.Join(out, "oci.tar")},
		{Type: "oci", Dest: filepath.Join(out, "layout"), Attrs: map[string]string{"tar": "false"}},
		{Type: "docker", Dest: filepath.Join(out, "docker.tar")},
		{Type: "registry"},
		{Type: "tar", Dest: "-"},
	}
	rec := r.must(req)
	result := rec.target("web")

	if data, err := os.ReadFile(filepath.Join(out, "files", "out.txt")); err != nil || string(data) != "HELLO" {
		t.Errorf("local: %q, %v", data, err)
	}
	for name, want := range map[string]string{
		"deep/files.tar": "out.txt", "oci.tar": "index.json", "docker.tar": "manifest.json",
	} {
		f, err := os.Open(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if names := tarNames(t, f); !slices.Contains(names, want) {
			t.Errorf("%s holds %v", name, names)
		}
		f.Close()
	}
	if names := tarNames(t, &stdout); !slices.Contains(names, "out.txt") {
		t.Errorf("standard output holds %v", names)
	}
	var index ocispecs.Index
	data, err := os.ReadFile(filepath.Join(out, "layout", "index.json"))
	if err != nil || json.Unmarshal(data, &index) != nil || len(index.Manifests) != 1 {
		t.Fatalf("layout: %s, %v", data, err)
	}
	pushed, err := crane.Digest(registry+"/web:1", crane.Insecure)
	if err != nil || pushed != result.Digest || index.Manifests[0].Digest.String() != result.Digest {
		t.Errorf("pushed %s, %v; layout %s; result %s", pushed, err, index.Manifests[0].Digest, result.Digest)
	}
	image, err := crane.Pull(registry+"/web:1", crane.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := image.RawManifest()
	if err != nil || !bytes.Contains(manifest, []byte("org.example.note")) {
		t.Errorf("manifest %s, %v", manifest, err)
	}
	for _, key := range []string{"containerimage.digest", "containerimage.config.digest", "containerimage.descriptor", "image.name", "buildx.build.ref"} {
		if _, ok := result.Metadata[key]; !ok {
			t.Errorf("metadata lacks %s: %v", key, result.Metadata)
		}
	}
	if len(result.Outputs) != 7 || result.Outputs[5].Dest != registry+"/web:1" || !result.Outputs[5].Push {
		t.Errorf("outputs %+v", result.Outputs)
	}
	noStrays(t, out)
}

func tarNames(t *testing.T, r io.Reader) []string {
	t.Helper()
	var names []string
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, strings.TrimPrefix(h.Name, "./"))
	}
}

// noStrays fails on files that were only meant for a while.
func noStrays(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if strings.HasPrefix(d.Name(), ".") {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFailedOutput leaves the file of an earlier build alone, and nothing else.
func TestFailedOutput(t *testing.T) {
	r := newRig(t)
	out := t.TempDir()
	dest := filepath.Join(out, "a.tar")
	write(t, dest, "old")
	req := r.request("web", r.context("FROM busybox\nRUN false\n"))
	req.Outputs = []buildengine.Output{{Type: "oci", Dest: dest}}
	failureOf(t, r.build(req))
	if data, err := os.ReadFile(dest); err != nil || string(data) != "old" {
		t.Errorf("%q, %v", data, err)
	}
	noStrays(t, out)
}

// TestNoOutput says where the result is.
func TestNoOutput(t *testing.T) {
	r := newRig(t)
	req := r.request("web", r.context("FROM busybox\nRUN echo ran\n"))
	req.Outputs = nil
	rec := r.must(req)
	notices := 0
	for _, e := range rec.events {
		if e.Notice != nil && strings.HasPrefix(e.Notice.Message, "No output specified with remote driver") {
			notices++
		}
	}
	if got := rec.target("web").Outputs; notices != 1 || len(got) != 1 || got[0].Type != "cacheonly" {
		t.Errorf("%d notices, outputs %+v", notices, got)
	}
	if !strings.Contains(rec.logs(), "ran") {
		t.Error("the build was not evaluated")
	}
}

func TestRefusedOutputs(t *testing.T) {
	r := newRig(t)
	dir := r.context("FROM busybox\n")
	for want, outputs := range map[string][]buildengine.Output{
		"cannot load the result into Docker":             {{Type: "docker"}},
		"tag is needed when pushing to registry":         {{Type: "registry"}},
		"refusing to write to console":                   {{Type: "oci", Dest: "-"}},
		"destination directory " + dir + "/Dockerfile":   {{Type: "local", Dest: dir + "/Dockerfile"}},
		"destination file " + dir + " is a directory":    {{Type: "tar", Dest: dir}},
		"multiple outputs configured to write to stdout": {{Type: "oci", Dest: "-"}, {Type: "tar", Dest: "-"}},
	} {
		req := r.request("web", dir)
		req.Outputs = outputs
		if f := failureOf(t, r.build(req)); !strings.Contains(f.Message, want) {
			t.Errorf("message %q, want %q in it", f.Message, want)
		}
	}
}

func TestCaches(t *testing.T) {
	r := newRig(t)
	registry := testenv.Registry(t)
	dir, local := r.context("FROM busybox\nRUN head -c 8 /dev/urandom | md5sum > /id\n"), filepath.Join(t.TempDir(), "cache")
	for name, c := range map[string]struct{ to, from buildengine.CacheEntry }{
		"local": {
			to:   buildengine.CacheEntry{Type: "local", Attrs: map[string]string{"dest": local, "mode": "max"}},
			from: buildengine.CacheEntry{Type: "local", Attrs: map[string]string{"src": local}},
		},
		"registry": {
			to:   buildengine.CacheEntry{Type: "registry", Attrs: map[string]string{"ref": registry + "/cache", "mode": "max"}},
			from: buildengine.CacheEntry{Type: "registry", Attrs: map[string]string{"ref": registry + "/cache"}},
		},
	} {
		req := r.request("web", dir)
		req.NoCache = true
		req.CacheTo = []buildengine.CacheEntry{c.to}
		r.must(req)
		if err := r.daemon.Client(t).Prune(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		req = r.request("web", dir)
		req.CacheFrom = []buildengine.CacheEntry{c.from}
		if runs := r.must(req).named("RUN head"); len(runs) != 1 || runs[0].State != buildengine.StepCached {
			t.Errorf("%s: %+v", name, runs)
		}
	}
}
