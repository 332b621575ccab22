package cli

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/lsp/lsptest"
)

// --listen serves one client after the other on a loopback address.
func TestListen(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	said, stderr := io.Pipe()
	app := &App{
		Name: "buildlens", Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: stderr,
		Drivers: func() ([]drivers.Driver, error) { return nil, nil },
	}
	ended := make(chan int, 1)
	go func() {
		ended <- app.Main(ctx, []string{"serve", "--listen", "127.0.0.1:0"})
		stderr.Close()
	}()
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		t.Fatalf("it said %q", line)
	}
	for range 2 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		client, err := lsptest.New(ctx, conn, lsptest.Options{Folders: []string{t.TempDir()}})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("the server ended with %d", code)
	}
}
