// Package builder knows the builders: the store that Buildx and Buildlens
// share on disk, which builder a build uses, and which of its nodes builds a platform.
package builder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/drivers"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// LookupEnv finds a variable of the environment.
type LookupEnv func(name string) (string, bool)

// A Store is Buildx's folder of builders, in Buildx's format. Its files are
// replaced atomically, by either tool, so that reading takes no lock.
type Store struct {
	Dir string // absolute
}

// StoreDir is where Buildx keeps its store: $BUILDX_CONFIG, else the folder
// buildx in $DOCKER_CONFIG or ~/.docker.
func StoreDir(env LookupEnv, home string) string {
	if dir, _ := env("BUILDX_CONFIG"); dir != "" {
		return dir
	}
	return filepath.Join(DockerConfigDir(env, home), "buildx")
}

// DockerConfigDir is the folder of Docker's own configuration.
func DockerConfigDir(env LookupEnv, home string) string {
	if dir, _ := env("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	return filepath.Join(home, ".docker")
}

// An Instance is a builder as the store keeps it.
type Instance struct {
	Name    string
	Driver  string
	Nodes   []InstanceNode
	Dynamic bool
}

// An InstanceNode is a node of an Instance.
type InstanceNode struct {
	Name       string
	Endpoint   string
	Platforms  []ocispecs.Platform
	DriverOpts map[string]string
	Flags      []string
	Files      map[string][]byte
}

// Config is the node in the form that drivers take.
func (n InstanceNode) Config(builder string) drivers.NodeConfig {
	return drivers.NodeConfig{
		Builder:   builder,
		Name:      n.Name,
		Endpoint:  n.Endpoint,
		Platforms: n.Platforms,
		Options:   n.DriverOpts,
		Flags:     n.Flags,
		Files:     n.Files,
	}
}

// namePattern is what Buildx accepts as a builder's name.
var namePattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9.\-_]*$`)

// ErrNotFound is the error of Store.Instance for a name that is not there.
var ErrNotFound = errors.New("no such builder")

// Instance reads a builder. Names are in lower case in the store.
func (s Store) Instance(name string) (*Instance, error) {
	if !namePattern.MatchString(name) {
		return nil, fmt.Errorf("invalid name %s, name needs to start with a letter and may not contain symbols, except ._-", name)
	}
	name = strings.ToLower(name)
	data, err := os.ReadFile(filepath.Join(s.Dir, "instances", name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("builder %q: %w", name, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("reading builder %q: %w", name, err)
	}
	var inst Instance
	if err := json.Unmarshal(data, &inst); err != nil {
		return nil, fmt.Errorf("reading builder %q: %w", name, err)
	}
	return &inst, nil
}

// Instances reads all builders, by name. Files that are no builders are left out.
func (s Store) Instances() ([]Instance, error) {
	entries, err := os.ReadDir(filepath.Join(s.Dir, "instances"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the builders: %w", err)
	}
	var out []Instance
	for _, e := range entries {
		if inst, err := s.Instance(e.Name()); err == nil {
			out = append(out, *inst)
		}
	}
	slices.SortFunc(out, func(a, b Instance) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// current is the file of that name.
type current struct {
	Key    string
	Name   string
	Global bool
}

// Current returns the name of the builder that was chosen for a Docker
// endpoint, empty when none was or it is gone.
func (s Store) Current(key string) string {
	var c current
	if data, err := os.ReadFile(filepath.Join(s.Dir, "current")); err == nil {
		if json.Unmarshal(data, &c) != nil {
			c = current{}
		}
	}
	if c.Name != "" && c.Global && s.has(c.Name) {
		return c.Name
	}
	if c.Key == key && c.Name != "" {
		if s.has(c.Name) {
			return c.Name
		}
		return ""
	}
	data, err := os.ReadFile(filepath.Join(s.Dir, "defaults", hashKey(key)))
	if err != nil {
		return ""
	}
	if name := strings.TrimSpace(string(data)); s.has(name) {
		return name
	}
	return ""
}

func (s Store) has(name string) bool {
	_, err := s.Instance(name)
	return err == nil
}

func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])[:20]
}

// NodeID identifies this machine in the keys of BuildKit's file cache; it is
// empty when Buildx has not written one.
func (s Store) NodeID() string {
	data, err := os.ReadFile(filepath.Join(s.Dir, ".buildNodeID"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
