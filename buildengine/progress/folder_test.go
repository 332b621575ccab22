package progress_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/progress"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/buildlens/buildlens/buildengine/sourcemap"
	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// at is a time that many seconds after epoch.
func at(seconds float64) *time.Time {
	t := epoch.Add(time.Duration(seconds * float64(time.Second)))
	return &t
}

func vertex(name string, started, completed *time.Time, cached bool) *client.Vertex {
	return &client.Vertex{Digest: digest.FromString(name), Name: name, Started: started, Completed: completed, Cached: cached}
}

// TestTwoTargets has a step told by the streams of two targets.
func TestTwoTargets(t *testing.T) {
	f := progress.NewFolder([]string{"a", "b"}, sourcemap.New(), &session.Redactor{})
	const name = "[common 1/1] RUN make"
	log := func(seconds float64, text string) *client.VertexLog {
		return &client.VertexLog{Vertex: digest.FromString(name), Stream: 1, Data: []byte(text), Timestamp: *at(seconds)}
	}
	fold := func(target string, s *client.SolveStatus) []buildengine.Event {
		events, _ := f.Fold(target, s, *at(9))
		return events
	}
	fold("a", &client.SolveStatus{Vertexes: []*client.Vertex{vertex(name, at(1), nil, false)}, Logs: []*client.VertexLog{log(2, "one\n")}})
	events := fold("b", &client.SolveStatus{
		Vertexes: []*client.Vertex{vertex(name, at(1), nil, false)},
		Logs:     []*client.VertexLog{log(2, "one\n"), log(3, "two\n")},
	})
	fold("a", &client.SolveStatus{Vertexes: []*client.Vertex{vertex(name, at(1), at(4), false)}, Logs: []*client.VertexLog{log(3, "two\n")}})
	fold("b", &client.SolveStatus{Vertexes: []*client.Vertex{vertex(name, at(5), at(5), true)}})

	if tail := strings.Join(f.Tail(digest.FromString(name).String()), "|"); tail != "one|two" {
		t.Errorf("the output is %q", tail)
	}
	if n := len(events); n != 2 { // the step and the new line
		t.Errorf("%d events for what b told: %+v", n, events)
	}
	s, ok := f.Step(digest.FromString(name).String(), *at(9))
	if !ok || s.State != buildengine.StepDone || s.Duration != 3*time.Second || strings.Join(s.Targets, " ") != "a b" {
		t.Errorf("the step is %+v", s)
	}
	if steps, cached := f.Counts("b"); steps != 1 || cached != 1 {
		t.Errorf("b took %d steps, %d cached", steps, cached)
	}
}

// TestPercent: more steps become known on the way, and it never goes back.
func TestPercent(t *testing.T) {
	f := progress.NewFolder([]string{"a"}, sourcemap.New(), &session.Redactor{})
	last := 0
	for i := range 10 {
		done := fmt.Sprintf("[1/%d] RUN done", i)
		s := &client.SolveStatus{Vertexes: []*client.Vertex{
			vertex(done, at(1), at(2), false),
			vertex(fmt.Sprintf("[2/%d] RUN later", i), nil, nil, false),
			vertex(fmt.Sprintf("[3/%d] RUN later still", i), nil, nil, false),
		}}
		f.Fold("a", s, *at(3))
		if f.Percent() < last {
			t.Errorf("from %d to %d", last, f.Percent())
		}
		last = f.Percent()
	}
	if f.TargetDone("a", *at(4)); last == 0 || f.Percent() != 99 {
		t.Errorf("%d on the way, %d at the end", last, f.Percent())
	}
}

// TestTail keeps what a terminal would show.
func TestTail(t *testing.T) {
	f := progress.NewFolder([]string{"a"}, sourcemap.New(), &session.Redactor{})
	const name = "[1/1] RUN x"
	s := &client.SolveStatus{Vertexes: []*client.Vertex{vertex(name, at(1), nil, false)}}
	for i, text := range []string{"10%\r50%\r", "100%\nnext ", "line\r\n", "no end"} {
		s.Logs = append(s.Logs, &client.VertexLog{Vertex: digest.FromString(name), Data: []byte(text), Timestamp: *at(float64(2 + i))})
	}
	f.Fold("a", s, *at(9))
	if tail := strings.Join(f.Tail(digest.FromString(name).String()), "|"); tail != "100%|next line|no end" {
		t.Errorf("%q", tail)
	}
}
