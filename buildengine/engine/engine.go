// Package engine runs builds: it boots the nodes of a builder, solves the
// targets of a Build concurrently on one connection to each, and reports what
// happens as events.
package engine

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/builder"
	"github.com/buildlens/buildlens/drivers"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/moby/buildkit/client"
)

// Deps are what the engine needs from outside. Only Drivers must be given.
type Deps struct {
	Drivers []drivers.Driver
	// Env finds variables of the environment; nil means that of the process.
	Env func(name string) (string, bool)
	// Home is the user's home folder; empty means the system's answer.
	Home string
	// StoreDir is the folder of Buildx's builder store; empty means Buildx's own place.
	StoreDir string
	// DockerConfig loads Docker's configuration, for credentials, proxies and
	// the current context; nil means the file in Docker's folder.
	DockerConfig func() (*configfile.ConfigFile, error)
	// DockerSocket is where a Docker daemon listens by default; empty means the system's place.
	DockerSocket string
	// NoEmbedded keeps the embedded builder from being chosen without its name.
	NoEmbedded bool
	// Stdout receives outputs to "-"; nil refuses them.
	Stdout io.Writer
	// Load opens an import of an image archive into Docker; closing the writer
	// waits for its end. Nil when there is no Docker to load into.
	Load func(ctx context.Context) (io.WriteCloser, error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Silence changes how long a builder may be silent; zero means the defaults.
	Silence Silence
}

// Silence says how long a builder may fail to answer.
type Silence struct {
	Notice time.Duration // until people are told: 3.5 s
	Lost   time.Duration // until the build fails: 20 s
}

// An Engine runs builds, any number at once.
type Engine struct {
	deps Deps
}

// New makes an Engine.
func New(deps Deps) *Engine {
	if deps.Env == nil {
		deps.Env = os.LookupEnv
	}
	if deps.Home == "" {
		deps.Home, _ = os.UserHomeDir() // without one the paths below it do not exist
	}
	if deps.StoreDir == "" {
		deps.StoreDir = builder.StoreDir(deps.Env, deps.Home)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.DockerConfig == nil {
		dir := builder.DockerConfigDir(deps.Env, deps.Home)
		deps.DockerConfig = func() (*configfile.ConfigFile, error) { return config.Load(dir) }
	}
	if deps.Silence.Notice == 0 {
		deps.Silence.Notice = 3500 * time.Millisecond
	}
	if deps.Silence.Lost == 0 {
		deps.Silence.Lost = 20 * time.Second
	}
	return &Engine{deps: deps}
}

// Builder returns the builder that a build with this name would use, without
// booting it.
func (e *Engine) Builder(name string) (*builder.Builder, error) {
	context := ""
	if cfg, err := e.deps.DockerConfig(); err == nil && cfg != nil {
		context = cfg.CurrentContext
	}
	s := builder.Selector{
		Store:          builder.Store{Dir: e.deps.StoreDir},
		Drivers:        e.deps.Drivers,
		Env:            e.deps.Env,
		DockerConfig:   filepath.Clean(builder.DockerConfigDir(e.deps.Env, e.deps.Home)),
		CurrentContext: context,
		Socket:         e.deps.DockerSocket,
		NoEmbedded:     e.deps.NoEmbedded,
	}
	return s.Select(name)
}

// Run builds. Events go to sink one after the other from this goroutine,
// Started first and Finished last; a slow sink slows the build's progress
// down, not the daemon. The result is never nil. The error is its Failure, or
// the context's error when the build was canceled. When Run returns, nothing
// it started is left.
func (e *Engine) Run(ctx context.Context, b buildengine.Build, sink func(buildengine.Event)) (*buildengine.Result, error) {
	return e.RunWithStatus(ctx, b, sink, nil)
}

// RunWithStatus is Run with a second consumer: status, when not nil, receives
// BuildKit's raw stream (of all targets, without secrets and repetitions) from
// the same goroutine, each part ahead of the events made from it.
func (e *Engine) RunWithStatus(ctx context.Context, b buildengine.Build, sink func(buildengine.Event), status func(*client.SolveStatus)) (*buildengine.Result, error) {
	return newRun(e.deps, b, sink, status).run(ctx, e.Builder)
}
