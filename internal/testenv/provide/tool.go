package provide

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
)

// A Tool is a Go program that a tool module of this repository pins.
type Tool struct {
	Name     string    // of the built file
	Dir      string    // the module that pins it, relative to the checkout
	Module   string    // the module that holds the program; its version is the tool's
	Package  string    // the program
	CGO      bool      // linked statically against libc and libseccomp
	Tags     string    // build tags
	LDFlags  string    // linker flags; VERSION stands for the tool's version
	Takes    string    // how long a cold build takes, for people
	Packages []Package // what the build needs beside Go
}

const (
	shippedModule = "drivers/embedded/daemon"
	testModule    = "internal/testenv/tools"

	buildkitModule  = "github.com/moby/buildkit"
	buildkitTags    = "osusergo netgo static_build"
	buildkitLDFlags = "-s -w -X github.com/moby/buildkit/version.Version=VERSION"
)

// The tools. Buildkitd, Runc and Rootlesskit are what the embedded driver
// runs, so tests use the same programs as people do.
var (
	Buildkitd = Tool{
		Name: "buildkitd", Dir: shippedModule, Module: buildkitModule, Package: buildkitModule + "/cmd/buildkitd",
		Tags: buildkitTags, LDFlags: buildkitLDFlags, Takes: "about 2 minutes",
	}
	Runc = Tool{
		Name: "runc", Dir: shippedModule, Module: "github.com/opencontainers/runc", Package: "github.com/opencontainers/runc",
		CGO: true, Tags: "seccomp osusergo netgo", LDFlags: "-s -w -X main.version=VERSION -extldflags -static",
		Takes: "about 30 seconds", Packages: []Package{libseccomp, pkgConfig},
	}
	Rootlesskit = Tool{
		Name: "rootlesskit", Dir: shippedModule, Module: "github.com/rootless-containers/rootlesskit/v3",
		Package: "github.com/rootless-containers/rootlesskit/v3/cmd/rootlesskit",
		Tags:    "osusergo netgo", LDFlags: "-s -w", Takes: "about 30 seconds",
	}
	Buildctl = Tool{
		Name: "buildctl", Dir: testModule, Module: buildkitModule, Package: buildkitModule + "/cmd/buildctl",
		Tags: buildkitTags, LDFlags: buildkitLDFlags, Takes: "about 1 minute",
	}
	DockerfileFrontend = Tool{
		Name: "dockerfile-frontend", Dir: testModule, Module: buildkitModule, Package: buildkitModule + "/frontend/dockerfile/cmd/dockerfile-frontend",
		Tags: buildkitTags, LDFlags: buildkitLDFlags, Takes: "about 1 minute",
	}
)

// Tool returns the path of t's program, built if the cache does not hold it.
func (p *Provider) Tool(ctx context.Context, t Tool) (string, error) {
	version, key, err := p.identify(t)
	if err != nil {
		return "", err
	}
	path := filepath.Join(p.Cache, key, t.Name)
	if isProgram(path) {
		return path, nil
	}
	if err := p.Debian(ctx, t.Packages...); err != nil {
		return "", fmt.Errorf("building %s: %w", t.Name, err)
	}
	err = p.locked(ctx, t.Name, func() error {
		if isProgram(path) {
			return nil // the process that was waited for has built it
		}
		return p.build(ctx, t, version, path)
	})
	if err != nil {
		return "", err
	}
	return path, nil
}

// identify returns the pinned version of t and its name in the cache. The name
// holds a digest of everything that decides the build: the flags and the
// module's whole go.mod, which names the toolchain too.
func (p *Provider) identify(t Tool) (version, key string, err error) {
	file := filepath.Join(p.Root, t.Dir, "go.mod")
	data, err := os.ReadFile(file)
	if err != nil {
		return "", "", fmt.Errorf("finding the version of %s: %w", t.Name, err)
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		return "", "", fmt.Errorf("finding the version of %s: %w", t.Name, err)
	}
	for _, r := range mod.Require {
		if r.Mod.Path != t.Module {
			continue
		}
		recipe := sha256.Sum256(fmt.Appendf(data, "%q %q %q %v", t.Package, t.Tags, t.LDFlags, t.CGO))
		version = r.Mod.Version
		return version, fmt.Sprintf("%s@%s-%s-%s-%s", t.Name, version, runtime.GOOS, runtime.GOARCH, hex.EncodeToString(recipe[:4])), nil
	}
	return "", "", fmt.Errorf("%s does not require %s", file, t.Module)
}

// build writes path, whole or not at all.
func (p *Provider) build(ctx context.Context, t Tool, version, path string) error {
	p.say("building %s %s (%s, once)", t.Name, version, t.Takes)
	start := time.Now()
	dir, err := os.MkdirTemp(p.Cache, ".building-")
	if err != nil {
		return fmt.Errorf("building %s: %w", t.Name, err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("building %s: %w", t.Name, err)
	}
	if err := p.goBuild(ctx, t, version, filepath.Join(dir, t.Name)); err != nil {
		return err
	}
	// A folder without the program can only be what an interrupted removal left.
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		return fmt.Errorf("building %s: %w", t.Name, err)
	}
	if err := os.Rename(dir, filepath.Dir(path)); err != nil {
		return fmt.Errorf("building %s: %w", t.Name, err)
	}
	p.say("built %s %s in %s", t.Name, version, time.Since(start).Round(100*time.Millisecond))
	return nil
}

func (p *Provider) goBuild(ctx context.Context, t Tool, version, out string) error {
	cgo := "CGO_ENABLED=0"
	if t.CGO {
		cgo = "CGO_ENABLED=1"
	}
	ldflags := strings.ReplaceAll(t.LDFlags, "VERSION", version)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-tags", t.Tags, "-ldflags", ldflags, "-o", out, t.Package)
	cmd.Dir = filepath.Join(p.Root, t.Dir)
	cmd.Env = append(os.Environ(), cgo, "GOWORK=off", "GOFLAGS=")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building %s %s: %w\n%s", t.Name, version, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return nil
}

// Install copies the program of t into dir, replacing an older one that may be running.
func (p *Provider) Install(ctx context.Context, t Tool, dir string) error {
	built, err := p.Tool(ctx, t)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(built)
	if err != nil {
		return fmt.Errorf("installing %s: %w", t.Name, err)
	}
	target := filepath.Join(dir, t.Name)
	if old, err := os.ReadFile(target); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := replaceFile(target, data); err != nil {
		return fmt.Errorf("installing %s: %w", t.Name, err)
	}
	p.say("installed %s", target)
	return nil
}

// replaceFile renames over the target: a running program cannot be written to.
func replaceFile(target string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	next := target + ".new"
	if err := os.WriteFile(next, data, 0o755); err != nil {
		return err
	}
	return os.Rename(next, target)
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
