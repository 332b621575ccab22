package builder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/buildlens/buildlens/drivers"
)

// Embedded is the reserved name of the builder that Buildlens runs itself.
const Embedded = "embedded"

// docker is the driver of Docker's own BuildKit.
const docker = "docker"

// A Builder is what a build runs on. Its nodes are not booted.
type Builder struct {
	Name   string
	Driver string
	Nodes  []drivers.Node
}

// A Selector finds the builder to use. It reads files and starts nothing.
type Selector struct {
	Store   Store
	Drivers []drivers.Driver
	Env     LookupEnv
	// DockerConfig is Docker's configuration folder, and CurrentContext the
	// context its config.json names, empty for none.
	DockerConfig   string
	CurrentContext string
	// Socket is the default socket of the Docker daemon; empty means the system's.
	Socket string
	// NoEmbedded keeps the embedded builder from being chosen without its name,
	// as when the program is called as Buildx.
	NoEmbedded bool
}

// A NoBuilderError says why there is no builder to use: what was tried, in
// order, and why each was not usable.
type NoBuilderError struct {
	Tried []string
}

func (e *NoBuilderError) Error() string {
	return "no builder can be used:\n - " + strings.Join(e.Tried, "\n - ")
}

// Select returns the builder of that name, or, when name is empty, the one
// that is configured: $BUILDX_BUILDER, the current one of the store, Docker's
// own, and embedded where there is no Docker at all.
func (s *Selector) Select(name string) (*Builder, error) {
	if name == "" {
		name, _ = s.Env("BUILDX_BUILDER")
	}
	if name != "" {
		return s.named(name)
	}
	endpoint := s.dockerEndpoint()
	if current := s.Store.Current(endpoint.key); current != "" {
		return s.named(current)
	}
	tried := []string{"no builder was named with --builder or BUILDX_BUILDER, and none is current in " + s.Store.Dir}
	if endpoint.found != "" {
		return s.docker(endpoint.name, endpoint.found, tried)
	}
	tried = append(tried, "Docker: no DOCKER_HOST, no context, and no socket at "+s.socket())
	return s.embedded(tried)
}

func (s *Selector) named(name string) (*Builder, error) {
	if name == Embedded {
		return s.embedded(nil)
	}
	inst, err := s.Store.Instance(name)
	if err == nil {
		return s.open(inst.Name, inst.Driver, inst.Nodes)
	}
	if !errors.Is(err, ErrNotFound) && !s.hasContext(name) {
		return nil, err
	}
	if s.hasContext(name) {
		return s.docker(name, "the Docker context "+name, nil)
	}
	return nil, fmt.Errorf("no builder %q found", name)
}

// open prepares the nodes of a builder.
func (s *Selector) open(name, driver string, nodes []InstanceNode) (*Builder, error) {
	d := s.driver(driver)
	if d == nil {
		return nil, fmt.Errorf("builder %q uses the driver %q, which this version of Buildlens does not have (it has %s)",
			name, driver, strings.Join(s.driverNames(), ", "))
	}
	if len(nodes) == 0 {
		return nil, fmt.Errorf("builder %q has no nodes", name)
	}
	b := &Builder{Name: name, Driver: driver}
	for _, n := range nodes {
		node, err := d.Open(n.Config(name))
		if err != nil {
			return nil, fmt.Errorf("builder %q: %w", name, err)
		}
		b.Nodes = append(b.Nodes, node)
	}
	return b, nil
}

// docker is the builder of a Docker endpoint that was found. It is an error
// when this program cannot use it: another image store would be a surprise.
func (s *Selector) docker(name, found string, tried []string) (*Builder, error) {
	if s.driver(docker) == nil {
		return nil, &NoBuilderError{Tried: append(tried, fmt.Sprintf(
			"Docker: %s is there, but this version of Buildlens has no driver for Docker's own builder; "+
				"name a builder with --builder, such as --builder %s", found, Embedded))}
	}
	return s.open(name, docker, []InstanceNode{{Name: name, Endpoint: name}})
}

func (s *Selector) embedded(tried []string) (*Builder, error) {
	named := tried == nil
	switch {
	case s.NoEmbedded && !named:
		return nil, &NoBuilderError{Tried: append(tried, "embedded: must be named when this program is called as buildx")}
	case s.driver(Embedded) == nil:
		return nil, &NoBuilderError{Tried: append(tried, "embedded: this version of Buildlens does not have it")}
	}
	b, err := s.open(Embedded, Embedded, []InstanceNode{{Name: Embedded + "0"}})
	if checker, ok := s.driver(Embedded).(drivers.Checker); err == nil && ok {
		err = checker.Usable(context.Background()) // looks at files of this machine, nothing to wait for
	}
	if err == nil {
		return b, nil
	}
	var unusable *drivers.UnusableError
	if errors.As(err, &unusable) {
		return nil, &NoBuilderError{Tried: append(tried, unusable.Error())}
	}
	return nil, err
}

func (s *Selector) driver(name string) drivers.Driver {
	for _, d := range s.Drivers {
		if d.Name() == name {
			return d
		}
	}
	return nil
}

func (s *Selector) driverNames() []string {
	var names []string
	for _, d := range s.Drivers {
		names = append(names, d.Name())
	}
	return names
}

// An endpoint is the Docker daemon that is configured.
type endpoint struct {
	key   string // what the store keeps choices by: a context's name or a host
	name  string // of its builder: the context's
	found string // how it was found, for people; empty when it was not
}

// dockerEndpoint finds the Docker daemon in the docker command's own order.
func (s *Selector) dockerEndpoint() endpoint {
	if host, _ := s.Env("DOCKER_HOST"); host != "" {
		return endpoint{key: host, name: "default", found: "DOCKER_HOST=" + host}
	}
	context, _ := s.Env("DOCKER_CONTEXT")
	if context == "" {
		context = s.CurrentContext
	}
	if context != "" && context != "default" {
		return endpoint{key: context, name: context, found: "the Docker context " + context}
	}
	socket := s.socket()
	e := endpoint{key: "unix://" + socket, name: "default"}
	if runtime.GOOS == "windows" {
		e.key = "npipe://" + filepath.ToSlash(socket)
	}
	if _, err := os.Stat(socket); err == nil {
		e.found = "a daemon's socket at " + socket
	}
	return e
}

func (s *Selector) socket() string {
	switch {
	case s.Socket != "":
		return s.Socket
	case runtime.GOOS == "windows":
		return `\\.\pipe\docker_engine`
	}
	return "/var/run/docker.sock"
}

// hasContext tells whether there is a Docker context of that name.
func (s *Selector) hasContext(name string) bool {
	if name == "default" {
		return true
	}
	sum := sha256.Sum256([]byte(name))
	_, err := os.Stat(filepath.Join(s.DockerConfig, "contexts", "meta", hex.EncodeToString(sum[:]), "meta.json"))
	return err == nil
}
