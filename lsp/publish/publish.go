// Package publish sends diagnostics to the client. It is the only sender: it
// knows what every pass found in every file, merges that, and sends what
// changed.
package publish

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"go.lsp.dev/protocol"
)

// A Pass is what one pass over one file found, in that file and in others. It
// replaces what the same pass over the same file found before.
type Pass struct {
	Owner      string // path of the file that was checked
	Source     string // name of the pass, such as "syntax"
	Generation uint64 // counts up; a pass of an older generation changes nothing
	Last       bool   // no other pass of this generation follows
	Results    []Result
}

// A Result is what a pass found in one state of one file.
type Result struct {
	File        *workspace.File
	Diagnostics []diag.Diagnostic
}

// A Publisher merges passes. It is safe for use by several goroutines.
type Publisher struct {
	// convert makes the message for a file; the list is sorted and not nil.
	convert func(*workspace.File, []diag.Diagnostic) *protocol.PublishDiagnosticsParams
	// post queues it. It must not wait.
	post func(*protocol.PublishDiagnosticsParams)

	mu          sync.Mutex // guards what is below, and the order of posts
	files       map[string]*file
	generations map[origin]uint64 // newest generation of each pass
}

// origin identifies a pass.
type origin struct{ owner, source string }

// file is what is known about one path.
type file struct {
	state *workspace.File // that the sets' spans are in
	sets  map[origin][]diag.Diagnostic
	sent  []byte // the diagnostics the client has, as JSON; nil means none
	told  bool   // something was sent since the file was opened
}

// New makes a publisher that sends through post what convert makes.
func New(convert func(*workspace.File, []diag.Diagnostic) *protocol.PublishDiagnosticsParams, post func(*protocol.PublishDiagnosticsParams)) *Publisher {
	return &Publisher{convert: convert, post: post, files: make(map[string]*file), generations: make(map[origin]uint64)}
}

// Put replaces what a pass found and sends what changed. Results about a state
// of a file that is no longer the newest are left out: its newest state has a
// pass of its own coming.
func (p *Publisher) Put(pass Pass) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := origin{pass.Owner, pass.Source}
	if pass.Generation < p.generations[from] {
		return
	}
	p.generations[from] = pass.Generation
	changed := make(map[string]bool)
	for _, r := range pass.Results {
		if p.put(from, r) {
			changed[r.File.Path] = true
		}
	}
	for path, f := range p.files {
		if _, had := f.sets[from]; had && !mentions(pass.Results, path) {
			delete(f.sets, from)
			changed[path] = true
		}
	}
	for path := range changed {
		// A client is told once that a file it opened is fine, so that it need
		// not guess whether the checks are still running.
		f := p.files[path]
		p.send(path, pass.Last && path == pass.Owner && f.state != nil && f.state.Open && !f.told)
	}
}

func mentions(results []Result, path string) bool {
	return slices.ContainsFunc(results, func(r Result) bool { return r.File.Path == path })
}

// put stores one result; false when it is about an outdated state.
func (p *Publisher) put(from origin, r Result) bool {
	f := p.file(r.File.Path)
	switch {
	case f.state == nil || !f.state.Open && !r.File.Open:
		f.state = r.File
	case f.state != r.File:
		return false
	}
	if len(r.Diagnostics) == 0 {
		delete(f.sets, from)
	} else {
		f.sets[from] = r.Diagnostics
	}
	return true
}

func (p *Publisher) file(path string) *file {
	f := p.files[path]
	if f == nil {
		f = &file{sets: make(map[origin][]diag.Diagnostic)}
		p.files[path] = f
	}
	return f
}

// Opened makes state the one that new results have to be about.
func (p *Publisher) Opened(state *workspace.File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.file(state.Path)
	f.state, f.told = state, false
}

// Edited carries what is known through edits, each in terms of the text the
// one before it made, to the new state. What an edit touches goes. Nothing is
// sent: the pass over the new state does that.
func (p *Publisher) Edited(state *workspace.File, edits []text.Edit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.file(state.Path)
	f.state = state
	for from, set := range f.sets {
		f.sets[from] = mapped(set, edits)
	}
}

// mapped is a new list: the old one belongs to whoever computed it.
func mapped(set []diag.Diagnostic, edits []text.Edit) []diag.Diagnostic {
	out := make([]diag.Diagnostic, 0, len(set))
	for _, d := range set {
		ok := true
		for _, e := range edits {
			if ok {
				d.Span, ok = e.Map(d.Span)
			}
		}
		if ok {
			out = append(out, d)
		}
	}
	return out
}

// Closed forgets what passes over the file found, here and in other files, and
// what is about a text that is gone. Findings of other files' passes in it
// stay. was is the state that was closed; now is the one on the disk, nil when
// there is none. When the file has been opened again meanwhile nothing happens.
func (p *Publisher) Closed(path string, was, now *workspace.File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.files[path]; f != nil {
		if f.state != nil && f.state.Open && f.state != was {
			return
		}
		if now == nil || f.state == nil || f.state.Text() != now.Text() {
			clear(f.sets)
		}
		f.state = now
	}
	for at, f := range p.files {
		before := len(f.sets)
		maps.DeleteFunc(f.sets, func(from origin, _ []diag.Diagnostic) bool { return from.owner == path })
		if at == path || len(f.sets) != before {
			p.send(at, false)
		}
	}
}

// Found is what is known about one state of a file, sorted; nil when it is no
// longer the newest state.
func (p *Publisher) Found(state *workspace.File) []diag.Diagnostic {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.files[state.Path]
	if f == nil || f.state != state {
		return nil
	}
	return f.merged()
}

// send posts the merged diagnostics of a file unless the client has them;
// always does so even then.
func (p *Publisher) send(path string, always bool) {
	f := p.files[path]
	if f.state == nil {
		clear(f.sets) // the file is gone, and what was said about it
		f.state = workspace.Missing(path)
		defer func() { delete(p.files, path) }()
	}
	list := f.merged()
	message := p.convert(f.state, list)
	content, err := protocol.Marshal(message.Diagnostics)
	if err != nil { // then it cannot be sent either, and the connection says so
		content = nil
	}
	if len(list) == 0 {
		content = nil
	}
	if bytes.Equal(content, f.sent) && !always {
		return
	}
	f.sent, f.told = content, true
	p.post(message)
}

// merged lists all sets by place, worst first, without repetitions.
func (f *file) merged() []diag.Diagnostic {
	all := []diag.Diagnostic{}
	for _, set := range f.sets {
		all = append(all, set...)
	}
	slices.SortStableFunc(all, order)
	return slices.CompactFunc(all, func(a, b diag.Diagnostic) bool { return order(a, b) == 0 })
}

// order compares what the client sees of two diagnostics.
func order(a, b diag.Diagnostic) int {
	return cmp.Or(
		cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Span.End, b.Span.End),
		cmp.Compare(a.Source, b.Source), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message),
	)
}
