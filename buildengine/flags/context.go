package flags

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
)

// Context parses the positional argument of build: a folder, or the address of
// a git repository or an archive. A folder wins over an address of the same text.
func Context(s, cwd string) (buildengine.Context, error) {
	if s == "" {
		return buildengine.Context{}, errors.New(`please specify build context (e.g. "." for the current directory)`)
	}
	if dir := absolute(s, cwd); isDir(dir) {
		return buildengine.Context{Dir: dir}, nil
	}
	if IsURL(s) {
		return buildengine.Context{URL: s}, nil
	}
	return buildengine.Context{}, fmt.Errorf("unable to prepare context: path %q not found", s)
}

// NamedContext parses a value of --build-context, "name=value". The name is
// normalized as image references are, without the tag "latest".
func NamedContext(s, cwd string) (name string, c buildengine.Context, err error) {
	name, value, ok := keyValue(s)
	if !ok || name == "" {
		return "", c, fmt.Errorf("invalid context value: %s, expected key=value", s)
	}
	name, err = ContextName(name)
	if err != nil {
		return "", c, err
	}
	c, err = NamedContextValue(name, value, cwd)
	return name, c, err
}

// ContextName normalizes the name of a named context: "docker.io/library/alpine:latest"
// is "alpine".
func ContextName(name string) (string, error) {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return "", fmt.Errorf("invalid context name %s: %w", name, err)
	}
	return strings.TrimSuffix(reference.FamiliarString(named), ":latest"), nil
}

// NamedContextValue resolves where a named context comes from: another target
// ("target:x"), an image, an OCI layout, an address or a folder.
func NamedContextValue(name, value, cwd string) (buildengine.Context, error) {
	if target, ok := strings.CutPrefix(value, "target:"); ok {
		return buildengine.Context{Target: target}, nil
	}
	if layout, ok := strings.CutPrefix(value, "oci-layout://"); ok {
		return buildengine.Context{URL: "oci-layout://" + absolute(layout, cwd)}, nil
	}
	if strings.HasPrefix(value, "docker-image://") || IsURL(value) {
		return buildengine.Context{URL: value}, nil
	}
	dir := absolute(value, cwd)
	info, err := os.Stat(dir)
	if err != nil {
		return buildengine.Context{}, fmt.Errorf("failed to get build context %s: %w", name, err)
	}
	if !info.IsDir() {
		return buildengine.Context{}, fmt.Errorf("failed to get build context path %s: not a directory", value)
	}
	return buildengine.Context{Dir: dir}, nil
}

// IsURL tells whether s is an address that BuildKit fetches a context from:
// http(s), or anything its own git syntax takes.
func IsURL(s string) bool {
	if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
		return true
	}
	_, ok, _ := dfgitutil.ParseGitRef(s)
	return ok
}

func isDir(path string) bool {
	info, err := os.Stat(filepath.Clean(path))
	return err == nil && info.IsDir()
}
