package workspace

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/settings"
)

// A Project is one Bake definition: which files, where, and with which values.
// What is shown, checked and built for a file is its Project.
type Project struct {
	Name     string            // from the settings; empty for one that was looked up
	Dir      string            // absolute working directory: local paths are relative to it
	Files    []string          // in merge order, relative to Dir or absolute, as Buildx would be told
	Vars     map[string]string // as --var
	Set      []string          // as --set
	Settings bool              // it is one of the settings' projects
}

// Paths are the absolute paths of the project's files.
func (p *Project) Paths() []string {
	paths := make([]string, len(p.Files))
	for i, name := range p.Files {
		paths[i] = p.Path(name)
	}
	return paths
}

// Path resolves a name relative to the working directory.
func (p *Project) Path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(p.Dir, name)
}

// Project is the definition a Bake or Compose file belongs to: the first in
// the settings that names it, else the one Buildx's own lookup finds in its
// folder, else the file alone. It is nil for files of other languages.
func (s *Snapshot) Project(path string) *Project {
	f := s.File(path)
	if f == nil || f.Language != Bake && f.Language != Compose {
		return nil
	}
	for _, p := range s.settingsProjects(path) {
		if slices.Contains(p.Paths(), path) {
			return p
		}
	}
	dir := filepath.Dir(path)
	if !filepath.IsAbs(path) {
		dir = s.rootOf(path)
	}
	if p := s.foundProject(dir); p != nil && slices.Contains(p.Paths(), path) {
		return p
	}
	return &Project{Dir: dir, Files: []string{baseIn(dir, path)}}
}

// rootOf is where a document without a path stands: in the first root.
func (s *Snapshot) rootOf(string) string {
	if folders := s.Folders(); len(folders) > 0 {
		return folders[0].Path
	}
	return string(filepath.Separator)
}

func baseIn(dir, path string) string {
	if filepath.Dir(path) == dir {
		return filepath.Base(path)
	}
	return path
}

// foundProject is what Buildx finds in dir when no file is named, or nil.
func (s *Snapshot) foundProject(dir string) *Project {
	names, err := bake.Lookup(s.FS(), dir, s.Env())
	if err != nil { // none there, or unreadable: no definition either way
		return nil
	}
	return &Project{Dir: dir, Files: names}
}

// settingsProjects are the projects that the settings of path's root define.
func (s *Snapshot) settingsProjects(path string) []*Project {
	folder, ok := s.Folder(path)
	if !ok {
		return nil
	}
	var out []*Project
	for _, p := range folder.Settings.Bake.Projects {
		out = append(out, projectFromSettings(folder.Path, p))
	}
	return out
}

func projectFromSettings(root string, p settings.Project) *Project {
	dir := filepath.Join(root, filepath.FromSlash(p.Dir))
	if filepath.IsAbs(p.Dir) {
		dir = filepath.Clean(p.Dir)
	}
	files := make([]string, len(p.Files))
	for i, name := range p.Files {
		files[i] = filepath.FromSlash(name)
	}
	return &Project{Name: p.Name, Dir: dir, Files: files, Vars: p.Vars, Set: p.Set, Settings: true}
}

// ProjectsAround are the definitions that may speak of a file that is none
// itself, such as a Dockerfile: those of the settings, of open Bake and Compose
// files in the same root, and those found in the file's folder and above it up
// to the root.
func (s *Snapshot) ProjectsAround(path string) []*Project {
	out := s.settingsProjects(path)
	root, inRoot := s.Folder(path)
	for _, f := range s.OpenFiles() {
		other, ok := s.Folder(f.Path)
		if p := s.Project(f.Path); p != nil && ok == inRoot && other.Path == root.Path {
			out = append(out, p)
		}
	}
	for dir := filepath.Dir(path); filepath.IsAbs(path); dir = filepath.Dir(dir) {
		if p := s.foundProject(dir); p != nil {
			out = append(out, p)
		}
		if !inRoot || dir == root.Path || dir == filepath.Dir(dir) {
			break
		}
	}
	return distinct(out)
}

// distinct keeps the first of equal projects.
func distinct(list []*Project) []*Project {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(p *Project) bool {
		key := p.key()
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

// key identifies a project by all that makes its definition.
func (p *Project) key() string {
	var b strings.Builder
	field := func(values ...string) {
		for _, v := range values {
			b.WriteString(v)
			b.WriteByte(0)
		}
		b.WriteByte(1)
	}
	field(p.Dir)
	field(p.Files...)
	field(p.Set...)
	names := make([]string, 0, len(p.Vars))
	for name := range p.Vars {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		field(name, p.Vars[name])
	}
	return b.String()
}
