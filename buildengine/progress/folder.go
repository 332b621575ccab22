// Package progress folds the status streams of the solves of one build into
// steps, logs and warnings: a step that several targets need is one step.
package progress

import (
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/buildlens/buildlens/buildengine/sourcemap"
	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"
)

// A Folder is used by one goroutine.
type Folder struct {
	sources *sourcemap.Map
	redact  *session.Redactor
	targets map[string]*target
	steps   map[digest.Digest]*step
	prefix  bool    // names of the raw stream carry their target
	sum     float64 // of what is done of the targets
	percent int
}

// target is what the stream of one target has told.
type target struct {
	name  string
	steps map[digest.Digest]bool // instructions; true when found in the cache
	done  bool
	part  float64 // how much of it is done, from 0 to 1
}

// NewFolder makes a Folder for a build of these targets.
func NewFolder(targets []string, sources *sourcemap.Map, redact *session.Redactor) *Folder {
	f := &Folder{
		sources: sources,
		redact:  redact,
		targets: make(map[string]*target, len(targets)),
		steps:   map[digest.Digest]*step{},
		prefix:  len(targets) > 1,
	}
	for _, name := range targets {
		f.targets[name] = &target{name: name, steps: map[digest.Digest]bool{}}
	}
	return f
}

// Fold takes the next part of a target's stream. It returns what changed, and
// the part as other consumers may have it: without secrets and repetitions,
// and with the names that Buildx gives steps when there are several targets.
// The name "" stands for work that is of no target, such as booting a builder.
func (f *Folder) Fold(name string, status *client.SolveStatus, now time.Time) ([]buildengine.Event, *client.SolveStatus) {
	p := part{Folder: f, now: now, raw: &client.SolveStatus{}, changed: map[*step]bool{}}
	t := f.targets[name]
	for _, v := range status.Vertexes {
		p.vertex(t, v)
	}
	for _, v := range status.Statuses {
		p.status(v)
	}
	f.measured(t)
	for _, s := range p.order {
		p.events = append(p.events, buildengine.Event{Time: now, Step: s.event(now)})
	}
	for _, l := range status.Logs {
		if s, ok := f.steps[l.Vertex]; ok && s.fresh(name, l.Timestamp) {
			p.log(s, s.log(f.redact, l))
		}
	}
	for _, s := range p.order {
		for _, log := range s.ended() {
			p.log(s, log)
		}
	}
	for _, w := range status.Warnings {
		p.warning(w)
	}
	return f.stamp(p.events), p.raw
}

// A part is what becomes of one part of a stream.
type part struct {
	*Folder
	now     time.Time
	events  []buildengine.Event
	raw     *client.SolveStatus
	changed map[*step]bool
	order   []*step // the changed ones
}

func (p *part) touch(s *step) {
	if !p.changed[s] {
		p.changed[s] = true
		p.order = append(p.order, s)
	}
}

func (p *part) vertex(t *target, v *client.Vertex) {
	s := p.Folder.vertex(t, v)
	p.touch(s)
	p.raw.Vertexes = append(p.raw.Vertexes, p.rawVertex(s, v))
}

func (p *part) status(v *client.VertexStatus) {
	out := *v
	out.ID, out.Name = p.redact.String(v.ID), p.redact.String(v.Name)
	p.raw.Statuses = append(p.raw.Statuses, &out)
	if s, ok := p.steps[v.Vertex]; ok {
		s.transfer(&out)
		p.touch(s)
	}
}

func (p *part) log(s *step, l *buildengine.Log) {
	if l == nil {
		return
	}
	p.events = append(p.events, buildengine.Event{Time: p.now, Log: l})
	p.raw.Logs = append(p.raw.Logs, &client.VertexLog{Vertex: s.digest, Stream: l.Stream, Data: l.Data, Timestamp: l.Time})
}

func (p *part) warning(w *client.VertexWarning) {
	warning := p.Folder.warning(w)
	if warning == nil {
		return
	}
	p.events = append(p.events, buildengine.Event{Time: p.now, Warning: warning})
	raw := *w
	raw.Short, raw.Detail = []byte(warning.Message), nil
	for _, d := range warning.Detail {
		raw.Detail = append(raw.Detail, []byte(d))
	}
	p.raw.Warnings = append(p.raw.Warnings, &raw)
}

// vertex updates a step with what one target's stream says of it.
func (f *Folder) vertex(t *target, v *client.Vertex) *step {
	s, ok := f.steps[v.Digest]
	if !ok {
		s = newStep(v, f.redact.String(v.Name))
		f.steps[v.Digest] = s
	}
	if s.location == nil {
		s.location = f.sources.Step(v.Digest)
	}
	name := ""
	if t != nil {
		name = t.name
		s.add(t.name)
		if s.instruction {
			t.steps[v.Digest] = t.steps[v.Digest] || v.Cached
		}
	}
	s.update(name, v, f.redact)
	if t != nil && vertexState(v) == buildengine.StepCanceled {
		// Two graphs came to the same step, and BuildKit went on with the other.
		delete(t.steps, v.Digest)
	}
	return s
}

func (f *Folder) rawVertex(s *step, v *client.Vertex) *client.Vertex {
	out := *v
	out.Name, out.Error = s.name, f.redact.String(v.Error)
	if f.prefix && len(s.targets) > 0 {
		out.Name = addPrefix(s.first, s.name)
	}
	return &out
}

// addPrefix names a step as Buildx does when there are several targets:
// "[internal] x" of target web is "[web internal] x".
func addPrefix(target, name string) string {
	if rest, ok := strings.CutPrefix(name, "["); ok {
		return "[" + target + " " + rest
	}
	return "[" + target + "] " + name
}

func (f *Folder) warning(w *client.VertexWarning) *buildengine.Warning {
	s := f.steps[w.Vertex]
	location, _ := f.sources.Source(w.SourceInfo, w.Range)
	out := &buildengine.Warning{
		Step:     w.Vertex.String(),
		Message:  f.redact.String(string(w.Short)),
		URL:      w.URL,
		Location: location,
	}
	out.Rule = ruleName(out.Message)
	for _, d := range w.Detail {
		out.Detail = append(out.Detail, f.redact.String(string(d)))
	}
	if s != nil && !s.warned(out) {
		return nil
	}
	return out
}

// ruleName is the linter's rule that a warning is of: its messages begin with
// "Rule: ", the name being one word.
func ruleName(message string) string {
	rule, _, ok := strings.Cut(message, ": ")
	if !ok || rule == "" || strings.ContainsAny(rule, " \t/") {
		return ""
	}
	return rule
}

// Step returns the state of a step.
func (f *Folder) Step(id string, now time.Time) (buildengine.Step, bool) {
	s, ok := f.steps[digest.Digest(id)]
	if !ok {
		return buildengine.Step{}, false
	}
	return *s.event(now), true
}

// Tail returns the last lines of a step's output, oldest first.
func (f *Folder) Tail(id string) []string {
	s, ok := f.steps[digest.Digest(id)]
	if !ok {
		return nil
	}
	return s.tail.lines()
}

// Counts returns how many instructions a target took, and how many of these
// were found in the cache.
func (f *Folder) Counts(name string) (steps, cached int) {
	t, ok := f.targets[name]
	if !ok {
		return 0, 0
	}
	for _, c := range t.steps {
		steps++
		if c {
			cached++
		}
	}
	return steps, cached
}

// TargetDone says that a target has ended: it counts as complete in the
// percentage. Steps that only it needed and that still ran are canceled.
func (f *Folder) TargetDone(name string, now time.Time) []buildengine.Event {
	if t, ok := f.targets[name]; ok {
		t.done = true
		f.measured(t)
	}
	var events []buildengine.Event
	for _, s := range f.sorted() {
		if s.state != buildengine.StepRunning || !f.over(s) {
			continue
		}
		s.state = buildengine.StepCanceled
		events = append(events, buildengine.Event{Time: now, Step: s.event(now)})
		for _, log := range s.ended() {
			events = append(events, buildengine.Event{Time: now, Log: log})
		}
	}
	return f.stamp(events)
}

// over tells whether every target that needs a step has ended.
func (f *Folder) over(s *step) bool {
	return len(s.targets) > 0 && !slices.ContainsFunc(s.targets, func(name string) bool {
		return !f.targets[name].done
	})
}

func (f *Folder) sorted() []*step {
	out := make([]*step, 0, len(f.steps))
	for _, s := range f.steps {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *step) int { return strings.Compare(a.digest.String(), b.digest.String()) })
	return out
}

// measured takes in how far a target has come. The percentage never goes back,
// though more steps become known on the way.
func (f *Folder) measured(t *target) {
	if t == nil {
		return
	}
	part := f.partOf(t)
	f.sum += part - t.part
	t.part = part
	f.percent = max(f.percent, min(99, int(100*f.sum/float64(len(f.targets)))))
}

// partOf counts the instructions that are done, of one more than there are:
// exporting is still to come.
func (f *Folder) partOf(t *target) float64 {
	if t.done {
		return 1
	}
	finished := 0
	for dgst := range t.steps {
		if s := f.steps[dgst]; s.state == buildengine.StepDone || s.state == buildengine.StepCached {
			finished++
		}
	}
	return float64(finished) / float64(len(t.steps)+1)
}

// stamp writes the percentage into events.
func (f *Folder) stamp(events []buildengine.Event) []buildengine.Event {
	for i := range events {
		events[i].Percent = f.percent
	}
	return events
}

// Percent is how far the build is, from 0 to 99 before its end. It is the mean
// of what is done of the targets.
func (f *Folder) Percent() int { return f.percent }
