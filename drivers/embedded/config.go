package embedded

import (
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// givenPrefix is where Buildx's configurations expect the files that come with
// them, as they are written for a container.
const givenPrefix = "/etc/buildkit/"

// A daemonConfig is what buildkitd.toml is made of.
type daemonConfig struct {
	paths     paths
	runtime   string // the OCI runtime's path
	rootless  bool
	diskLimit int64  // bytes
	given     []byte // the user's buildkitd.toml; may be empty
}

// encode merges the user's configuration between defaults, which it overrides,
// and what decides where the daemon lives, which it cannot override.
func (c daemonConfig) encode() ([]byte, error) {
	given := map[string]any{}
	if err := toml.Unmarshal(c.given, &given); err != nil {
		return nil, fmt.Errorf("reading the given buildkitd.toml: %w", err)
	}
	given, _ = c.relocate(given).(map[string]any)
	merged := merge(merge(c.defaults(), given), c.fixed())
	data, err := toml.Marshal(merged)
	if err != nil {
		return nil, fmt.Errorf("writing buildkitd.toml: %w", err)
	}
	return data, nil
}

// defaults let builds use the host's network when they are allowed to, as the
// other drivers do, and bound the cache. The reserve keeps garbage collection
// from emptying the cache when the disk is full of other things.
func (c daemonConfig) defaults() map[string]any {
	return map[string]any{
		"insecure-entitlements": []any{"network.host"},
		"worker": map[string]any{"oci": map[string]any{
			"networkMode":   "host",
			"gc":            true,
			"maxUsedSpace":  strconv.FormatInt(c.diskLimit, 10), // a text is what every version reads
			"reservedSpace": strconv.FormatInt(c.diskLimit/5, 10),
			"minFreeSpace":  "5%",
		}},
	}
}

func (c daemonConfig) fixed() map[string]any {
	return map[string]any{
		"root":             c.paths.root(),
		"provenanceEnvDir": c.paths.provenance(),
		"grpc":             map[string]any{"address": []any{"unix://" + c.paths.daemonSocket()}, "tls": map[string]any{}},
		"otel":             map[string]any{"socketPath": c.paths.otelSocket()},
		"worker": map[string]any{
			"oci":        map[string]any{"enabled": true, "rootless": c.rootless, "binary": c.runtime},
			"containerd": map[string]any{"enabled": false},
		},
	}
}

// merge returns base with the values of over; tables are merged, and anything
// else is replaced.
func merge(base, over map[string]any) map[string]any {
	out := maps.Clone(base)
	for key, value := range over {
		below, isTable := value.(map[string]any)
		old, wasTable := out[key].(map[string]any)
		if isTable && wasTable {
			value = merge(old, below)
		}
		out[key] = value
	}
	return out
}

// relocate points the paths of files that came with the configuration to where
// this driver keeps them.
func (c daemonConfig) relocate(value any) any {
	switch v := value.(type) {
	case string:
		if rest, ok := strings.CutPrefix(v, givenPrefix); ok && filepath.IsLocal(rest) {
			return filepath.Join(c.paths.given(), rest)
		}
	case []any:
		for i := range v {
			v[i] = c.relocate(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = c.relocate(v[key])
		}
	}
	return value
}
