package embedded_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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

func TestProcessesThatBootAtOnceGetOneDaemon(t *testing.T) {
	opts := testenv.Embedded(t)
	arg, err := json.Marshal(opts)
	if err != nil {
		t.Fatal(err)
	}
	type result struct {
		out []byte
		err error
	}
	results := make(chan result)
	const processes = 6
	for range processes {
		go func() {
			out, err := exec.Command(os.Args[0], bootArg, string(arg)).CombinedOutput()
			results <- result{out, err}
		}()
	}
	pids := map[string]bool{}
	for range processes {
		r := <-results
		if r.err != nil {
			t.Errorf("a process could not boot: %v\n%s", r.err, r.out)
		}
		pids[string(r.out)] = true
	}
	if len(pids) != 1 || pids["0"] {
		t.Errorf("the processes found the daemons %v, want one", pids)
	}
	// The processes that booted it are gone, and it still serves.
	n := newNode(t, opts, drivers.NodeConfig{})
	if _, err := dialClient(t, n).Info(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestKilledSupervisor(t *testing.T) {
	opts := testenv.Embedded(t)
	n := booted(t, opts)
	old := daemonPID(opts)
	if err := syscall.Kill(supervisorPID(t, n), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	awaitStatus(t, n, drivers.Stopped)
	if err := n.Boot(t.Context(), nil); err != nil {
		t.Fatalf("Boot after the supervisor was killed: %v", err)
	}
	if _, err := dialClient(t, n).ListWorkers(t.Context()); err != nil {
		t.Error(err)
	}
	awaitGone(t, old)
}

func TestSupervisorAndDaemonKilled(t *testing.T) {
	opts := testenv.Embedded(t)
	n := booted(t, opts)
	supervisor, daemon := supervisorPID(t, n), daemonPID(opts)
	for _, pid := range []int{supervisor, daemon} {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	awaitStatus(t, n, drivers.Stopped)
	if err := n.Boot(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if daemonPID(opts) == daemon {
		t.Error("the record still names the killed daemon")
	}
}

// A crash breaks running builds at once, leaves no container behind, is told by
// Info, and the next Boot starts anew.
func TestDaemonCrashesDuringBuild(t *testing.T) {
	opts := testenv.Embedded(t)
	n := booted(t, opts)
	running := make(chan struct{})
	ended := make(chan error, 1)
	c := dialClient(t, n)
	opt := solveOpt(t, "FROM busybox\nRUN echo started; exec sleep 98765\n")
	go func() { ended <- solveUntil(t.Context(), c, opt, "started", running) }()
	select {
	case <-running:
	case err := <-ended:
		t.Fatalf("the build ended early: %v", err)
	}
	if !isRunning(t, "sleep\x0098765\x00") {
		t.Fatal("the build's own process is not to be seen")
	}
	killed := time.Now()
	if err := syscall.Kill(daemonPID(opts), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("the build succeeded without its daemon")
	}
	t.Logf("the client saw the crash after %s", time.Since(killed))
	info := awaitStatus(t, n, drivers.Errored)
	if !strings.Contains(info.Detail, "signal: killed") {
		t.Errorf("Info does not say what happened: %s", info.Detail)
	}
	if isRunning(t, "sleep\x0098765\x00") {
		t.Error("the build's process has outlived its daemon")
	}
	if err := n.Boot(t.Context(), nil); err != nil {
		t.Fatalf("Boot after the crash: %v", err)
	}
	if _, err := dialClient(t, n).Solve(t.Context(), nil, solveOpt(t, "FROM busybox\nRUN true\n"), nil); err != nil {
		t.Errorf("a build after the crash: %v", err)
	}
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

func TestIdleDaemonStops(t *testing.T) {
	opts := testenv.Embedded(t)
	opts.IdleTimeout = 300 * time.Millisecond
	n := booted(t, opts)
	conn, err := n.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(4 * opts.IdleTimeout)
	if info, err := n.Info(t.Context()); err != nil || info.Status != drivers.Running {
		t.Fatalf("it has stopped with a connection open: %+v, %v", info, err)
	}
	conn.Close()
	// That Info is asked all the time does not keep it alive.
	awaitStatus(t, n, drivers.Stopped)
	if _, err := os.Stat(filepath.Join(opts.StateDir, "run", "buildkitd.sock")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its socket is still there: %v", err)
	}
	if err := n.Boot(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

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

// withDaemon puts a shell script in the place of buildkitd.
func withDaemon(t *testing.T, script string) embedded.Options {
	t.Helper()
	opts := testenv.Embedded(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "buildkitd"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	opts.ToolDirs = append([]string{dir}, opts.ToolDirs...)
	return opts
}

func TestCanceledBootLeavesNothing(t *testing.T) {
	n := newNode(t, withDaemon(t, "exec sleep 87654"), drivers.NodeConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- n.Boot(ctx, nil) }()
	for !isRunning(t, "sleep\x0087654\x00") {
		time.Sleep(10 * time.Millisecond)
	}
	awaitStatus(t, n, drivers.Starting)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Boot: %v, want the context's error", err)
	}
	awaitStatus(t, n, drivers.Stopped)
	if isRunning(t, "sleep\x0087654\x00") {
		t.Error("the daemon still runs")
	}
}

func TestDaemonThatEndsAtOnce(t *testing.T) {
	n := newNode(t, withDaemon(t, "echo this kernel is too old; exit 3"), drivers.NodeConfig{})
	for range 2 { // a failed start does not block the next
		err := n.Boot(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "this kernel is too old") {
			t.Errorf("Boot: %v, want how buildkitd ended and what it wrote", err)
		}
	}
	if info := awaitStatus(t, n, drivers.Errored); !strings.Contains(info.Detail, "too old") {
		t.Errorf("Info: %+v", info)
	}
}

func TestUnusable(t *testing.T) {
	opts := testenv.Embedded(t)
	all := opts.ToolDirs
	t.Setenv("PATH", t.TempDir())
	cases := []struct {
		dirs []string
		want string
	}{
		{[]string{"/none"}, "embedded: no buildkitd in /none or on PATH"},
		{all[:1], "embedded: no OCI runtime: no buildkit-runc or runc in " + all[0] + " or on PATH"},
	}
	for _, c := range cases {
		opts.ToolDirs = c.dirs
		d, err := embedded.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		var unusable *drivers.UnusableError
		if err := d.Usable(t.Context()); !errors.As(err, &unusable) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Usable: %v, want %s", err, c.want)
		}
		if err := newNode(t, opts, drivers.NodeConfig{}).Boot(t.Context(), nil); !errors.As(err, &unusable) {
			t.Errorf("Boot: %v, want an UnusableError", err)
		}
	}
}
