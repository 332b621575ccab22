package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/moby/buildkit/client"
)

const (
	// readyWithin bounds the start of the daemon. It takes well under a second,
	// or several with a large cache on a slow disk.
	readyWithin = time.Minute
	// stopGrace is how long the daemon may take to end its containers.
	stopGrace = 10 * time.Second
	// outputGrace is how long to wait for the output of processes that the
	// daemon has left behind and that hold its pipes open.
	outputGrace = time.Second
)

// errDaemonEnded is why a supervisor stops when its daemon has ended by itself.
var errDaemonEnded = errors.New("the daemon has ended")

// A daemon is a running buildkitd, inside rootlesskit when not root.
type daemon struct {
	cmd     *exec.Cmd
	version string
	log     string
	logFrom int64         // where this daemon's part of the log begins
	exited  chan struct{} // closed when the process has ended
	err     error         // how it ended; set before exited is closed
}

func (d *daemon) pid() int { return d.cmd.Process.Pid }

// startDaemon returns a daemon that answers.
func (s *supervisor) startDaemon(ctx context.Context) (*daemon, error) {
	if err := s.writeConfig(); err != nil {
		return nil, err
	}
	if err := s.awaitPredecessor(ctx); err != nil {
		return nil, err
	}
	if err := adoptOrphans(); err != nil {
		return nil, fmt.Errorf("adopting orphaned processes: %w", err)
	}
	d := &daemon{cmd: s.command(), log: s.paths.log(), logFrom: s.log.offset(), exited: make(chan struct{})}
	if err := d.start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", d.cmd.Path, err)
	}
	go reapOrphans(d)
	if err := s.awaitReady(ctx, d); err != nil {
		d.end()
		return nil, err
	}
	return d, nil
}

func (s *supervisor) writeConfig() error {
	limit := s.cfg.DiskLimit
	if limit == 0 {
		var err error
		if limit, err = defaultDiskLimit(s.paths.root()); err != nil {
			return err
		}
	}
	given, err := os.ReadFile(filepath.Join(s.paths.given(), "buildkitd.toml"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading the given buildkitd.toml: %w", err)
	}
	config := daemonConfig{paths: s.paths, runtime: s.cfg.Runtime, rootless: s.cfg.Rootlesskit != "", diskLimit: limit, given: given}
	data, err := config.encode()
	if err != nil {
		return err
	}
	if err := replaceFile(s.paths.config(), data); err != nil {
		return fmt.Errorf("writing buildkitd.toml: %w", err)
	}
	return nil
}

// command is the daemon's command line. Everything else is in its configuration.
// Rootless, runc keeps its state where XDG_RUNTIME_DIR says, and would else try
// to write to /run.
func (s *supervisor) command() *exec.Cmd {
	args := []string{s.cfg.Buildkitd, "--config", s.paths.config()}
	env := os.Environ()
	if s.cfg.Rootlesskit != "" {
		args = append([]string{
			s.cfg.Rootlesskit, "--net=host", "--copy-up=/etc", "--copy-up=/run", "--state-dir=" + s.paths.rootlesskit(),
		}, append(args, "--rootless")...)
		env = append(env, "XDG_RUNTIME_DIR="+s.paths.run)
	}
	// It lives until end ends it, which gives it time to end its containers.
	cmd := exec.CommandContext(context.Background(), args[0], args[1:]...)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = s.log, s.log
	cmd.WaitDelay = outputGrace
	// SIGTERM lets the daemon end its containers when the supervisor is killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	return cmd
}

// start keeps the thread that starts the process until it ends: the kernel
// sends the parent's death signal when that thread dies, not the process.
func (d *daemon) start() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := d.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		d.err = d.cmd.Wait()
		close(d.exited)
	}()
	return <-started
}

// awaitReady returns when the daemon has told its version.
func (s *supervisor) awaitReady(ctx context.Context, d *daemon) error {
	waiting, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		version, err := askVersion(waiting, s.paths.daemonSocket())
		if err == nil {
			d.version = version
			return nil
		}
		select {
		case <-d.exited:
			return errors.New(d.obituary())
		case <-waiting.Done():
			return fmt.Errorf("buildkitd does not answer: %w; the end of %s:\n%s", err, d.log, logTail(d.log, d.logFrom, 5))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func askVersion(ctx context.Context, socket string) (string, error) {
	var d net.Dialer
	probe, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return "", err
	}
	probe.Close()
	c, err := client.New(ctx, "", client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "unix", socket)
	}))
	if err != nil {
		return "", err
	}
	defer c.Close()
	info, err := c.Info(ctx)
	if err != nil {
		return "", err
	}
	return info.BuildkitVersion.Version, nil
}

// obituary says how the daemon ended, with the end of its log.
func (d *daemon) obituary() string {
	how := "ended by itself"
	if d.err != nil {
		how = "ended: " + d.err.Error()
	}
	return fmt.Sprintf("buildkitd %s; the end of %s:\n%s", how, d.log, logTail(d.log, d.logFrom, 5))
}

// end ends the daemon and every process that it has left behind, and returns
// its obituary.
func (d *daemon) end() string {
	_ = d.cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended by itself
	select {
	case <-d.exited:
	case <-time.After(stopGrace):
		_ = syscall.Kill(-d.pid(), syscall.SIGKILL) // fails when it has ended just now
		<-d.exited
	}
	killOrphans()
	return d.obituary()
}
