package command

import (
	"maps"
	"slices"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/internal/text"
)

// Positions turns places as the engine knows them into the client's terms.
type Positions interface {
	URI(path string) string
	Range(source string, span text.Span) Range
}

// converter turns the engine's events into the protocol's.
type converter struct {
	positions Positions
	title     string
	buildID   string
}

// event converts one event; ok is false for events that are not sent.
func (c converter) event(e buildengine.Event) (out BuildEvent, ok bool) {
	out.Time = e.Time.UnixMilli()
	switch {
	case e.Started != nil:
		out.Kind = "started"
		out.Started = &StartedEvent{Builder: e.Started.Builder, Driver: e.Started.Driver, Targets: e.Started.Targets, Title: c.title}
	case e.Step != nil:
		out.Kind, out.Step = "step", c.step(e.Step)
	case e.Log != nil:
		out.Kind, out.Log = "log", &LogEvent{Step: e.Log.Step, Stream: e.Log.Stream, Text: string(e.Log.Data)}
	case e.Warning != nil:
		out.Kind, out.Warning = "warning", c.warning(e.Warning)
	case e.Notice != nil:
		out.Kind, out.Notice = "notice", &NoticeEvent{Level: e.Notice.Level, Message: e.Notice.Message}
	case e.Target != nil:
		out.Kind, out.Target = "target", c.target(e.Target)
	case e.Finished != nil:
		out.Kind, out.Finished = "finished", c.finished(e.Finished)
	default:
		return out, false
	}
	return out, true
}

func (c converter) step(s *buildengine.Step) *StepEvent {
	out := &StepEvent{
		ID: s.ID, Name: s.Name, Targets: s.Targets, Inputs: s.Inputs, State: string(s.State),
		Internal: s.Internal, Duration: milliseconds(s.Duration), Error: s.Error,
	}
	for _, t := range s.Transfers {
		out.Current += t.Current
		out.Total += t.Total
	}
	if s.Location != nil {
		out.URI, out.Line = c.positions.URI(s.Location.Path), s.Location.Line
	}
	return out
}

func (c converter) warning(w *buildengine.Warning) *WarningEvent {
	out := &WarningEvent{Rule: w.Rule, Message: w.Message, URL: w.URL}
	if w.Location != nil {
		out.URI, out.Line = c.positions.URI(w.Location.Path), w.Location.Line
	}
	return out
}

func (c converter) target(t *buildengine.TargetResult) *TargetEvent {
	out := &TargetEvent{Name: t.Target, Canceled: t.Canceled}
	switch {
	case t.Failure != nil:
		out.Failure = c.failure(t.Failure)
	case !t.Canceled:
		r := targetResult(t)
		out.Result = &r
	}
	return out
}

func (c converter) finished(r *buildengine.Result) *FinishedEvent {
	out := &FinishedEvent{State: "succeeded", Duration: milliseconds(r.Duration)}
	switch {
	case r.Canceled:
		out.State = "canceled"
	case r.Failure != nil:
		out.State, out.Failure = "failed", c.failure(r.Failure)
	}
	return out
}

func (c converter) failure(f *buildengine.Failure) *FailureData {
	out := &FailureData{
		BuildID: c.buildID, Target: f.Target, Message: f.Message, Step: f.Step,
		ExitCode: f.ExitCode, LogTail: f.LogTail, Hint: f.Hint,
	}
	if l := f.Location; l != nil {
		r := c.positions.Range(string(f.Source), l.Span)
		out.URI, out.Range = c.positions.URI(l.Path), &r
	}
	return out
}

// result converts the results of the named targets; nil means all.
func result(buildID string, r *buildengine.Result, only []string) BuildResult {
	out := BuildResult{BuildID: buildID, Targets: map[string]TargetResult{}, Duration: milliseconds(r.Duration)}
	for i := range r.Targets {
		if t := &r.Targets[i]; only == nil || slices.Contains(only, t.Target) {
			out.Targets[t.Target] = targetResult(t)
		}
	}
	return out
}

func targetResult(t *buildengine.TargetResult) TargetResult {
	out := TargetResult{
		Digest: t.Digest, Outputs: []OutputResult{}, Metadata: maps.Clone(t.Metadata),
		Steps: t.Steps, Cached: t.Cached, Duration: milliseconds(t.Duration),
	}
	for _, o := range t.Outputs {
		out.Outputs = append(out.Outputs, OutputResult{Type: o.Type, Dest: o.Dest, Push: o.Push})
	}
	if t.Call != nil {
		out.Call, out.CallText = rawJSON(t.Call.JSON), t.Call.Text
	}
	return out
}

func milliseconds(d time.Duration) int64 { return d.Milliseconds() }
