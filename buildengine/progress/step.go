package progress

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"
)

// instructionName is how the frontend names what an instruction became:
// "[2/5] RUN x", "[linux/arm64 build 2/5] RUN x".
var instructionName = regexp.MustCompile(`^\[(?:[^\]]+ )?\d+/\d+\] `)

// internalName matches the names of steps that prepare the build and tell
// people nothing about their files: what BuildKit marks so, and what it does
// for a named context.
var internalName = regexp.MustCompile(`^\[(?:internal|auth)\]|^\[context [^\]]+\] (?:load metadata|OCI load)`)

// step is one vertex, as all streams together tell it.
type step struct {
	digest      digest.Digest
	name        string
	first       string   // the target that brought it
	targets     []string // in name order
	inputs      []string
	instruction bool
	internal    bool
	state       buildengine.StepState
	settledBy   string // the target whose stream said that it ran to its end
	started     time.Time
	ran         map[int64]time.Duration // by start time: a step may run in pieces, and be told by several streams
	running     time.Time               // start of the piece that runs; zero when none
	location    *buildengine.Location
	transfers   []buildengine.Transfer
	err         string
	warnings    []buildengine.Warning

	lastLog   time.Time // of the newest log taken
	lastOwner string    // the target whose stream it came from
	held      [3][]byte // ends of streams that may be the beginning of a secret
	tail      tail
}

func newStep(v *client.Vertex, name string) *step {
	s := &step{
		digest:      v.Digest,
		name:        name,
		instruction: instructionName.MatchString(name),
		internal:    internalName.MatchString(name),
		state:       buildengine.StepPending,
		ran:         map[int64]time.Duration{},
	}
	for _, input := range v.Inputs {
		s.inputs = append(s.inputs, input.String())
	}
	return s
}

// add notes that a target needs the step.
func (s *step) add(target string) {
	if s.first == "" {
		s.first = target
	}
	if i, found := slices.BinarySearch(s.targets, target); !found {
		s.targets = slices.Insert(s.targets, i, target)
	}
}

// update takes what a target's stream says of the step. A step that ran stays
// done when another target finds it in the cache.
func (s *step) update(target string, v *client.Vertex, redact *session.Redactor) {
	if v.Started != nil {
		if s.started.IsZero() || v.Started.Before(s.started) {
			s.started = *v.Started
		}
		if v.Completed == nil {
			s.running = *v.Started
		} else {
			s.ran[v.Started.UnixNano()] = v.Completed.Sub(*v.Started)
			s.running = time.Time{}
		}
	}
	if next := vertexState(v); s.settledBy == "" || s.settledBy == target || next == buildengine.StepFailed {
		s.state, s.settledBy = next, ""
		if next == buildengine.StepDone || next == buildengine.StepFailed {
			s.settledBy = target
		}
	}
	if v.Error != "" {
		s.err = redact.String(v.Error)
	}
}

func vertexState(v *client.Vertex) buildengine.StepState {
	switch {
	case v.Error != "" && isCanceled(v.Error):
		return buildengine.StepCanceled
	case v.Error != "":
		return buildengine.StepFailed
	case v.Cached:
		return buildengine.StepCached
	case v.Completed != nil:
		return buildengine.StepDone
	case v.Started != nil:
		return buildengine.StepRunning
	}
	return buildengine.StepPending
}

// isCanceled tells whether a vertex ended since its build was canceled:
// BuildKit gives that as the text of the error alone.
func isCanceled(message string) bool { return strings.HasSuffix(message, "context canceled") }

func (s *step) transfer(v *client.VertexStatus) {
	t := buildengine.Transfer{ID: v.ID, Current: v.Current, Total: v.Total, Done: v.Completed != nil}
	for i := range s.transfers {
		if s.transfers[i].ID == v.ID {
			s.transfers[i] = t
			return
		}
	}
	s.transfers = append(s.transfers, t)
}

func (s *step) event(now time.Time) *buildengine.Step {
	out := &buildengine.Step{
		ID:        s.digest.String(),
		Inputs:    s.inputs,
		Name:      s.name,
		Targets:   slices.Clone(s.targets),
		Internal:  s.internal,
		State:     s.state,
		Started:   s.started,
		Location:  s.location,
		Transfers: slices.Clone(s.transfers),
		Error:     s.err,
	}
	for _, d := range s.ran {
		out.Duration += d
	}
	if !s.running.IsZero() && s.state == buildengine.StepRunning {
		out.Duration += max(0, now.Sub(s.running))
	}
	return out
}

// fresh tells whether a log is new: each target that needs a step receives its
// output, and the same piece has the same time in all of them.
func (s *step) fresh(target string, at time.Time) bool {
	if target != s.lastOwner && !at.After(s.lastLog) {
		return false
	}
	if at.After(s.lastLog) {
		s.lastLog, s.lastOwner = at, target
	}
	return true
}

// log redacts a piece of output. What may be the beginning of a secret is held
// back until the next piece; nil is returned when nothing is left.
func (s *step) log(redact *session.Redactor, l *client.VertexLog) *buildengine.Log {
	stream := min(max(l.Stream, 0), len(s.held)-1)
	data := redact.Bytes(append(s.held[stream], l.Data...))
	hold := redact.Hold(data)
	s.held[stream] = slices.Clone(data[len(data)-hold:])
	data = data[:len(data)-hold]
	if len(data) == 0 {
		return nil
	}
	s.tail.add(data)
	return &buildengine.Log{Step: s.digest.String(), Stream: stream, Data: data, Time: l.Timestamp}
}

// ended returns what was held back of a step that writes no more.
func (s *step) ended() []*buildengine.Log {
	if s.state == buildengine.StepRunning || s.state == buildengine.StepPending {
		return nil
	}
	var logs []*buildengine.Log
	for stream, data := range s.held {
		if len(data) == 0 {
			continue
		}
		s.held[stream] = nil
		s.tail.add(data)
		logs = append(logs, &buildengine.Log{Step: s.digest.String(), Stream: stream, Data: data, Time: s.lastLog})
	}
	return logs
}

// warned notes a warning; false means that it was known.
func (s *step) warned(w *buildengine.Warning) bool {
	for _, known := range s.warnings {
		if known.Message == w.Message && sameLine(known.Location, w.Location) {
			return false
		}
	}
	s.warnings = append(s.warnings, *w)
	return true
}

func sameLine(a, b *buildengine.Location) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Path == b.Path && a.Span == b.Span
}
