package testenv

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/internal/testenv/provide"
	"github.com/moby/buildkit/client"
)

// BuildKitVersion is what the daemons of BuildKit answer; a test holds it
// equal to the version that go.mod pins.
const BuildKitVersion = "v0.34.2"

// readyWithin is generous: machines that run tests may be busy.
const readyWithin = time.Minute

// A Daemon is a running buildkitd of one test.
type Daemon struct {
	Address string // what a client dials: unix://PATH or tcp://HOST:PORT
	Certs   *Certs // of a daemon with TLS; else nil
	Root    string // its state on disk
	process *process
}

// A BuildKitOption changes the daemon that BuildKit starts.
type BuildKitOption func(t testing.TB, c *daemonConfig)

type daemonConfig struct {
	dir     string
	address string
	certs   *Certs
	toml    bytes.Buffer
	args    []string
}

// WithTLS makes the daemon listen on a TCP port of the loopback interface and
// ask its clients for a certificate.
func WithTLS() BuildKitOption {
	return func(t testing.TB, c *daemonConfig) {
		c.address = "tcp://" + freePort(t)
		c.certs = NewCerts(t)
		c.args = append(c.args, "--tlscacert", c.certs.CA, "--tlscert", c.certs.ServerCert, "--tlskey", c.certs.ServerKey)
	}
}

// WithMirror makes the daemon ask the registry at addr, a HOST:PORT, for the
// images of another, such as "docker.io".
func WithMirror(registry, addr string) BuildKitOption {
	return func(_ testing.TB, c *daemonConfig) {
		fmt.Fprintf(&c.toml, "[registry.%q]\nmirrors = [%q]\n[registry.%q]\nhttp = true\n", registry, addr, addr)
	}
}

// WithConfig appends to the daemon's buildkitd.toml.
func WithConfig(toml string) BuildKitOption {
	return func(_ testing.TB, c *daemonConfig) { c.toml.WriteString(toml + "\n") }
}

// WithArgs appends to the daemon's command line.
func WithArgs(args ...string) BuildKitOption {
	return func(_ testing.TB, c *daemonConfig) { c.args = append(c.args, args...) }
}

// BuildKit starts a daemon that runs until the test ends.
func BuildKit(t testing.TB, opts ...BuildKitOption) *Daemon {
	t.Helper()
	buildkitd, runc := Tool(t, provide.Buildkitd), Tool(t, provide.Runc)
	dir := ShortDir(t)
	c := &daemonConfig{dir: dir, address: "unix://" + filepath.Join(dir, "buildkitd.sock")}
	for _, opt := range opts {
		opt(t, c)
	}
	d := &Daemon{Address: c.address, Certs: c.certs, Root: filepath.Join(dir, "root")}
	d.process = start(t, filepath.Join(dir, "buildkitd.log"), buildkitd, c.commandLine(t, runc)...)
	d.wait(t)
	return d
}

// commandLine writes the configuration file and returns the arguments. The
// telemetry socket has a path of its own, as daemons collide on the default
// one, and garbage collection has limits, as the default ones follow the
// size of the machine's disk.
func (c *daemonConfig) commandLine(t testing.TB, runc string) []string {
	config := filepath.Join(c.dir, "buildkitd.toml")
	text := fmt.Sprintf("[worker.oci]\nbinary = %q\nreservedSpace = \"1GB\"\nmaxUsedSpace = \"4GB\"\n%s", runc, c.toml.Bytes())
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return append([]string{
		"--config", config,
		"--root", filepath.Join(c.dir, "root"),
		"--addr", c.address,
		"--otel-socket-path", filepath.Join(c.dir, "otel.sock"),
		"--oci-worker=true", "--oci-worker-net=host", "--containerd-worker=false",
	}, c.args...)
}

// wait returns when the daemon answers.
func (d *Daemon) wait(t testing.TB) {
	t.Helper()
	c := d.Client(t)
	defer c.Close()
	deadline := time.After(readyWithin)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		_, err := c.Info(ctx)
		cancel()
		if err == nil {
			return
		}
		select {
		case <-d.process.exited:
			t.Fatal(d.process.failure("ended at once"))
		case <-deadline:
			t.Fatal(d.process.failure("does not answer: " + err.Error()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Client returns a client of the daemon. It is closed when the test ends, and
// may be closed before.
func (d *Daemon) Client(t testing.TB) *client.Client {
	t.Helper()
	var opts []client.ClientOpt
	if d.Certs != nil {
		opts = append(opts, client.WithServerConfig("localhost", d.Certs.CA), client.WithCredentials(d.Certs.Cert, d.Certs.Key))
	}
	c, err := client.New(t.Context(), d.Address, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Kill ends the daemon as a crash would, and returns when it is gone.
func (d *Daemon) Kill() { d.process.kill() }

// Log is what the daemon has written so far.
func (d *Daemon) Log() string {
	data, _ := os.ReadFile(d.process.log)
	return string(data)
}

// Socket is the path of the daemon's Unix socket; empty when it listens on TCP.
func (d *Daemon) Socket() string {
	path, ok := strings.CutPrefix(d.Address, "unix://")
	if !ok {
		return ""
	}
	return path
}

// freePort returns a loopback address that nothing listens on.
func freePort(t testing.TB) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
