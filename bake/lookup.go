package bake

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/buildlens/buildlens/internal/compose"
)

// Kind is the language of a definition file.
type Kind int

// The kinds of files. Unknown is decided by the content: Compose, then HCL,
// then JSON.
const (
	KindUnknown Kind = iota
	KindHCL
	KindJSON
	KindCompose
)

// Classify tells a file's kind by its name, as Buildx does: only the
// extension counts.
func Classify(name string) Kind {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yml", ".yaml":
		return KindCompose
	case ".json":
		return KindJSON
	case ".hcl":
		return KindHCL
	}
	return KindUnknown
}

// DefaultNames are the files Buildx looks for in the working directory when
// none is named, in merge order. All that exist are read.
func DefaultNames() []string {
	return []string{
		"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml",
		"docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl",
	}
}

// ErrNoDefinition is returned by Lookup when nothing is named and no default
// file exists.
var ErrNoDefinition = errors.New("couldn't find a bake definition")

// Lookup answers which files make the definition of a directory when no -f is
// given: those that $BUILDX_BAKE_FILE names, else the default ones that exist.
// Names are relative to dir, or as written in the variable.
func Lookup(files compose.FS, dir string, env compose.Env) ([]string, error) {
	if names := NamedByEnvironment(env); len(names) > 0 {
		return names, nil
	}
	var found []string
	for _, name := range DefaultNames() {
		info, err := files.Stat(filepath.Join(dir, name))
		switch {
		case err == nil && !info.IsDir():
			found = append(found, name)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("looking for %s: %w", name, err)
		}
	}
	if len(found) == 0 {
		return nil, ErrNoDefinition
	}
	return found, nil
}

// NamedByEnvironment are the files that $BUILDX_BAKE_FILE names, separated by
// $BUILDX_BAKE_PATH_SEPARATOR.
func NamedByEnvironment(env compose.Env) []string {
	if env == nil {
		return nil
	}
	list, ok := env.Lookup("BUILDX_BAKE_FILE")
	if !ok {
		return nil
	}
	separator, ok := env.Lookup("BUILDX_BAKE_PATH_SEPARATOR")
	if !ok || separator == "" {
		separator = string(filepath.ListSeparator)
	}
	var names []string
	for _, name := range strings.Split(list, separator) {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
