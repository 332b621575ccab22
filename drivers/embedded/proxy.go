package embedded

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// leases counts the open connections and tells when there has been none for a while.
type leases struct {
	timeout time.Duration
	expired chan struct{} // receives when the timeout has passed
	timer   *time.Timer
	mu      sync.Mutex // guards open
	open    int
}

func newLeases(timeout time.Duration) *leases {
	l := &leases{timeout: timeout, expired: make(chan struct{}, 1)}
	l.timer = time.AfterFunc(timeout, l.expire)
	return l
}

func (l *leases) expire() {
	select {
	case l.expired <- struct{}{}:
	default:
	}
}

func (l *leases) acquire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open++
	l.timer.Stop()
}

func (l *leases) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.open == 0 {
		l.timer.Reset(l.timeout)
	}
}

func (l *leases) held() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open > 0
}

// A proxy passes connections on to the daemon's own socket. Each is a lease; so
// is the one with which Boot looks whether somebody listens, which leaves its
// caller the whole timeout to dial.
type proxy struct {
	backend string // path of the daemon's socket
	leases  *leases
	handled sync.WaitGroup
}

// serve accepts connections until the listener is closed, and ends them when
// ctx is done.
func (p *proxy) serve(ctx context.Context, listener *net.UnixListener) {
	for {
		conn, err := listener.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			p.handled.Wait()
			return
		}
		if err != nil {
			// Most likely no more descriptors: those of ended builds come back.
			time.Sleep(100 * time.Millisecond)
			continue
		}
		p.handled.Go(func() { p.handle(ctx, conn) })
	}
}

func (p *proxy) handle(ctx context.Context, conn *net.UnixConn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	p.leases.acquire()
	defer p.leases.release()
	backend, err := net.DialUnix("unix", nil, &net.UnixAddr{Net: "unix", Name: p.backend})
	if err != nil {
		return // the daemon is gone; closing says so
	}
	defer backend.Close()
	join(conn, backend)
}

// join copies both ways until the daemon has said everything. What the client
// has finished to say is passed on as such, and a client that is gone ends the
// connection to the daemon, which then cancels its work. Nobody is there to
// tell of an error: each side sees its connection end.
func join(client, daemon *net.UnixConn) {
	go func() {
		if _, err := io.Copy(daemon, client); err != nil {
			daemon.Close()
			return
		}
		_ = daemon.CloseWrite()
	}()
	_, _ = io.Copy(client, daemon)
}
