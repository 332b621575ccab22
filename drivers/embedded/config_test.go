package embedded

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
)

func TestConfigMergesTheGivenOne(t *testing.T) {
	c := daemonConfig{
		paths:     newPaths("/s"),
		runtime:   "/bin/runc",
		diskLimit: 1000,
		given: []byte(`
root = "/elsewhere"
insecure-entitlements = ["security.insecure"]
[grpc]
address = ["tcp://0.0.0.0:1234"]
[worker.oci]
maxUsedSpace = "2GB"
binary = "crun"
max-parallelism = 4
[registry."docker.io"]
mirrors = ["mirror.example"]
[registry."mirror.example"]
ca = ["/etc/buildkit/certs/mirror.example/ca.pem", "/etc/ssl/own.pem", "/etc/buildkit/../shadow"]
`),
	}
	data, err := c.encode()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := toml.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"root":                  "/s/root",
		"provenanceEnvDir":      "/s/provenance.d",
		"insecure-entitlements": []any{"security.insecure"},
		"grpc":                  map[string]any{"address": []any{"unix:///s/run/daemon.sock"}, "tls": map[string]any{}},
		"otel":                  map[string]any{"socketPath": "/s/run/otel.sock"},
		"worker": map[string]any{
			"oci": map[string]any{
				"enabled": true, "rootless": false, "binary": "/bin/runc", "networkMode": "host", "max-parallelism": int64(4),
				"gc": true, "maxUsedSpace": "2GB", "reservedSpace": "200", "minFreeSpace": "5%",
			},
			"containerd": map[string]any{"enabled": false},
		},
		"registry": map[string]any{
			"docker.io": map[string]any{"mirrors": []any{"mirror.example"}},
			"mirror.example": map[string]any{
				"ca": []any{"/s/config/certs/mirror.example/ca.pem", "/etc/ssl/own.pem", "/etc/buildkit/../shadow"},
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("buildkitd.toml (-want +got):\n%s", diff)
	}
}

func TestSocketPathsFit(t *testing.T) {
	long := newPaths("/" + strings.Repeat("x", 200))
	for _, p := range []paths{newPaths("/home/me/.local/state/buildlens/embedded"), long} {
		for _, socket := range []string{p.socket(), p.retiredSocket(), p.daemonSocket(), p.otelSocket()} {
			if len(socket) > maxSocketPath {
				t.Errorf("%s is %d bytes long", socket, len(socket))
			}
		}
	}
	if other := newPaths("/" + strings.Repeat("y", 200)); other.run == long.run {
		t.Error("two builders share their sockets")
	}
}
