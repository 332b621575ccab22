package workspace

import (
	"path/filepath"
	"sync"
)

// Deps records which files a computation looked at, missing ones and listed
// folders included: when one of them changes, its result is out of date. It is
// safe for use by several goroutines.
type Deps struct {
	mu    sync.Mutex
	paths map[string]struct{}
	dirs  map[string]struct{} // folders that were listed
	more  []*Deps             // what shared computations looked at

	// A computation that is still going on, lazily, reads the state it began
	// with. When it reads a file that has changed meanwhile it must not serve
	// newer states any more.
	later map[string]struct{} // changed since it began, before it looked
	stale bool
}

func newDeps() *Deps {
	return &Deps{paths: make(map[string]struct{}), dirs: make(map[string]struct{})}
}

func (d *Deps) file(path string) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.paths[path] = struct{}{}
	if _, changed := d.later[path]; changed {
		d.stale = true
	}
}

func (d *Deps) dir(path string) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dirs[path] = struct{}{}
}

// Changed notes a change of a file that has not been looked at: if it is read
// now, from the older state, the result is out of date.
func (d *Deps) Changed(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.later == nil {
		d.later = make(map[string]struct{})
	}
	d.later[path] = struct{}{}
}

// Outdated tells whether something was read after it had changed.
func (d *Deps) Outdated() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stale
}

// include adds what a shared computation looked at and will look at.
func (d *Deps) include(other *Deps) {
	if d == nil || other == nil || d == other {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, have := range d.more {
		if have == other {
			return
		}
	}
	d.more = append(d.more, other)
}

// Has tells whether a change of path concerns the computation: it looked at
// the file, or listed the folder that holds it.
func (d *Deps) Has(path string) bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	_, file := d.paths[path]
	_, listed := d.dirs[filepath.Dir(path)]
	more := d.more
	d.mu.Unlock()
	if file || listed {
		return true
	}
	for _, other := range more {
		if other.Has(path) {
			return true
		}
	}
	return false
}
