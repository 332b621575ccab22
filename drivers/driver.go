// Package drivers says what a driver of BuildKit nodes is. Each package below
// implements one kind: a driver only boots nodes and dials them. Which driver
// and node a build uses is decided in buildengine/builder; the concrete drivers
// are named by server alone.
package drivers

import (
	"context"
	"net"

	"github.com/moby/buildkit/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// A Driver opens the nodes of one kind of builder.
type Driver interface {
	// Name is the name that --driver takes and the store keeps: "remote",
	// "docker-container", "docker", "kubernetes" or "embedded".
	Name() string
	// Open checks the configuration and returns the node it describes. It does
	// no I/O: an unreachable endpoint is found by Info, Boot and Dial.
	Open(cfg NodeConfig) (Node, error)
}

// A Checker is a Driver that can tell without starting anything whether it can
// serve on this machine: Usable returns nil or an *UnusableError.
type Checker interface {
	Usable(ctx context.Context) error
}

// A NodeConfig describes one node as the builder store keeps it.
type NodeConfig struct {
	Builder   string              // the builder's name
	Name      string              // the node's name, such as "mybuilder0"
	Endpoint  string              // what the driver dials: a URL, a Docker context or empty
	Platforms []ocispecs.Platform // fixed by the user; empty means: ask the workers
	Options   map[string]string   // --driver-opt
	Flags     []string            // --buildkitd-flags
	Files     map[string][]byte   // "buildkitd.toml" and certificates, by relative path
}

// A Node is one BuildKit daemon, running or not. Its methods may be called
// from several goroutines.
type Node interface {
	Config() NodeConfig
	// Info reports the state of the daemon without starting it. An error means
	// that the state could not be found out; a daemon that is not there is a Status.
	Info(ctx context.Context) (Info, error)
	// Boot makes the daemon ready to be dialed and returns when it is. It may
	// be called when it runs already, and by several processes at once. report
	// receives what is being done, for the progress display; it may be nil.
	Boot(ctx context.Context, report func(Activity)) error
	// Dial opens one connection that speaks BuildKit's gRPC protocol (TLS, if
	// any, is inside). The daemon must have been booted.
	Dial(ctx context.Context) (net.Conn, error)
	// Features tells what builds on this node may ask for. workers is the
	// daemon's own list and may be nil before the first connection.
	Features(workers []*client.WorkerInfo) Features
	// Stop ends the daemon where this driver owns it; else it does nothing.
	Stop(ctx context.Context) error
	// Remove deletes what Boot made.
	Remove(ctx context.Context, opt RemoveOptions) error
}

// Info is the state of a node at one moment.
type Info struct {
	Status  Status
	Version string // BuildKit's version, such as "v0.34.2"; empty when not known without dialing
	Detail  string // for people: a path, a container's name, why it is in this state
}

// Status is the state of a node's daemon, in Buildx's words.
type Status string

// The states that `ls` prints.
const (
	Inactive Status = "inactive" // never booted, or removed
	Stopped  Status = "stopped"
	Starting Status = "starting"
	Running  Status = "running"
	Stopping Status = "stopping"
	Errored  Status = "error"
)

// An Activity is a step of booting, such as "pulling image moby/buildkit".
// Sending the same Name again updates it; Done ends it.
type Activity struct {
	Name string
	Done bool
	Err  error
}

// Features are what a node's daemon can do beyond a plain build.
type Features struct {
	OCIExporter       bool // output type=oci
	DockerExporter    bool // output type=docker to a file
	CacheExport       bool // cache-to other than inline
	MultiPlatform     bool // several platforms in one build
	DirectPush        bool // the daemon pushes by itself
	DefaultLoad       bool // results are loaded into Docker unless told otherwise
	PreferImageDigest bool // report the manifest's digest as the image's ID
}

// RemoveOptions say what Remove keeps.
type RemoveOptions struct {
	KeepState  bool // keep the cache
	KeepDaemon bool // leave the daemon running and only forget it
}

// UnusableError says why a driver cannot serve on this machine, and what
// would help. The engine collects them when it chooses a builder.
type UnusableError struct {
	Driver string
	Reason string // what was tried and what was found
	Hint   string // what to do about it; may be empty
}

func (e *UnusableError) Error() string {
	if e.Hint == "" {
		return e.Driver + ": " + e.Reason
	}
	return e.Driver + ": " + e.Reason + " (" + e.Hint + ")"
}
