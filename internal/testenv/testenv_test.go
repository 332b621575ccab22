package testenv_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/internal/testenv"
	"github.com/buildlens/buildlens/internal/testenv/provide"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/moby/buildkit/client"
	"github.com/tonistiigi/fsutil"
	"golang.org/x/mod/modfile"
)

func TestBuildKitVersionIsThePinnedOne(t *testing.T) {
	data, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		if r.Mod.Path == "github.com/moby/buildkit" && r.Mod.Version != testenv.BuildKitVersion {
			t.Errorf("go.mod pins %s, testenv says %s", r.Mod.Version, testenv.BuildKitVersion)
		}
	}
}

func TestBuildKitAnswers(t *testing.T) {
	cases := map[string][]testenv.BuildKitOption{
		"unix": nil,
		"tls":  {testenv.WithTLS()},
	}
	for name, opts := range cases {
		t.Run(name, func(t *testing.T) {
			d := testenv.BuildKit(t, opts...)
			info, err := d.Client(t).Info(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if info.BuildkitVersion.Version != testenv.BuildKitVersion {
				t.Errorf("version %q, want %q", info.BuildkitVersion.Version, testenv.BuildKitVersion)
			}
		})
	}
}

func TestTLSRefusesClientsWithoutCertificate(t *testing.T) {
	d := testenv.BuildKit(t, testenv.WithTLS())
	c, err := client.New(t.Context(), d.Address, client.WithServerConfig("localhost", d.Certs.CA))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := c.Info(ctx); err == nil {
		t.Error("a client without a certificate was served")
	}
}

// A build pulls through a mirror of docker.io: daemon, registry, base image
// and mirror configuration work together.
func TestBuildPullsThroughMirror(t *testing.T) {
	registry := testenv.Registry(t)
	push(t, testenv.Busybox(t), registry+"/library/busybox:latest")
	d := testenv.BuildKit(t, testenv.WithMirror("docker.io", registry))

	out := t.TempDir()
	build(t, d, out, "FROM busybox AS b\nRUN echo hello >/greeting\nFROM scratch\nCOPY --from=b /greeting /\n")
	got, err := os.ReadFile(filepath.Join(out, "greeting"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(got)) != "hello" {
		t.Errorf("the build wrote %q", got)
	}
}

func push(t *testing.T, layoutDir, ref string) {
	t.Helper()
	index, err := layout.ImageIndexFromPath(layoutDir)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(tag, index); err != nil {
		t.Fatal(err)
	}
}

func build(t *testing.T, d *testenv.Daemon, out, dockerfile string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	fs, err := fsutil.NewFS(dir)
	if err != nil {
		t.Fatal(err)
	}
	opt := client.SolveOpt{
		Frontend:    "dockerfile.v0",
		LocalMounts: map[string]fsutil.FS{"context": fs, "dockerfile": fs},
		Exports:     []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: out}},
	}
	if _, err := d.Client(t).Solve(t.Context(), nil, opt, nil); err != nil {
		t.Fatalf("%v\n%s", err, d.Log())
	}
}

func TestToolIsBuiltOnce(t *testing.T) {
	first := testenv.Tool(t, provide.Runc)
	before, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(testenv.Tool(t, provide.Runc))
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("the second call built again")
	}
}
