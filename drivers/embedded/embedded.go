// Package embedded runs BuildKit itself, for machines without Docker. One
// supervisor per user, a detached process of the Buildlens binary, owns a
// buildkitd with its own state, sockets, log and configuration. It lives while
// connections are open and ends itself some time after the last one; the next
// Boot starts it again. A BuildKit of the system is never touched.
//
// Linux only. Elsewhere every node answers with an UnusableError.
package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/buildlens/buildlens/drivers"
	"github.com/moby/buildkit/client"
)

// Name is the driver's name and that of its only builder.
const Name = "embedded"

// DefaultIdleTimeout is how long the daemon outlives its last connection.
const DefaultIdleTimeout = 10 * time.Minute

// Options say how the supervisor is started. Only SupervisorArgs is required.
type Options struct {
	// Executable is the program that calls Supervise; by default this one.
	Executable string
	// SupervisorArgs make Executable call Supervise. One more argument is
	// appended: what ParseSupervisorConfig reads.
	SupervisorArgs []string
	// StateDir holds everything that the driver writes; by default DefaultStateDir.
	StateDir string
	// ToolDirs are searched for buildkitd, runc and rootlesskit before PATH; by
	// default the folder of Executable.
	ToolDirs []string
	// IdleTimeout is by default DefaultIdleTimeout.
	IdleTimeout time.Duration
	// DiskLimit bounds the build cache, in bytes; by default a tenth of the
	// disk, at most 20 GB.
	DiskLimit int64
}

// Driver opens the embedded builder's node.
type Driver struct {
	opts Options
}

// New returns the driver. It reads the environment for the defaults of opts and
// does nothing else.
func New(opts Options) (*Driver, error) {
	if len(opts.SupervisorArgs) == 0 {
		return nil, errors.New("embedded: Options.SupervisorArgs is empty")
	}
	if opts.Executable == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("embedded: finding this program: %w", err)
		}
		opts.Executable = self
	}
	if len(opts.ToolDirs) == 0 {
		opts.ToolDirs = toolDirs(opts.Executable)
	}
	if opts.StateDir == "" {
		dir, err := DefaultStateDir()
		if err != nil {
			return nil, err
		}
		opts.StateDir = dir
	}
	if opts.IdleTimeout == 0 {
		opts.IdleTimeout = DefaultIdleTimeout
	}
	return &Driver{opts: opts}, nil
}

// toolDirs are the folder that names the executable and, when that is a link,
// the folder it points to.
func toolDirs(executable string) []string {
	dirs := []string{filepath.Dir(executable)}
	if target, err := filepath.EvalSymlinks(executable); err == nil && filepath.Dir(target) != dirs[0] {
		dirs = append(dirs, filepath.Dir(target))
	}
	return dirs
}

// Name is "embedded".
func (*Driver) Name() string { return Name }

var _ drivers.Checker = (*Driver)(nil)

// Usable tells whether this machine can run BuildKit, without starting
// anything. What it returns otherwise is a *drivers.UnusableError.
func (d *Driver) Usable(ctx context.Context) error { return usable(ctx, d.opts) }

// Stop ends the daemon if it runs, as the node's Stop does.
func (d *Driver) Stop(ctx context.Context) error {
	n := &node{opts: d.opts, paths: newPaths(d.opts.StateDir)}
	return n.Stop(ctx)
}

// Open returns the node. The only option is default-load; of the files,
// buildkitd.toml is merged into the daemon's configuration the next time it is
// started, and certificates that it names below /etc/buildkit are put in place.
func (d *Driver) Open(cfg drivers.NodeConfig) (drivers.Node, error) {
	if cfg.Endpoint != "" {
		return nil, fmt.Errorf("the embedded driver takes no endpoint, got %q", cfg.Endpoint)
	}
	if len(cfg.Flags) > 0 {
		return nil, errors.New("setting buildkit flags is not supported for embedded driver")
	}
	f := drivers.Features{
		OCIExporter:    true,
		DockerExporter: true,
		CacheExport:    true,
		MultiPlatform:  true,
		DirectPush:     true,
	}
	for _, key := range slices.Sorted(maps.Keys(cfg.Options)) {
		if key != "default-load" {
			return nil, fmt.Errorf("invalid driver option %s for embedded driver", key)
		}
		load, err := strconv.ParseBool(cfg.Options[key])
		if err != nil {
			return nil, fmt.Errorf("driver option default-load: %w", err)
		}
		f.DefaultLoad = load
	}
	return &node{cfg: cfg, opts: d.opts, paths: newPaths(d.opts.StateDir), features: f}, nil
}

// A node is the embedded builder. It keeps no state in memory: what is true is
// read from the sockets and locks each time, since other processes change it.
type node struct {
	cfg      drivers.NodeConfig
	opts     Options
	paths    paths
	features drivers.Features
}

func (n *node) Config() drivers.NodeConfig { return n.cfg }

func (n *node) Features([]*client.WorkerInfo) drivers.Features { return n.features }

// A SupervisorConfig is what Boot hands to the supervisor that it starts.
type SupervisorConfig struct {
	StateDir    string        `json:"stateDir"`
	Buildkitd   string        `json:"buildkitd"`
	Runtime     string        `json:"runtime"`               // runc
	Rootlesskit string        `json:"rootlesskit,omitempty"` // set when not root
	IdleTimeout time.Duration `json:"idleTimeout"`           // nanoseconds
	DiskLimit   int64         `json:"diskLimit,omitempty"`   // bytes; 0 is the default
	// StatusFD is the descriptor to report the start on; 0 is none.
	StatusFD int `json:"statusFD,omitempty"`
}

// ParseSupervisorConfig reads the argument that Boot appends to SupervisorArgs.
func ParseSupervisorConfig(arg string) (SupervisorConfig, error) {
	var cfg SupervisorConfig
	if err := json.Unmarshal([]byte(arg), &cfg); err != nil {
		return SupervisorConfig{}, fmt.Errorf("reading the supervisor's configuration: %w", err)
	}
	return cfg, nil
}
