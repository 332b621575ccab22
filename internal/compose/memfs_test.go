package compose

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"
)

// root is the working directory of tests. It exists nowhere but in memFS.
var root = filepath.FromSlash("/buildlens-nowhere/project")

// memFS is an FS over a map from slash paths relative to root to contents.
type memFS map[string]string

func (m memFS) mapFS() fstest.MapFS {
	files := fstest.MapFS{}
	for name, content := range m {
		files[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return files
}

func inRoot(name string) (string, error) {
	relative, err := filepath.Rel(root, name)
	if err != nil || strings.HasPrefix(relative, "..") {
		return "", fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
	}
	return filepath.ToSlash(relative), nil
}

func (m memFS) Read(name string) ([]byte, error) {
	relative, err := inRoot(name)
	if err != nil {
		return nil, err
	}
	return m.mapFS().ReadFile(relative)
}

func (m memFS) Stat(name string) (fs.FileInfo, error) {
	relative, err := inRoot(name)
	if err != nil {
		return nil, err
	}
	return m.mapFS().Stat(relative)
}

func (m memFS) List(name string) ([]fs.DirEntry, error) {
	relative, err := inRoot(name)
	if err != nil {
		return nil, err
	}
	return m.mapFS().ReadDir(path.Clean(relative))
}

// file is one of the files as an input.
func (m memFS) file(name string) File {
	return File{Name: name, Path: filepath.Join(root, filepath.FromSlash(name)), Data: []byte(m[name])}
}

// mapEnv is an Env over a map.
type mapEnv map[string]string

func (e mapEnv) Lookup(name string) (string, bool) { v, ok := e[name]; return v, ok }
func (e mapEnv) Names() []string                   { return slices.Sorted(maps.Keys(e)) }
