package remote_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/drivertest"
	"github.com/buildlens/buildlens/drivers/remote"
	"github.com/buildlens/buildlens/internal/testenv"
)

func TestConformance(t *testing.T) {
	t.Run("unix", func(t *testing.T) {
		d := testenv.BuildKit(t)
		drivertest.Run(t, drivertest.Case{Driver: remote.New(), Config: drivers.NodeConfig{Name: "r0", Endpoint: d.Address}})
	})
	t.Run("tls", func(t *testing.T) {
		d := testenv.BuildKit(t, testenv.WithTLS())
		drivertest.Run(t, drivertest.Case{Driver: remote.New(), Config: drivers.NodeConfig{
			Name: "r0", Endpoint: d.Address, Options: tlsOptions(d.Certs),
		}})
	})
}

func tlsOptions(c *testenv.Certs) map[string]string {
	return map[string]string{"cacert": c.CA, "cert": c.Cert, "key": c.Key}
}

func TestOpenRefuses(t *testing.T) {
	tcp := "tcp://127.0.0.1:1234"
	abs := func(name string) string { return filepath.Join(t.TempDir(), name) }
	cases := []struct {
		name string
		cfg  drivers.NodeConfig
		want string
	}{
		{"unknown scheme", drivers.NodeConfig{Endpoint: "http://x"}, "unrecognized url scheme http"},
		{"no scheme", drivers.NodeConfig{Endpoint: "/run/x.sock"}, "unrecognized url scheme "},
		{"undialed scheme", drivers.NodeConfig{Endpoint: "ssh://host"}, "endpoint ssh://host: this version dials unix:// and tcp:// addresses, not ssh://"},
		{"no port", drivers.NodeConfig{Endpoint: "tcp://host"}, "endpoint tcp://host names no port: want tcp://HOST:PORT"},
		{"no socket", drivers.NodeConfig{Endpoint: "unix://"}, "endpoint unix:// names no socket: want unix:///PATH"},
		{"config file", drivers.NodeConfig{Endpoint: tcp, Files: map[string][]byte{"buildkitd.toml": nil}}, "setting config file is not supported for remote driver"},
		{"flags", drivers.NodeConfig{Endpoint: tcp, Flags: []string{"--debug"}}, "setting buildkit flags is not supported for remote driver"},
		{"unknown option", drivers.NodeConfig{Endpoint: tcp, Options: map[string]string{"image": "x"}}, "invalid driver option image for remote driver"},
		{"relative path", drivers.NodeConfig{Endpoint: tcp, Options: map[string]string{"cacert": "ca.pem"}}, "non-absolute path 'ca.pem' provided for cacert"},
		{"no authority", drivers.NodeConfig{Endpoint: tcp, Options: map[string]string{"servername": "x"}}, "tls enabled, but missing keys cacert"},
		{"no key", drivers.NodeConfig{Endpoint: tcp, Options: map[string]string{"cert": abs("c")}}, "tls enabled, but missing keys cacert, key"},
		{"no cert", drivers.NodeConfig{Endpoint: tcp, Options: map[string]string{"cacert": abs("a"), "key": abs("k")}}, "tls enabled, but missing keys cert"},
		{"tls on a socket", drivers.NodeConfig{Endpoint: "unix:///x", Options: map[string]string{"cacert": abs("a")}}, "tls is only supported for tcp:// endpoints, not unix:///x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := remote.New().Open(c.cfg)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestDefaultLoad(t *testing.T) {
	n := open(t, drivers.NodeConfig{Endpoint: "unix:///x", Options: map[string]string{"default-load": "true"}})
	if !n.Features(nil).DefaultLoad {
		t.Error("default-load=true is lost")
	}
}

func TestUnreachableIsInactive(t *testing.T) {
	n := open(t, drivers.NodeConfig{Endpoint: "unix://" + filepath.Join(t.TempDir(), "none.sock")})
	info, err := n.Info(t.Context())
	if err != nil || info.Status != drivers.Inactive || !strings.Contains(info.Detail, "no such file") {
		t.Errorf("Info = %+v, %v", info, err)
	}
}

// A daemon that starts after Boot is still found.
func TestBootWaits(t *testing.T) {
	dir := testenv.ShortDir(t)
	socket := filepath.Join(dir, "late.sock")
	n := open(t, drivers.NodeConfig{Endpoint: "unix://" + socket})
	booted := make(chan error, 1)
	go func() { booted <- n.Boot(t.Context(), nil) }()
	testenv.BuildKit(t, testenv.WithArgs("--addr", "unix://"+socket))
	if err := <-booted; err != nil {
		t.Error(err)
	}
}

func TestBootIsCanceled(t *testing.T) {
	n := open(t, drivers.NodeConfig{Endpoint: "unix://" + filepath.Join(t.TempDir(), "none.sock")})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := n.Boot(ctx, nil); err == nil || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("Boot = %v, want the context's error", err)
	}
}

// A certificate of another authority is reported at once and by its name.
func TestWrongAuthority(t *testing.T) {
	d := testenv.BuildKit(t, testenv.WithTLS())
	opts := tlsOptions(d.Certs)
	opts["cacert"] = testenv.NewCerts(t).CA
	err := open(t, drivers.NodeConfig{Endpoint: d.Address, Options: opts}).Boot(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "certificate signed by unknown authority") {
		t.Errorf("Boot = %v", err)
	}
}

func open(t *testing.T, cfg drivers.NodeConfig) drivers.Node {
	t.Helper()
	n, err := remote.New().Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
