package embedded

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// killRounds bounds the search for processes that a dead daemon has left:
// killing one may orphan others.
const killRounds = 100

// adoptOrphans makes this process the parent of processes below it whose own
// parent dies, so that the containers of a crashed daemon can be found and ended.
func adoptOrphans() error {
	return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}

// A child is a process whose parent is this process.
type child struct {
	pid    int
	zombie bool
}

// children lists the processes whose parent is this process.
func children() []child {
	self := strconv.Itoa(os.Getpid())
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	var list []child
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// The name, in parentheses, may hold anything; state and parent follow it.
		fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
		if len(fields) < 2 || fields[1] != self {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil {
			list = append(list, child{pid, fields[0] == "Z"})
		}
	}
	return list
}

// reapOrphans collects adopted processes that end while the daemon lives. The
// daemon itself is collected by its exec.Cmd.
func reapOrphans(d *daemon) {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	defer signal.Stop(ended)
	for {
		select {
		case <-d.exited:
			return
		case <-ended:
		}
		for _, c := range children() {
			if c.zombie && c.pid != d.pid() {
				_, _ = syscall.Wait4(c.pid, nil, syscall.WNOHANG, nil) // else the next signal comes back to it
			}
		}
	}
}

// killOrphans ends every child and what it leaves, once the daemon has ended.
// Rootless, a process may belong to another user of the range and stay.
func killOrphans() {
	for range killRounds {
		left := slices.DeleteFunc(children(), func(c child) bool {
			return !c.zombie && syscall.Kill(c.pid, syscall.SIGKILL) != nil
		})
		if len(left) == 0 {
			return
		}
		for _, c := range left {
			_, _ = syscall.Wait4(c.pid, nil, syscall.WNOHANG, nil) // else the next round does it
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// awaitPredecessor waits until the daemon of a killed supervisor, which is
// ending, has released its state, and kills it when it does not.
func (s *supervisor) awaitPredecessor(ctx context.Context) error {
	if s.daemonGone(ctx, stopGrace) {
		return nil
	}
	if pid := readRecord(s.paths.record()).Daemon; s.isOurDaemon(pid) {
		s.say("killing the daemon of an earlier supervisor, process %d", pid)
		_ = syscall.Kill(-pid, syscall.SIGKILL) // whether it worked shows in the lock below
	}
	if s.daemonGone(ctx, stopGrace) {
		return nil
	}
	return fmt.Errorf("another buildkitd uses %s", s.paths.root())
}

// daemonGone waits a while for the lock that buildkitd holds on its state.
func (s *supervisor) daemonGone(ctx context.Context, within time.Duration) bool {
	waiting, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	lock := flock.New(s.paths.daemonLock())
	locked, err := lock.TryLockContext(waiting, lockPause)
	if err != nil || !locked {
		return false
	}
	return lock.Unlock() == nil
}

// isOurDaemon guards against an ID that meanwhile names another process.
func (s *supervisor) isOurDaemon(pid int) bool {
	if pid <= 0 {
		return false
	}
	cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return false
	}
	return slices.Contains(strings.Split(string(cmdline), "\x00"), s.paths.config())
}

// unmountBelow releases the mounts that a killed daemon has left below dir,
// inner ones first.
func unmountBelow(dir string) {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return
	}
	lines := strings.Split(string(data), "\n")
	slices.Reverse(lines)
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) > 4 && strings.HasPrefix(fields[4], dir+"/") {
			_ = unix.Unmount(fields[4], unix.MNT_DETACH) // what stays mounted fails the removal, which says so
		}
	}
}
