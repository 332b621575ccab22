package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/buildlens/buildlens/drivers"
	"github.com/gofrs/flock"
)

const (
	// succeedWithin bounds the wait for an earlier supervisor to end.
	succeedWithin = 45 * time.Second
	// retireGrace is how long an idle supervisor, having hidden its socket,
	// waits for a client that had found it just before.
	retireGrace = 100 * time.Millisecond
)

// errIdle is why a supervisor ends when nobody has used it for a while.
var errIdle = errors.New("idle")

// A supervisor owns one daemon from its start to its end.
type supervisor struct {
	cfg    SupervisorConfig
	paths  paths
	log    *logFile
	status *os.File // where to report the start; nil when nobody waits
}

// Supervise runs a daemon until nobody has used it for cfg.IdleTimeout, it
// ends by itself, or SIGTERM comes. It returns an error when the daemon could
// not be started or has crashed. It is meant to be all that its process does:
// it adopts orphaned processes, and sets the umask.
func Supervise(ctx context.Context, cfg SupervisorConfig) error {
	syscall.Umask(0o077)
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	s := &supervisor{cfg: cfg, paths: newPaths(cfg.StateDir)}
	if cfg.StatusFD != 0 {
		syscall.CloseOnExec(cfg.StatusFD)
		s.status = os.NewFile(uintptr(cfg.StatusFD), "status")
	}
	err := s.supervise(ctx)
	if err == nil {
		s.report(errors.New("it was told to end before it was ready"))
	}
	s.report(err)
	return err
}

// report tells the process that has started this one how that went. Only the
// first call does.
func (s *supervisor) report(err error) {
	if s.status == nil {
		return
	}
	var r startReport
	if err != nil {
		r.Error = err.Error()
	}
	// A starter that is gone needs no report.
	_ = json.NewEncoder(s.status).Encode(r)
	s.status.Close()
	s.status = nil
}

func (s *supervisor) supervise(ctx context.Context) error {
	for _, dir := range []string{s.paths.state, s.paths.run, s.paths.root()} {
		if err := makePrivate(dir); err != nil {
			return err
		}
	}
	lock := flock.New(s.paths.supervisorLock())
	waiting, cancel := context.WithTimeout(ctx, succeedWithin)
	defer cancel()
	if _, err := lock.TryLockContext(waiting, lockPause); err != nil {
		return fmt.Errorf("waiting for an earlier supervisor to end: %w", err)
	}
	defer lock.Unlock()
	log, err := openLog(s.paths.log())
	if err != nil {
		return err
	}
	defer log.close()
	s.log = log
	return s.run(ctx)
}

// run starts the daemon, serves it, and ends it. The caller holds the lock.
func (s *supervisor) run(ctx context.Context) error {
	s.record(record{Status: drivers.Starting, Daemon: readRecord(s.paths.record()).Daemon})
	err := s.startAndServe(ctx)
	s.say("ended: %v", err)
	if !errors.Is(err, errIdle) && ctx.Err() == nil {
		s.record(record{Status: drivers.Errored, Failure: err.Error()})
		return err
	}
	s.record(record{Status: drivers.Stopped})
	return nil
}

// startAndServe returns why it stopped, which is never nil. The daemon has ended then.
func (s *supervisor) startAndServe(ctx context.Context) error {
	if err := s.removeSockets(); err != nil {
		return err
	}
	d, err := s.startDaemon(ctx)
	if err != nil {
		return err
	}
	err = s.serve(ctx, d)
	s.record(record{Status: drivers.Stopping, Version: d.version, Daemon: d.pid()})
	obituary := d.end()
	if errors.Is(err, errDaemonEnded) {
		return errors.New(obituary)
	}
	return err
}

// removeSockets deletes what a killed supervisor has left.
func (s *supervisor) removeSockets() error {
	p := s.paths
	for _, path := range []string{p.socket(), p.retiredSocket(), p.daemonSocket(), p.otelSocket()} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("removing an old socket: %w", err)
		}
	}
	return nil
}

// serve passes connections on to the daemon and returns why it stopped:
// errIdle, errDaemonEnded, or the end of ctx. All connections are closed then.
func (s *supervisor) serve(ctx context.Context, d *daemon) error {
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: s.paths.socket()})
	if err != nil {
		return fmt.Errorf("listening for clients: %w", err)
	}
	if err := os.Chmod(s.paths.socket(), 0o600); err != nil {
		return fmt.Errorf("listening for clients: %w", err)
	}
	serving, cancel := context.WithCancel(context.Background())
	p := &proxy{backend: s.paths.daemonSocket(), leases: newLeases(s.cfg.IdleTimeout)}
	served := make(chan struct{})
	go func() {
		p.serve(serving, listener)
		close(served)
	}()
	s.record(record{Status: drivers.Running, Version: d.version, Daemon: d.pid()})
	s.say("ready: BuildKit %s", d.version)
	s.report(nil)
	reason := s.waitForEnd(ctx, d, p.leases)
	listener.Close()
	cancel()
	<-served
	return reason
}

func (s *supervisor) waitForEnd(ctx context.Context, d *daemon, l *leases) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-d.exited:
			return errDaemonEnded
		case <-l.expired:
			if !l.held() && s.retire(l) {
				return errIdle
			}
		}
	}
}

// retire hides the socket, so that no new client finds it, and then looks
// whether one had found it before. Without this a build that begins at the very
// moment would lose its daemon.
func (s *supervisor) retire(l *leases) bool {
	if err := os.Rename(s.paths.socket(), s.paths.retiredSocket()); err != nil {
		return true // removed by somebody: no client can come any more
	}
	time.Sleep(retireGrace)
	if !l.held() {
		return true
	}
	return os.Rename(s.paths.retiredSocket(), s.paths.socket()) != nil
}

func (s *supervisor) record(r record) {
	if err := writeRecord(s.paths.record(), r); err != nil {
		s.say("%v", err)
	}
}

func (s *supervisor) say(format string, args ...any) {
	fmt.Fprintf(s.log, "supervisor: "+format+"\n", args...)
}
