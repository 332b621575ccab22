package embedded

import (
	"net"
	"os"
	"testing"
	"time"
)

// A client that found the socket just before an idle supervisor hid it keeps
// the daemon, and so do those that come later.
func TestRetireGivesWayToAClient(t *testing.T) {
	s := &supervisor{paths: paths{state: t.TempDir(), run: t.TempDir()}}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: s.paths.socket()})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	l := newLeases(time.Hour)
	l.acquire()
	if s.retire(l) {
		t.Error("it retires with a connection open")
	}
	conn, err := net.Dial("unix", s.paths.socket())
	if err != nil {
		t.Fatalf("the socket is not back: %v", err)
	}
	conn.Close()

	l.release()
	if !s.retire(l) {
		t.Error("it does not retire without any connection")
	}
	if _, err := os.Stat(s.paths.socket()); err == nil {
		t.Error("a retired supervisor can still be found")
	}
}

func TestLeasesExpireAfterTheLast(t *testing.T) {
	l := newLeases(time.Hour)
	l.acquire()
	l.acquire()
	l.release()
	if !l.held() {
		t.Error("one of two connections ended, and none is counted")
	}
	l.timeout = time.Millisecond
	l.release()
	<-l.expired
	if l.held() {
		t.Error("a lease is held after the last connection")
	}
}
