package embedded_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
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
)

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
	awaitRunning(t, "sleep\x0098765\x00") // the shell speaks before it becomes sleep
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
