package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/buildlens/buildlens/drivers"
	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// lockPause lies between two attempts to take a lock.
const lockPause = 50 * time.Millisecond

// answers tells whether the supervisor listens, which it does only while its
// daemon is ready.
func answers(ctx context.Context, p paths) bool {
	conn, err := dial(ctx, p)
	if err != nil {
		// A full queue of a Unix socket: somebody listens, and is busy.
		return errors.Is(err, unix.EAGAIN)
	}
	conn.Close()
	return true
}

func dial(ctx context.Context, p paths) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", p.socket())
}

// Dial connects through the supervisor, which counts the connection as use.
func (n *node) Dial(ctx context.Context) (net.Conn, error) {
	conn, err := dial(ctx, n.paths)
	if err != nil {
		return nil, fmt.Errorf("connecting to the embedded BuildKit, which runs only after Boot: %w", err)
	}
	return conn, nil
}

// Info reads locks and files and connects to nothing: looking at a builder does
// not keep it running.
func (n *node) Info(context.Context) (drivers.Info, error) {
	if _, err := os.Stat(n.paths.root()); errors.Is(err, fs.ErrNotExist) {
		return drivers.Info{Status: drivers.Inactive}, nil
	}
	supervised, err := n.supervised()
	if err != nil {
		return drivers.Info{}, err
	}
	r := readRecord(n.paths.record())
	switch {
	case r.Failure != "":
		return drivers.Info{Status: drivers.Errored, Detail: r.Failure}, nil
	case supervised:
		return drivers.Info{Status: r.Status, Version: r.Version, Detail: n.paths.state}, nil
	}
	return drivers.Info{Status: drivers.Stopped, Detail: n.paths.state}, nil
}

// supervised tells whether a supervisor lives. It asks for a shared lock, so
// that several callers do not take each other for the supervisor.
func (n *node) supervised() (bool, error) {
	lock := flock.New(n.paths.supervisorLock())
	free, err := lock.TryRLock()
	if err != nil {
		return false, fmt.Errorf("looking for the embedded builder's supervisor: %w", err)
	}
	lock.Unlock()
	return !free, nil
}

// Boot starts the supervisor unless one answers. Of several callers one starts
// it, and the others wait for it.
func (n *node) Boot(ctx context.Context, report func(drivers.Activity)) error {
	if answers(ctx, n.paths) {
		return nil
	}
	found, err := findPrograms(n.opts)
	if err != nil {
		return err
	}
	if err := checkRights(); err != nil {
		return err
	}
	activity := drivers.Activity{Name: "starting the embedded BuildKit"}
	if report == nil {
		report = func(drivers.Activity) {}
	}
	report(activity)
	activity.Err = n.exclusively(ctx, func() error { return n.start(ctx, found) })
	activity.Done = true
	report(activity)
	return activity.Err
}

// exclusively runs f while no other process starts, stops or removes this
// builder. It makes the state folder.
func (n *node) exclusively(ctx context.Context, f func() error) error {
	if err := makePrivate(n.paths.state); err != nil {
		return err
	}
	lock := flock.New(n.paths.bootLock())
	if _, err := lock.TryLockContext(ctx, lockPause); err != nil {
		return fmt.Errorf("waiting for another start of the embedded BuildKit: %w", err)
	}
	defer lock.Unlock()
	return f()
}

func (n *node) start(ctx context.Context, found programs) error {
	if answers(ctx, n.paths) {
		return nil
	}
	if err := n.writeGiven(); err != nil {
		return fmt.Errorf("writing the embedded builder's configuration: %w", err)
	}
	return launch(ctx, n.opts, SupervisorConfig{
		StateDir:    n.opts.StateDir,
		Buildkitd:   found.buildkitd,
		Runtime:     found.runtime,
		Rootlesskit: found.rootlesskit,
		IdleTimeout: n.opts.IdleTimeout,
		DiskLimit:   n.opts.DiskLimit,
	})
}

// writeGiven replaces the files of an earlier start by those of this node.
func (n *node) writeGiven() error {
	dir := n.paths.given()
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for name, data := range n.cfg.Files {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("%q is no path inside the configuration", name)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends the supervisor, which ends the daemon, and waits until both are
// gone. Builds that run on it fail.
func (n *node) Stop(ctx context.Context) error {
	if _, err := os.Stat(n.paths.state); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return n.exclusively(ctx, func() error { return n.stop(ctx) })
}

func (n *node) stop(ctx context.Context) error {
	conn, err := dial(ctx, n.paths)
	if err == nil {
		err = terminatePeer(conn)
		conn.Close()
		if err != nil {
			return fmt.Errorf("stopping the embedded BuildKit: %w", err)
		}
	}
	lock := flock.New(n.paths.supervisorLock())
	if _, err := lock.TryLockContext(ctx, lockPause); err != nil {
		return fmt.Errorf("waiting for the embedded BuildKit to stop: %w", err)
	}
	return lock.Unlock()
}

// terminatePeer asks the process that listens at the other end to end. The
// kernel vouches for its ID, which a file could not.
func terminatePeer(conn net.Conn) error {
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return err
	}
	if credErr != nil {
		return credErr
	}
	err = unix.Kill(int(cred.Pid), unix.SIGTERM)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

// Remove deletes the cache, the configuration and the log. The lock files stay:
// deleting them would let two processes hold "the" lock.
func (n *node) Remove(ctx context.Context, opt drivers.RemoveOptions) error {
	if opt.KeepDaemon {
		return nil
	}
	if _, err := os.Stat(n.paths.state); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return n.exclusively(ctx, func() error {
		if err := n.stop(ctx); err != nil {
			return err
		}
		if opt.KeepState {
			return nil
		}
		return n.removeState(ctx)
	})
}

func (n *node) removeState(ctx context.Context) error {
	if err := n.removeRoot(ctx); err != nil {
		return fmt.Errorf("removing the embedded builder's cache: %w", err)
	}
	p := n.paths
	for _, path := range []string{p.given(), p.config(), p.record(), p.log(), p.log() + ".1", p.run} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("removing the embedded builder's state: %w", err)
		}
	}
	return nil
}

// removeRoot deletes the cache. Rootless, its files belong to other users of
// the user's own range, whom only a user namespace lets one act for.
func (n *node) removeRoot(ctx context.Context) error {
	if os.Geteuid() == 0 {
		unmountBelow(n.paths.root())
		return os.RemoveAll(n.paths.root())
	}
	rootlesskit, err := findProgram(n.opts, "rootlesskit")
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, rootlesskit, "rm", "-rf", n.paths.root()).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// makePrivate makes a folder that only this user can enter, or checks the one
// that is there.
func makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the embedded builder's folder: %w", err)
	}
	var st unix.Stat_t
	if err := unix.Lstat(dir, &st); err != nil {
		return fmt.Errorf("checking %s: %w", dir, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR || int(st.Uid) != os.Geteuid() {
		return unusable(dir+" is not a folder of this user", "move it away, or set XDG_STATE_HOME")
	}
	if st.Mode&0o077 == 0 {
		return nil
	}
	return os.Chmod(dir, 0o700)
}
