package handler

import (
	"context"
	"log/slog"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/publish"
)

// The passes over a file, as the publisher tells them apart.
const (
	passSyntax   = "syntax"   // phase 1: at once
	passAnalysis = "analysis" // phase 2: after delay, cancellable
)

// delay is how long phase 2 waits for the next change.
const delay = 10 * time.Millisecond

// Checks find what is wrong with a file.
type Checks struct {
	// Syntax is phase 1: what the file's parser says. It runs on every change.
	Syntax func(*workspace.Snapshot, *workspace.File) []diag.Diagnostic
	// Analysis is phase 2: all else. What it asks the snapshot for decides when
	// it runs again. When its context ends, what it returns is dropped.
	Analysis func(context.Context, *workspace.Snapshot, *workspace.File) []diag.Diagnostic
}

// passes keeps the diagnostics of open files, and of files that failed to
// build, up to date. A change cancels the passes it makes useless: those over
// the changed file and over every file whose last pass looked at it.
type passes struct {
	ctx       context.Context
	end       context.CancelFunc
	checks    Checks
	session   *workspace.Session
	publisher *publish.Publisher
	logger    *slog.Logger
	slots     chan struct{} // limits how many analyses run at once
	group     sync.WaitGroup

	mu         sync.Mutex // guards what is below; held for microseconds
	ended      bool
	generation uint64
	files      map[string]*checked
}

// checked is a file whose diagnostics are kept up to date.
type checked struct {
	cancel  context.CancelFunc // of the newest analysis, waiting, running or done
	ended   *workspace.Deps    // what the last analysis that ended looked at
	running *workspace.Deps    // what the newest has looked at so far
}

func newPasses(ctx context.Context, checks Checks, session *workspace.Session, publisher *publish.Publisher, logger *slog.Logger) *passes {
	p := &passes{
		checks: checks, session: session, publisher: publisher, logger: logger,
		slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), files: make(map[string]*checked),
	}
	p.ctx, p.end = context.WithCancel(ctx)
	return p
}

// close cancels all passes and waits for them.
func (p *passes) close() {
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	p.end()
	p.group.Wait()
}

// changed checks the files at paths, as far as they are open or failed to
// build, and all that depend on them.
func (p *passes) changed(paths ...string) {
	snap := p.session.Snapshot()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, path := range paths {
		if of(snap, path) {
			p.schedule(snap, path, true)
		}
	}
	p.scheduleDependents(snap, paths)
}

// dependents checks the files that depend on path, which itself is as it was.
func (p *passes) dependents(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scheduleDependents(p.session.Snapshot(), []string{path})
}

// all checks every file anew: settings, folders or build facts have changed.
func (p *passes) all() {
	snap := p.session.Snapshot()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range snap.OpenFiles() {
		p.schedule(snap, f.Path, true)
	}
	for _, path := range snap.BuiltFiles() {
		p.schedule(snap, path, false)
	}
}

// closed stops checking a file.
func (p *passes) closed(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.files[path]; c != nil {
		c.cancel()
		delete(p.files, path)
	}
}

// of tells whether the diagnostics of path are of interest.
func of(snap *workspace.Snapshot, path string) bool {
	f := snap.OpenFile(path)
	return f != nil || slices.Contains(snap.BuiltFiles(), path)
}

// scheduleDependents starts an analysis of every file that looked at one of
// paths, and tells the running ones of the change. p.mu is held.
func (p *passes) scheduleDependents(snap *workspace.Snapshot, paths []string) {
	for _, path := range slices.Sorted(maps.Keys(p.files)) {
		if slices.Contains(paths, path) {
			continue
		}
		if p.files[path].looksAt(paths) {
			p.schedule(snap, path, false)
		}
	}
}

// looksAt tells whether the file's analysis depends on one of paths. An
// analysis that is still running and has not looked yet is told.
func (c *checked) looksAt(paths []string) bool {
	found := false
	for _, path := range paths {
		switch {
		case c.ended.Has(path), c.running.Has(path):
			found = true
		case c.running != nil:
			c.running.Changed(path)
		}
	}
	return found
}

// schedule starts the passes over a file. p.mu is held.
func (p *passes) schedule(snap *workspace.Snapshot, path string, syntax bool) {
	if p.ended {
		return
	}
	p.generation++
	generation := p.generation
	ctx, cancel := context.WithCancel(p.ctx)
	c := p.files[path]
	if c == nil {
		c = new(checked)
		p.files[path] = c
	} else {
		c.cancel()
	}
	c.cancel = cancel
	if syntax {
		p.group.Go(func() { p.syntax(snap, path, generation) })
	}
	p.group.Go(func() {
		defer cancel()
		select {
		case <-time.After(delay):
			p.analysis(ctx, path, generation)
		case <-ctx.Done():
		}
	})
}

// syntax is phase 1, over the very state that the change made, unless that has
// been replaced already.
func (p *passes) syntax(snap *workspace.Snapshot, path string, generation uint64) {
	defer p.recovered(path)
	f := snap.OpenFile(path)
	if f == nil || p.session.Snapshot().OpenFile(path) != f {
		return
	}
	p.put(passSyntax, generation, f, p.checks.Syntax(snap, f))
}

// analysis is phase 2, over the newest state.
func (p *passes) analysis(ctx context.Context, path string, generation uint64) {
	defer p.recovered(path)
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return
	}
	snap, deps := p.session.Snapshot().Observe()
	f := snap.File(path)
	if f == nil {
		p.publisher.Closed(path, nil, nil)
	}
	if f == nil || !p.starts(ctx, path, deps) {
		return
	}
	found := p.checks.Analysis(ctx, snap, f)
	if ctx.Err() != nil {
		return
	}
	if !f.Open {
		found = slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool { return d.Source != diag.SourceBuild })
	}
	p.put(passAnalysis, generation, f, found)
	p.ends(ctx, path, deps)
}

// starts makes deps, which fill while the analysis runs, count for path. It is
// false when a newer analysis has taken this one's place.
func (p *passes) starts(ctx context.Context, path string, deps *workspace.Deps) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.files[path]
	if c == nil || ctx.Err() != nil {
		return false
	}
	c.running = deps
	return true
}

// ends makes deps the only ones that count, and starts over when something
// changed before the analysis looked at it.
func (p *passes) ends(ctx context.Context, path string, deps *workspace.Deps) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.files[path]
	if c == nil || ctx.Err() != nil {
		return
	}
	c.ended, c.running = deps, nil
	if deps.Outdated() {
		p.schedule(p.session.Snapshot(), path, false)
	}
}

func (p *passes) put(pass string, generation uint64, f *workspace.File, found []diag.Diagnostic) {
	p.publisher.Put(publish.Pass{
		Owner: f.Path, Source: pass, Generation: generation, Last: pass == passAnalysis,
		Results: []publish.Result{{File: f, Diagnostics: found}},
	})
}

// recovered keeps the server alive when a pass panics.
func (p *passes) recovered(path string) {
	if r := recover(); r != nil {
		p.logger.Error("checking a file panicked", "path", path, "panic", r, "stack", string(debug.Stack()))
	}
}
