package embedded_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/embedded"
	"github.com/buildlens/buildlens/internal/testenv"
	"github.com/buildlens/buildlens/internal/testenv/provide"
	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/moby/buildkit/client"
	"github.com/tonistiigi/fsutil"
)

// rootlessArg makes this test binary boot a builder, build with it, and remove it.
const rootlessArg = "rootless-build"

// A rootlessJob is the argument that follows rootlessArg.
type rootlessJob struct {
	Options embedded.Options
	Layout  string // OCI layout with the base image
	Digest  string // of the base image
	Context string // folder with a Dockerfile
	Out     string
}

func rootlessMain(arg string) int {
	var job rootlessJob
	err := json.Unmarshal([]byte(arg), &job)
	if err == nil {
		err = job.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (j rootlessJob) run(ctx context.Context) error {
	n, err := openNode(j.Options, drivers.NodeConfig{})
	if err != nil {
		return err
	}
	defer n.Stop(ctx)
	if err := n.Boot(ctx, nil); err != nil {
		return err
	}
	if err := j.build(ctx, n); err != nil {
		return err
	}
	if err := n.Remove(ctx, drivers.RemoveOptions{}); err != nil {
		return err
	}
	info, err := n.Info(ctx)
	if err == nil && info.Status != drivers.Inactive {
		err = fmt.Errorf("after its removal the builder is %s", info.Status)
	}
	return err
}

func (j rootlessJob) build(ctx context.Context, n drivers.Node) error {
	c, err := client.New(ctx, "", client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return n.Dial(ctx)
	}))
	if err != nil {
		return err
	}
	defer c.Close()
	store, err := local.NewStore(j.Layout)
	if err != nil {
		return err
	}
	files, err := fsutil.NewFS(j.Context)
	if err != nil {
		return err
	}
	return solveWithLog(ctx, c, client.SolveOpt{
		Frontend:      "dockerfile.v0",
		FrontendAttrs: map[string]string{"context:busybox": "oci-layout://base@" + j.Digest},
		LocalMounts:   map[string]fsutil.FS{"context": files, "dockerfile": files},
		OCIStores:     map[string]content.Store{"base": store},
		Exports:       []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: j.Out}},
	})
}

// solveWithLog adds what the steps have written to the error.
func solveWithLog(ctx context.Context, c *client.Client, opt client.SolveOpt) error {
	var log strings.Builder
	status := make(chan *client.SolveStatus)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for s := range status {
			for _, l := range s.Logs {
				log.Write(l.Data)
			}
		}
	}()
	_, err := c.Solve(ctx, nil, opt, status)
	<-drained
	if err != nil {
		return fmt.Errorf("%w\n%s", err, log.String())
	}
	return nil
}

// asUser runs its arguments as a plain user with ranges of IDs of its own, as
// on a machine where root has added one. The files that say so are mounted over
// the machine's for these processes alone.
const asUser = `set -e
for f in passwd subuid subgid; do mount --bind "$USER_DIR/$f" /etc/$f; done
export HOME="$USER_DIR/home" USER=builder
exec setpriv --reuid 23456 --regid 23456 --clear-groups -- "$@"`

func TestRootless(t *testing.T) {
	testenv.Debian(t, provide.Uidmap)
	dir := testenv.ShortDir(t)
	job := rootlessJob{
		Options: embedded.Options{
			SupervisorArgs: testenv.Embedded(t).SupervisorArgs,
			Executable:     filepath.Join(dir, "test"),
			StateDir:       filepath.Join(dir, "home", "state"),
			ToolDirs:       []string{filepath.Join(dir, "tools")},
		},
		Layout:  testenv.Busybox(t),
		Context: filepath.Join(dir, "context"),
		Out:     filepath.Join(dir, "home", "out"),
	}
	_, job.Digest = testenv.BusyboxStore(t)
	testenv.Install(t, job.Options.ToolDirs[0], provide.Buildkitd, provide.Runc, provide.Rootlesskit)
	copyTree(t, job.Layout, filepath.Join(dir, "layout"))
	job.Layout = filepath.Join(dir, "layout")
	makeUser(t, dir)
	mustWrite(t, filepath.Join(job.Context, "Dockerfile"), "FROM busybox AS b\nRUN id -u >/uid && cat /proc/self/uid_map >/map\nFROM scratch\nCOPY --from=b /uid /map /\n")
	arg, err := json.Marshal(job)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(job.Options.Executable, rootlessArg, string(arg))
	if os.Geteuid() == 0 {
		cmd = exec.Command("unshare", append([]string{"-m", "sh", "-c", asUser, "sh"}, cmd.Args...)...)
		cmd.Env = append(os.Environ(), "USER_DIR="+dir)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		log, _ := os.ReadFile(filepath.Join(job.Options.StateDir, "buildkitd.log"))
		t.Fatalf("%v\n%s\n%s", err, out, log)
	}
	uid, err := os.ReadFile(filepath.Join(job.Out, "uid"))
	if err != nil {
		t.Fatal(err)
	}
	uidMap, err := os.ReadFile(filepath.Join(job.Out, "map"))
	if err != nil {
		t.Fatal(err)
	}
	// Two ranges: the user's own ID as root, and the others.
	if strings.TrimSpace(string(uid)) != "0" || strings.Count(string(uidMap), "\n") != 2 {
		t.Errorf("the build ran as %q with the map %q", uid, uidMap)
	}
}

// makeUser writes the user database of asUser, the user's home, and a copy of
// this program that the user can run.
func makeUser(t *testing.T, dir string) {
	t.Helper()
	passwd, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "passwd"), string(passwd)+"builder:x:23456:23456::"+dir+"/home:/bin/sh\n")
	mustWrite(t, filepath.Join(dir, "subuid"), "builder:300000:65536\n")
	mustWrite(t, filepath.Join(dir, "subgid"), "builder:300000:65536\n")
	home := filepath.Join(dir, "home")
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(home, 23456, 23456); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "test"), string(program))
	for _, path := range []string{dir, filepath.Join(dir, "test")} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func mustWrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
