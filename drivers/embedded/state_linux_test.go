package embedded_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/internal/testenv"
)

func TestStateIsPrivate(t *testing.T) {
	opts := testenv.Embedded(t)
	if err := os.Mkdir(opts.StateDir, 0o755); err != nil {
		t.Fatal(err)
	}
	booted(t, opts)
	for path, want := range map[string]os.FileMode{
		"":                   os.ModeDir | 0o700,
		"run":                os.ModeDir | 0o700,
		"root":               os.ModeDir | 0o700,
		"run/buildkitd.sock": os.ModeSocket | 0o600,
		"buildkitd.toml":     0o600,
		"buildkitd.log":      0o600,
		"status.json":        0o600,
	} {
		info, err := os.Stat(filepath.Join(opts.StateDir, path))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != want {
			t.Errorf("%q has mode %s, want %s", path, info.Mode(), want)
		}
	}
}

func TestLongStateFolder(t *testing.T) {
	opts := testenv.EmbeddedIn(t, filepath.Join(testenv.ShortDir(t), strings.Repeat("long/", 25)))
	n := booted(t, opts)
	if _, err := dialClient(t, n).Info(t.Context()); err != nil {
		t.Error(err)
	}
	if err := n.Remove(t.Context(), drivers.RemoveOptions{}); err != nil {
		t.Error(err)
	}
}

// The starter's environment does not live on, but for what the daemon needs.
func TestEnvironmentOfTheDaemon(t *testing.T) {
	t.Setenv("BUILDLENS_TEST_SECRET", "hunter2")
	t.Setenv("https_proxy", "http://127.0.0.1:9")
	opts := testenv.Embedded(t)
	booted(t, opts)
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", daemonPID(opts)))
	if err != nil {
		t.Fatal(err)
	}
	if env := string(data); strings.Contains(env, "hunter2") || !strings.Contains(env, "https_proxy=http://127.0.0.1:9\x00") {
		t.Errorf("the daemon's environment: %q", env)
	}
}

func TestGivenConfiguration(t *testing.T) {
	opts := testenv.Embedded(t)
	broken := newNode(t, opts, drivers.NodeConfig{Files: map[string][]byte{"buildkitd.toml": []byte("[registry")}})
	if err := broken.Boot(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "reading the given buildkitd.toml") {
		t.Errorf("Boot with a broken configuration: %v", err)
	}
	awaitStatus(t, broken, drivers.Errored)
	good := newNode(t, opts, drivers.NodeConfig{Files: map[string][]byte{
		"buildkitd.toml": []byte("[worker.oci.labels]\nteam = \"tests\"\n"),
	}})
	if err := good.Boot(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	workers, err := dialClient(t, good).ListWorkers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if workers[0].Labels["team"] != "tests" {
		t.Errorf("the given label is not there: %v", workers[0].Labels)
	}
	var limit int64
	for _, rule := range workers[0].GCPolicy {
		limit = max(limit, rule.MaxUsedSpace)
	}
	if limit != opts.DiskLimit {
		t.Errorf("the cache is limited to %d bytes, want %d", limit, opts.DiskLimit)
	}
}
