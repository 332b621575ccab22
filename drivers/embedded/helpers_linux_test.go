package embedded_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/embedded"
	"github.com/buildlens/buildlens/internal/testenv"
	"github.com/moby/buildkit/client"
	"github.com/tonistiigi/fsutil"
)

// bootArg makes this test binary boot the builder whose options follow.
const bootArg = "boot-embedded"

func bootMain(arg string) int {
	var opts embedded.Options
	err := json.Unmarshal([]byte(arg), &opts)
	if err == nil {
		var n drivers.Node
		if n, err = openNode(opts, drivers.NodeConfig{}); err == nil {
			err = n.Boot(context.Background(), nil)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Print(daemonPID(opts))
	return 0
}

func openNode(opts embedded.Options, cfg drivers.NodeConfig) (drivers.Node, error) {
	d, err := embedded.New(opts)
	if err != nil {
		return nil, err
	}
	return d.Open(cfg)
}

func newNode(t *testing.T, opts embedded.Options, cfg drivers.NodeConfig) drivers.Node {
	t.Helper()
	n, err := openNode(opts, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func booted(t *testing.T, opts embedded.Options) drivers.Node {
	t.Helper()
	n := newNode(t, opts, drivers.NodeConfig{})
	if err := n.Boot(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return n
}

// daemonPID reads the process ID that the supervisor has recorded; 0 is none.
func daemonPID(opts embedded.Options) int {
	var r struct{ Daemon int }
	data, err := os.ReadFile(filepath.Join(opts.StateDir, "status.json"))
	if err != nil || json.Unmarshal(data, &r) != nil {
		return 0
	}
	return r.Daemon
}

// supervisorPID is the process at the other end of a connection.
func supervisorPID(t *testing.T, n drivers.Node) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", daemonPID(embedded.Options{StateDir: stateDir(t, n)})))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))[1], &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

func stateDir(t *testing.T, n drivers.Node) string {
	t.Helper()
	info, err := n.Info(t.Context())
	if err != nil || info.Status != drivers.Running {
		t.Fatalf("the builder does not run: %+v, %v", info, err)
	}
	return info.Detail
}

func awaitStatus(t *testing.T, n drivers.Node, want drivers.Status) drivers.Info {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		info, err := n.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if info.Status == want {
			return info
		}
		if time.Now().After(deadline) {
			t.Fatalf("status %q never became %q", info.Status, want)
		}
	}
}

// awaitGone waits until a process has ended. Whether its parent has collected
// it does not matter: a zombie has no command line.
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err != nil || len(cmdline) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d still runs: %q", pid, cmdline)
		}
	}
}

func dialClient(t *testing.T, n drivers.Node) *client.Client {
	t.Helper()
	c, err := client.New(t.Context(), "", client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return n.Dial(ctx)
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// solveOpt builds a Dockerfile on busybox, without a registry.
func solveOpt(t *testing.T, dockerfile string) client.SolveOpt {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile), 0o644); err != nil {
		t.Fatal(err)
	}
	fs, err := fsutil.NewFS(dir)
	if err != nil {
		t.Fatal(err)
	}
	base, digest := testenv.BusyboxStore(t)
	return client.SolveOpt{
		Frontend:      "dockerfile.v0",
		FrontendAttrs: map[string]string{"context:busybox": "oci-layout://base@" + digest},
		LocalMounts:   map[string]fsutil.FS{"context": fs, "dockerfile": fs},
		OCIStores:     base,
	}
}

// solveUntil builds and closes running when a step has written word.
func solveUntil(ctx context.Context, c *client.Client, opt client.SolveOpt, word string, running chan<- struct{}) error {
	status := make(chan *client.SolveStatus)
	go func() {
		told := false
		for s := range status {
			for _, l := range s.Logs {
				if !told && strings.Contains(string(l.Data), word) {
					told = true
					close(running)
				}
			}
		}
	}()
	_, err := c.Solve(ctx, nil, opt, status)
	return err
}

// awaitRunning waits until a process with that command line is there.
func awaitRunning(t *testing.T, cmdline string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !isRunning(t, cmdline); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no process %q came to run", cmdline)
		}
	}
}

// isRunning looks for a process by its command line.
func isRunning(t *testing.T, cmdline string) bool {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err == nil && string(data) == cmdline {
			return true
		}
	}
	return false
}
