package engine_test

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/engine"
	"github.com/buildlens/buildlens/internal/testenv"
)

// A gate passes connections on to a daemon until it is shut: then bytes vanish,
// as packets do in a broken network, and no connection is closed.
type gate struct {
	listener net.Listener
	to       string
	shut     chan struct{}
	mu       sync.Mutex
	conns    []net.Conn
}

func newGate(t *testing.T, socket string) *gate {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(testenv.ShortDir(t), "gate.sock"))
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{listener: l, to: socket, shut: make(chan struct{})}
	var done sync.WaitGroup
	done.Go(func() { g.serve(&done) })
	t.Cleanup(func() {
		l.Close()
		g.mu.Lock()
		for _, c := range g.conns {
			c.Close()
		}
		g.mu.Unlock()
		done.Wait()
	})
	return g
}

func (g *gate) serve(done *sync.WaitGroup) {
	for {
		in, err := g.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("unix", g.to)
		if err != nil {
			in.Close()
			continue
		}
		g.mu.Lock()
		g.conns = append(g.conns, in, out)
		g.mu.Unlock()
		done.Go(func() { g.pass(in, out) })
		done.Go(func() { g.pass(out, in) })
	}
}

func (g *gate) pass(to io.WriteCloser, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		select {
		case <-g.shut:
			if err != nil {
				return
			}
			continue
		default:
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			to.Close()
			return
		}
	}
}

// TestSilence loses the daemon without a word.
func TestSilence(t *testing.T) {
	r := newRig(t)
	g := newGate(t, r.daemon.Socket())
	r.engine = engine.New(r.deps(func(d *engine.Deps) {
		d.StoreDir = store(t, "unix://"+g.listener.Addr().String())
		d.Silence = engine.Silence{Notice: 600 * time.Millisecond, Lost: 2 * time.Second}
	}))
	dir := r.context("FROM busybox\nRUN echo begun && sleep 300\n")
	done := r.until(t.Context(), buildengine.Build{Requests: []buildengine.Request{r.request("web", dir)}}, "begun")
	close(g.shut)
	rec := <-done
	if f := failureOf(t, rec); !strings.Contains(f.Message, "builder test has not answered") {
		t.Errorf("failure %+v", f)
	}
	told := false
	for _, e := range rec.events {
		told = told || e.Notice != nil && e.Notice.Message == "builder test is not answering"
	}
	if !told {
		t.Error("nobody was told ahead of the failure")
	}
}
