package workspace

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/buildlens/buildlens/bake"
)

// projects holds the evaluated definitions, by Project.key. A definition is
// shared by all snapshots between which nothing it looks at has changed.
type projects struct {
	mu      sync.Mutex
	cells   map[string]*definition
	earlier map[string]*definition // evaluated, and edited since: where the next can start from
}

// A definition is one evaluated project and what it was made of.
type definition struct {
	dir   string
	paths []string // of the project's files
	deps  *Deps
	cell  cell[*bake.Definition]

	// earlier is of the same project before edits of its files; the goroutine
	// that evaluates this one uses it and lets it go.
	earlier *bake.Definition
}

func newProjects() *projects {
	return &projects{cells: make(map[string]*definition), earlier: make(map[string]*definition)}
}

// of returns the definition of a project, making an empty one when there is
// none or the one there is has read something that had changed by then.
func (p *projects) of(project *Project) *definition {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := project.key()
	d := p.cells[key]
	if d == nil || d.deps.Outdated() {
		d = &definition{dir: project.Dir, paths: project.Paths(), deps: newDeps()}
		if before := p.earlier[key]; before != nil {
			d.earlier, _ = before.cell.peek()
			delete(p.earlier, key)
		}
		p.cells[key] = d
	}
	return d
}

// without returns the projects that a change of path leaves valid, which are
// p itself when it concerns none.
func (p *projects) without(path string, lang Language) *projects {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := &projects{cells: maps.Clone(p.cells), earlier: maps.Clone(p.earlier)}
	changed := false
	for key, d := range p.cells {
		if !d.concerned(path, lang) {
			d.deps.Changed(path)
			continue
		}
		delete(next.cells, key)
		if _, evaluated := d.cell.peek(); evaluated {
			next.earlier[key] = d
		}
		changed = true
	}
	for key, d := range next.earlier {
		if d.concerned(path, lang) && !d.isEditOf(path, lang) {
			delete(next.earlier, key)
			changed = true
		}
	}
	if !changed {
		return p
	}
	return next
}

// isEditOf tells whether a change of path is one of the definition's own text,
// after which all that the edit did not touch can be taken over. What a
// definition takes from other files is not compared with what it was.
func (d *definition) isEditOf(path string, lang Language) bool {
	return lang == Bake && slices.Contains(d.paths, path)
}

// concerned tells whether a change of path may change the definition: it has
// looked at it, or is likely to, being evaluated lazily. Bake never reads
// Dockerfiles.
func (d *definition) concerned(path string, lang Language) bool {
	if d.deps.Has(path) {
		return true
	}
	return lang != Dockerfile && lang != DockerIgnore && within(d.dir, filepath.Clean(path))
}

// Definition evaluates a project, once for as long as nothing it looks at
// changes. Its error says which file cannot be read.
func (s *Snapshot) Definition(ctx context.Context, p *Project) (*bake.Definition, error) {
	d := s.projects.of(p)
	s.deps.include(d.deps)
	return d.cell.get(ctx, func(context.Context) (*bake.Definition, error) {
		in, err := s.input(p, d.deps)
		if err != nil {
			return nil, err
		}
		in.Previous, d.earlier = d.earlier, nil
		return bake.New(in), nil
	})
}

// input gathers what a project's definition is made of; what it looks at, now
// and later, goes to deps.
func (s *Snapshot) input(p *Project, deps *Deps) (bake.Input, error) {
	observed := *s
	observed.deps = deps
	in := bake.Input{
		Dir: p.Dir, Env: s.world.Env, Vars: p.Vars, FS: observed.FS(), Now: s.world.Now, Rand: s.world.Rand,
		Home: s.world.Home, LocalPlatform: s.world.LocalPlatform,
		DisableEnvLookup: s.flag("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP"), FileRelativePaths: s.flag("BUILDX_BAKE_FILE_RELATIVE_PATHS"),
	}
	for i, path := range p.Paths() {
		f := observed.File(path)
		if f == nil {
			return in, fmt.Errorf("read %s: %w", p.Files[i], fs.ErrNotExist)
		}
		in.Files = append(in.Files, f.BakeFile(p.Files[i]))
	}
	return in, nil
}

// flag reads a boolean of the environment; what is no boolean is false.
func (s *Snapshot) flag(name string) bool {
	value, _ := s.world.Env.Lookup(name)
	on, err := strconv.ParseBool(value)
	return err == nil && on
}
