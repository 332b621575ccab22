package editortest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/embedded"
	"github.com/buildlens/buildlens/internal/testenv"
	"github.com/buildlens/buildlens/internal/testenv/images"
	"github.com/buildlens/buildlens/internal/testenv/provide"
)

// An installation is the server with the embedded builder's programs, a
// workspace to open, and an environment in which it finds nothing of the
// person who runs the test.
type installation struct {
	bin       string // folder of the programs
	workspace string // a copy of the storefront, with its base images
	env       []string
}

// install makes one. The embedded builder that it starts ends with the test.
func install(t *testing.T) installation {
	t.Helper()
	dir := testenv.ShortDir(t)
	in := installation{bin: filepath.Join(dir, "bin"), workspace: filepath.Join(dir, "storefront")}
	state := filepath.Join(dir, "state")
	for _, d := range []string{in.bin, state} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	in.env = append(os.Environ(),
		"XDG_STATE_HOME="+state,
		"XDG_CONFIG_HOME="+filepath.Join(dir, "config"),
		"XDG_DATA_HOME="+filepath.Join(dir, "data"),
		"BUILDX_CONFIG="+filepath.Join(dir, "buildx"),
		"DOCKER_CONFIG="+filepath.Join(dir, "docker"),
		"BUILDX_BUILDER="+embedded.Name, // also where there is a Docker daemon
	)
	testenv.Install(t, in.bin, provide.Buildkitd, provide.Runc)
	run(t, exec.CommandContext(t.Context(), "go", "build", "-o", in.bin, "../../server/buildlens"))
	storefront(t, in.workspace)
	t.Cleanup(func() { stopBuilder(t, filepath.Join(state, "buildlens", "embedded")) })
	return in
}

func storefront(t *testing.T, dir string) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS("../../testdata/workspaces/storefront")); err != nil {
		t.Fatal(err)
	}
	for _, kind := range images.All() {
		image := testenv.Image(t, kind)
		if err := os.CopyFS(filepath.Join(dir, "images", string(kind)), os.DirFS(image)); err != nil {
			t.Fatal(err)
		}
	}
}

// stopBuilder ends the daemon that serves the state folder, if one does.
func stopBuilder(t *testing.T, state string) {
	driver, err := embedded.New(embedded.Options{StateDir: state, SupervisorArgs: []string{"none"}})
	if err != nil {
		t.Error(err)
		return
	}
	node, err := driver.Open(drivers.NodeConfig{})
	if err != nil {
		t.Error(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	if err := node.Stop(ctx); err != nil {
		t.Errorf("stopping the embedded builder: %v", err)
	}
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}
