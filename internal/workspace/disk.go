package workspace

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// maxFileSize is how much of a file is read at most. Larger ones are no
// definition, and a log or an archive must not fill the memory.
const maxFileSize = 32 << 20

// OSDisk is the real disk.
type OSDisk struct{}

// Read returns a file's content. Files above 32 MiB and those that are not
// regular are an error: a named pipe would block for ever.
func (OSDisk) Read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		return nil, fmt.Errorf("read %s: larger than %d MiB", path, maxFileSize>>20)
	}
	return data, err
}

// Stat follows links.
func (OSDisk) Stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

// List returns a folder's entries sorted by name.
func (OSDisk) List(dir string) ([]fs.DirEntry, error) { return os.ReadDir(dir) }

// disk remembers what was read from the disk. Snapshots that share one see the
// same content however often they look; invalidate makes the next.
type disk struct {
	source Disk
	shared *models

	mu    sync.Mutex // guards the maps; never held while reading
	files map[string]*diskFile
	dirs  map[string]*diskDir
}

type diskFile struct {
	stat, read sync.Once
	ready      atomic.Bool // stat has been taken
	info       fs.FileInfo
	statErr    error
	file       *File
	readErr    error
}

type diskDir struct {
	list    sync.Once
	ready   atomic.Bool
	entries []fs.DirEntry
	err     error
	info    fs.FileInfo // to see later whether it changed
}

func newDisk(source Disk, shared *models) *disk {
	return &disk{source: source, shared: shared, files: make(map[string]*diskFile), dirs: make(map[string]*diskDir)}
}

func (d *disk) entry(path string) *diskFile {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.files[path]
	if e == nil {
		e = new(diskFile)
		d.files[path] = e
	}
	return e
}

func (d *disk) stat(path string) (fs.FileInfo, error) {
	e := d.entry(path)
	e.stat.Do(func() {
		e.info, e.statErr = d.source.Stat(path)
		e.ready.Store(true)
	})
	return e.info, e.statErr
}

// file reads path. Its stat is taken before its content, so that a change in
// between is noticed by changed.
func (d *disk) file(path string) (*File, error) {
	if _, err := d.stat(path); err != nil {
		return nil, err
	}
	e := d.entry(path)
	e.read.Do(func() {
		var data []byte
		if data, e.readErr = d.source.Read(path); e.readErr == nil {
			e.file = newFile(path, "", string(data), d.shared)
		}
	})
	return e.file, e.readErr
}

func (d *disk) list(path string) ([]fs.DirEntry, error) {
	d.mu.Lock()
	e := d.dirs[path]
	if e == nil {
		e = new(diskDir)
		d.dirs[path] = e
	}
	d.mu.Unlock()
	e.list.Do(func() {
		if e.info, e.err = d.source.Stat(path); e.err == nil {
			e.entries, e.err = d.source.List(path)
		}
		e.ready.Store(true)
	})
	return e.entries, e.err
}

// invalidate returns a disk that has forgotten paths, all below them, and the
// listings of the folders that hold them.
func (d *disk) invalidate(paths []string) *disk {
	gone := func(known string) bool {
		return slices.ContainsFunc(paths, func(p string) bool {
			return known == p || strings.HasPrefix(known, p+string(filepath.Separator))
		})
	}
	next := newDisk(d.source, d.shared)
	d.mu.Lock()
	defer d.mu.Unlock()
	for path, e := range d.files {
		if !gone(path) {
			next.files[path] = e
		}
	}
	for path, e := range d.dirs {
		if !gone(path) && !slices.ContainsFunc(paths, func(p string) bool { return filepath.Dir(p) == path }) {
			next.dirs[path] = e
		}
	}
	return next
}

// changed compares everything that is remembered with the disk and returns
// the paths that differ, sorted.
func (d *disk) changed() []string {
	var out []string
	for path, before := range d.known() {
		now, err := d.source.Stat(path)
		if err != nil {
			now = nil
		}
		if !sameInfo(before, now) {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// known maps the paths that were looked at to what was found, nil for missing ones.
func (d *disk) known() map[string]fs.FileInfo {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := make(map[string]fs.FileInfo, len(d.files)+len(d.dirs))
	for path, e := range d.dirs {
		if e.ready.Load() {
			known[path] = e.info
		}
	}
	for path, e := range d.files {
		if e.ready.Load() {
			known[path] = e.info
		}
	}
	return known
}

func sameInfo(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && a.Mode() == b.Mode()
}
