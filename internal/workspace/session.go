// Package workspace holds what is known about the files people work on. A
// Session takes changes, each of which makes a new immutable Snapshot in
// microseconds; everything expensive (models, lint, evaluated definitions) is
// computed from a Snapshot when somebody asks, at most once per state of what
// it depends on, and carried over to later Snapshots while it holds.
package workspace

import (
	"sync"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/settings"
)

// A Session is the mutable side: it knows the newest Snapshot. It is safe for
// use by several goroutines.
type Session struct {
	world  World
	shared *models

	mu      sync.Mutex // guards what is below; held for microseconds
	current *Snapshot
	recent  map[string][]*File // states that may be built, newest last, by path
}

// keptStates is how many states of one document are kept for build results
// that arrive after further edits.
const keptStates = 4

// NewSession starts with no folder and default settings.
func NewSession(world World) *Session {
	s := &Session{world: world, shared: newModels(), recent: make(map[string][]*File)}
	s.current = &Snapshot{
		world: &s.world, disk: newDisk(world.Disk, s.shared), settings: settings.Default(),
		projects: newProjects(), builds: newBuilds(),
	}
	return s
}

// Snapshot is the newest state.
func (s *Session) Snapshot() *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// Apply makes the next snapshot from changes, in order, and returns it.
func (s *Session) Apply(changes ...Change) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := *s.current
	for _, c := range changes {
		c.apply(s, &next)
	}
	s.current = &next
	return &next
}

// Revalidate compares what was read from the disk with what is there now, for
// editors that do not watch files, and returns the paths that changed. It
// reads the disk: not for the connection's read loop.
func (s *Session) Revalidate() []string {
	changed := s.Snapshot().disk.changed()
	if len(changed) > 0 {
		s.Apply(DiskChanged{Paths: changed})
	}
	return changed
}

// Pin keeps the present state of files that are about to be built, so that
// the result finds its place however much they are edited meanwhile.
func (s *Session) Pin(paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, path := range paths {
		if f := s.current.open[path]; f != nil {
			s.remember(f)
		}
	}
}

// remember keeps f among the states that may be built. s.mu is held.
func (s *Session) remember(f *File) {
	states := s.recent[f.Path]
	if len(states) > 0 && states[len(states)-1] == f {
		return
	}
	if states = append(states, f); len(states) > keptStates {
		states = append([]*File(nil), states[len(states)-keptStates:]...)
	}
	s.recent[f.Path] = states
}

func (s *Session) forget(path string) { delete(s.recent, path) }

// ApplyBuild adds what a build left behind and returns the new snapshot.
// Facts about text that is no longer known are left out. It may parse: not
// for the connection's read loop.
func (s *Session) ApplyBuild(b buildinfo.Build) *Snapshot {
	snap := s.Snapshot()
	built := make(map[string]*File, len(b.Files))
	for _, path := range builtPaths(b) {
		if f := s.stateWithHash(snap, path, builtHash(b, path)); f != nil {
			built[path] = f
		}
	}
	add := newOutcome(b, built)
	s.mu.Lock()
	defer s.mu.Unlock()
	next := *s.current
	next.builds = next.builds.with(add, func(path string) *File { return next.open[path] })
	s.current = &next
	return &next
}

// stateWithHash finds the state of path that was built.
func (s *Session) stateWithHash(snap *Snapshot, path, hash string) *File {
	if f := snap.File(path); f != nil && f.Hash() == hash {
		return f
	}
	s.mu.Lock()
	states := append([]*File(nil), s.recent[path]...)
	s.mu.Unlock()
	for _, f := range states {
		if f.Hash() == hash {
			return f
		}
	}
	return nil
}
