package workspace

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/settings"
)

// A Snapshot is everything that is known at one moment: open documents over
// the disk, folders, settings, environment and build facts. It does not change
// but for write-once memo cells, so any number of goroutines may read it
// without locking.
type Snapshot struct {
	world    *World
	open     map[string]*File
	disk     *disk
	folders  []Folder // longest path first
	settings settings.Settings
	projects *projects
	builds   *builds
	deps     *Deps // records what is looked at, when somebody wants to know
}

// A Folder is one root of the workspace with the settings that hold in it.
type Folder struct {
	Path     string // absolute
	Name     string
	Settings settings.Settings
}

// Observe returns the same snapshot, recording from now on which files are
// looked at through it.
func (s *Snapshot) Observe() (*Snapshot, *Deps) {
	observed := *s
	observed.deps = newDeps()
	return &observed, observed.deps
}

// File returns the file at path, the open document before the one on disk, or
// nil when there is none or it cannot be read.
func (s *Snapshot) File(path string) *File {
	s.deps.file(path)
	if f := s.open[path]; f != nil {
		return f
	}
	if !filepath.IsAbs(path) {
		return nil
	}
	f, err := s.disk.file(path)
	if err != nil {
		return nil
	}
	return f
}

// OpenFile returns the open document at path, or nil. It never reads the disk.
func (s *Snapshot) OpenFile(path string) *File {
	s.deps.file(path)
	return s.open[path]
}

// OpenFiles lists the open documents by path.
func (s *Snapshot) OpenFiles() []*File {
	files := make([]*File, 0, len(s.open))
	for _, path := range slices.Sorted(maps.Keys(s.open)) {
		files = append(files, s.open[path])
	}
	return files
}

// Folders lists the workspace's roots, by path.
func (s *Snapshot) Folders() []Folder {
	return slices.SortedFunc(slices.Values(s.folders), func(a, b Folder) int { return strings.Compare(a.Path, b.Path) })
}

// Folder is the innermost root that holds path.
func (s *Snapshot) Folder(path string) (Folder, bool) {
	for _, f := range s.folders {
		if within(f.Path, path) {
			return f, true
		}
	}
	return Folder{}, false
}

// within tells whether path is dir or lies below it.
func within(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// Settings are those that hold for a file: its folder's, else the general ones.
func (s *Snapshot) Settings(path string) settings.Settings {
	if f, ok := s.Folder(path); ok {
		return f.Settings
	}
	return s.settings
}

// Env is the environment the server was started with.
func (s *Snapshot) Env() compose.Env { return s.world.Env }

// World is what else comes from outside: clock, randomness, home folder.
func (s *Snapshot) World() *World { return s.world }

// FS reads files as the snapshot has them: open documents lie over the disk.
func (s *Snapshot) FS() compose.FS { return overlay{s} }

// overlay implements compose.FS.
type overlay struct{ s *Snapshot }

// Read returns an open document's text or the file's content.
func (o overlay) Read(path string) ([]byte, error) {
	o.s.deps.file(path)
	if f := o.s.open[path]; f != nil {
		return []byte(f.source), nil
	}
	f, err := o.s.disk.file(path)
	if err != nil {
		return nil, err
	}
	return []byte(f.source), nil
}

// Stat describes an open document or what is on the disk.
func (o overlay) Stat(path string) (fs.FileInfo, error) {
	o.s.deps.file(path)
	if f := o.s.open[path]; f != nil {
		return openInfo{f}, nil
	}
	return o.s.disk.stat(path)
}

// List returns a folder's entries, with documents in it that were never saved.
func (o overlay) List(dir string) ([]fs.DirEntry, error) {
	o.s.deps.dir(dir)
	entries, err := o.s.disk.list(dir)
	if err != nil {
		return nil, err
	}
	for path, f := range o.s.open {
		if filepath.Dir(path) != dir || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == filepath.Base(path) }) {
			continue
		}
		entry := fs.FileInfoToDirEntry(openInfo{f})
		at, _ := slices.BinarySearchFunc(entries, entry.Name(), func(e fs.DirEntry, name string) int { return strings.Compare(e.Name(), name) })
		entries = slices.Insert(slices.Clone(entries), at, entry)
	}
	return entries, nil
}
