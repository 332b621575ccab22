package workspace

import (
	"maps"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/text"
)

// A Change turns one snapshot into the next. The types of this file are all
// there are. None of them parses, reads or waits.
type Change interface {
	// apply changes next, which nobody else sees yet. What next's fields point
	// to is shared and must be copied before it is written to.
	apply(s *Session, next *Snapshot)
}

// Opened says that a document's text is now the editor's.
type Opened struct {
	Path       string
	LanguageID string
	Version    int32
	Text       string
}

// Edited says how an open document's text changed. Edits come in order, each
// in terms of the text the one before it made; Lines indexes the final text.
type Edited struct {
	Path    string
	Version int32
	Lines   *text.Lines
	Edits   []text.Edit
}

// Saved says that an open document was written to the disk as it is.
type Saved struct{ Path string }

// Closed says that the disk's text holds again.
type Closed struct{ Path string }

// DiskChanged names files that were changed, made or deleted on the disk;
// a folder stands for all that is in it.
type DiskChanged struct{ Paths []string }

// Configured brings the roots of the workspace and the settings, those of
// files outside every root included.
type Configured struct {
	Folders  []Folder
	Settings settings.Settings
}

func (c Opened) apply(s *Session, next *Snapshot) {
	f := newFile(c.Path, c.LanguageID, c.Text, s.shared)
	f.Version, f.Open = c.Version, true
	s.remember(f)
	next.setOpen(c.Path, f)
	next.projects = next.projects.without(c.Path, f.Language)
}

func (c Edited) apply(_ *Session, next *Snapshot) {
	before := next.open[c.Path]
	if before == nil {
		return // an edit of a document that is not open; the editor is at fault
	}
	f := before.edited(c.Version, c.Lines, c.Edits)
	next.setOpen(c.Path, f)
	next.projects = next.projects.without(c.Path, f.Language)
	next.builds = next.builds.edited(c.Path, c.Edits)
}

func (c Saved) apply(s *Session, next *Snapshot) {
	f := next.open[c.Path]
	if f == nil {
		return
	}
	s.remember(f)
	next.disk = next.disk.invalidate([]string{c.Path})
}

func (c Closed) apply(s *Session, next *Snapshot) {
	f := next.open[c.Path]
	if f == nil {
		return
	}
	next.setOpen(c.Path, nil)
	next.disk = next.disk.invalidate([]string{c.Path})
	next.projects = next.projects.without(c.Path, f.Language)
	s.forget(c.Path)
}

func (c DiskChanged) apply(_ *Session, next *Snapshot) {
	next.disk = next.disk.invalidate(c.Paths)
	for _, path := range c.Paths {
		next.projects = next.projects.without(path, LanguageOf("", path, ""))
	}
}

func (c Configured) apply(_ *Session, next *Snapshot) {
	next.settings = c.Settings
	next.folders = slices.SortedStableFunc(slices.Values(c.Folders), func(a, b Folder) int {
		return len(b.Path) - len(a.Path)
	})
	for i := range next.folders {
		next.folders[i].Path = strings.Clone(next.folders[i].Path)
	}
	next.projects = newProjects()
}

// setOpen replaces one entry of the open documents; nil removes it.
func (s *Snapshot) setOpen(path string, f *File) {
	open := make(map[string]*File, len(s.open)+1)
	maps.Copy(open, s.open)
	if f == nil {
		delete(open, path)
	} else {
		open[path] = f
	}
	s.open = open
}
