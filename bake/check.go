package bake

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/containerd/platforms"
	"github.com/docker/go-units"
)

// Check holds what a plan needs from the machine and from formats that Bake
// itself does not read against what there is, as Buildx does even when it
// only prints: secret files, keys and agents, destinations of outputs, sizes,
// limits, annotations and platforms. The error is the first found, in order
// of targets.
func (d *Definition) Check(p *Plan) error {
	c := &checker{in: d.in}
	if err := c.sourcePolicy(); err != nil {
		return d.checkFailed(err)
	}
	for _, name := range p.Order {
		if err := c.target(p.Targets[name]); err != nil {
			return d.checkFailed(err)
		}
	}
	return nil
}

func (d *Definition) checkFailed(err error) error {
	d.mu.Lock() // for what must not be shown
	defer d.mu.Unlock()
	return d.plainError(err.Error(), nil)
}

// A checker checks targets over the input's file system and environment.
type checker struct{ in Input }

func (c *checker) target(t *Target) error {
	for _, check := range []func(*Target) error{
		checkAnnotations, checkPlatforms, checkSizes, checkUlimits, checkNetwork, c.secrets, c.ssh, c.outputs, c.remoteDockerfile,
	} {
		if err := check(t); err != nil {
			return err
		}
	}
	return nil
}

var annotationTypes = map[string]bool{
	"index": true, "manifest": true, "index-descriptor": true, "manifest-descriptor": true,
}

var annotationPrefix = regexp.MustCompile(`^((?:[a-z-]+(?:\[[A-Za-z0-9_/-]+\])?)(?:,[a-z-]+(?:\[[A-Za-z0-9_/-]+\])?)*):(\S+)$`)

// checkAnnotations checks "[type[,type][platform]:]key=value".
func checkAnnotations(t *Target) error {
	for _, annotation := range t.Annotations {
		key, _, ok := strings.Cut(annotation, "=")
		if !ok {
			return fmt.Errorf("invalid annotation %q, expected key=value", annotation)
		}
		m := annotationPrefix.FindStringSubmatch(key)
		if m == nil {
			continue
		}
		for _, typ := range strings.Split(m[1], ",") {
			name, platform, _ := strings.Cut(strings.TrimSuffix(typ, "]"), "[")
			if !annotationTypes[name] {
				return fmt.Errorf("unknown annotation type %q", name)
			}
			if platform != "" {
				if _, err := platforms.Parse(platform); err != nil {
					return fmt.Errorf("failed to parse platform of annotation %q: %w", annotation, err)
				}
			}
		}
	}
	return nil
}

func checkPlatforms(t *Target) error {
	for _, list := range t.Platforms {
		for _, platform := range strings.Split(list, ",") {
			if platform == "local" {
				continue
			}
			if _, err := platforms.Parse(strings.TrimSpace(platform)); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkSizes(t *Target) error {
	sizes := map[string]string{}
	if t.ShmSize != nil {
		sizes["shm-size"] = *t.ShmSize
	}
	if t.Resources != nil {
		sizes["memory"] = t.Resources.Memory
		if t.Resources.MemorySwap != "-1" {
			sizes["memory-swap"] = t.Resources.MemorySwap
		}
	}
	for _, key := range sortedKeys(sizes) {
		if sizes[key] == "" {
			continue
		}
		if _, err := units.RAMInBytes(sizes[key]); err != nil {
			return fmt.Errorf("invalid value %s for membytes key %s: %w", sizes[key], key, err)
		}
	}
	return nil
}

func checkUlimits(t *Target) error {
	for _, limit := range t.Ulimits {
		if _, err := units.ParseUlimit(limit); err != nil {
			return err
		}
	}
	return nil
}

func checkNetwork(t *Target) error {
	if t.Network == nil {
		return nil
	}
	switch *t.Network {
	case "", "default", "none", "host":
		return nil
	}
	return fmt.Errorf("network mode %q not supported by buildkit - you can define a custom network for your builder using the network driver-opt in buildx create", *t.Network)
}

// sourcePolicy demands that the policy file the environment names can be read.
func (c *checker) sourcePolicy() error {
	name, _ := c.in.env("EXPERIMENTAL_BUILDKIT_SOURCE_POLICY")
	if name == "" {
		return nil
	}
	if _, err := c.stat(name); err != nil {
		return fmt.Errorf("failed to read policy file %s: %w", name, cause(err))
	}
	data, err := c.in.FS.Read(c.abs(name))
	if err != nil {
		return fmt.Errorf("failed to read policy file %s: %w", name, cause(err))
	}
	if !json.Valid(data) {
		return fmt.Errorf("failed to unmarshal policy file %s: not JSON", name)
	}
	return nil
}

// abs is a path as seen from the working directory.
func (c *checker) abs(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.in.Dir, p)
}

func (c *checker) stat(p string) (fs.FileInfo, error) {
	if c.in.FS == nil {
		return nil, fs.ErrNotExist
	}
	return c.in.FS.Stat(c.abs(p))
}

// secrets demands the files of secrets: the environment comes first for one
// that names neither.
func (c *checker) secrets(t *Target) error {
	for _, s := range t.Secrets {
		file := s.Src
		if file == "" && s.Env == "" {
			if _, ok := c.in.env(s.ID); ok {
				continue
			}
			file = s.ID
		}
		if file == "" {
			continue
		}
		if _, err := c.stat(file); err != nil {
			return fmt.Errorf("failed to stat %s: %w", file, cause(err))
		}
	}
	return nil
}

// cause is an error without the path that the message names already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func (c *checker) ssh(t *Target) error {
	for _, s := range t.SSH {
		paths := s.Paths
		if len(paths) == 0 {
			socket, _ := c.in.env("SSH_AUTH_SOCK")
			if socket == "" {
				return errors.New("invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set")
			}
			paths = []string{socket}
		}
		for _, p := range paths {
			if err := c.key(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// key demands an agent's socket or a private key.
func (c *checker) key(p string) error {
	info, err := c.stat(p)
	if err != nil {
		return fmt.Errorf("failed to stat %s: %w", p, cause(err))
	}
	if info.Mode()&fs.ModeSocket != 0 {
		return nil
	}
	data, err := c.in.FS.Read(c.abs(p))
	if err != nil {
		return fmt.Errorf("failed to read %s: %w", p, cause(err))
	}
	block, _ := pem.Decode(data)
	if block == nil || !bytes.Contains([]byte(block.Type), []byte("PRIVATE KEY")) {
		return fmt.Errorf("failed to parse %s: not a private key", p)
	}
	return nil
}

// outputs checks the destinations that exporters write to.
func (c *checker) outputs(t *Target) error {
	for _, o := range t.Outputs {
		directory := o.Type == "local" || o.Type == "oci" && o.Attrs["tar"] == "false"
		if directory {
			switch o.Dest {
			case "":
				return fmt.Errorf("dest is required for %s exporter", o.Type)
			case "-":
				return fmt.Errorf("dest cannot be stdout for %s exporter", o.Type)
			}
			if info, err := c.stat(o.Dest); err == nil && !info.IsDir() {
				return fmt.Errorf("destination directory %s is a file", o.Dest)
			}
			continue
		}
		if o.Dest == "" || o.Dest == "-" {
			continue
		}
		if info, err := c.stat(o.Dest); err == nil && info.IsDir() {
			return fmt.Errorf("destination file %s is a directory", o.Dest)
		}
	}
	return nil
}
