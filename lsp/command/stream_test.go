package command

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// client gathers notifications and may be slow to take them.
type slowClient struct {
	delay time.Duration
	mu    sync.Mutex
	got   []*BuildEvents
}

func (c *slowClient) notify(_ context.Context, e *BuildEvents) error {
	time.Sleep(c.delay)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, e)
	return nil
}

func TestStreamBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &slowClient{}
		s := newStream(t.Context(), "b1", c.notify, slog.New(slog.DiscardHandler))
		s.send(BuildEvent{Kind: "started", Started: &StartedEvent{}})
		for i := range 500 {
			s.send(BuildEvent{Kind: "log", Log: &LogEvent{Text: fmt.Sprint(i, "\n")}})
			time.Sleep(2 * time.Millisecond)
		}
		s.send(BuildEvent{Kind: "finished", Finished: &FinishedEvent{}})
		s.close()
		if n := len(c.got); n > 13 {
			t.Errorf("%d notifications in one second", n)
		}
		var text strings.Builder
		var kinds []string
		for i, b := range c.got {
			if b.Seq != i+1 || b.Dropped != 0 || b.BuildID != "b1" {
				t.Errorf("batch %d is %+v", i, b)
			}
			for _, e := range b.Events {
				kinds = append(kinds, e.Kind)
				if e.Log != nil {
					text.WriteString(e.Log.Text)
				}
			}
		}
		if kinds[0] != "started" || kinds[len(kinds)-1] != "finished" || len(kinds) != 502 {
			t.Errorf("%d events from %s to %s", len(kinds), kinds[0], kinds[len(kinds)-1])
		}
		if !strings.HasPrefix(text.String(), "0\n1\n2\n") {
			t.Error("the log is out of order")
		}
	})
}

// A client that takes two seconds for each batch loses logs before steps, and
// is told how many.
func TestStreamSlowClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &slowClient{delay: 2 * time.Second}
		s := newStream(t.Context(), "b1", c.notify, slog.New(slog.DiscardHandler))
		line := strings.Repeat("x", 1000)
		for i := range 5000 {
			s.send(BuildEvent{Kind: "log", Log: &LogEvent{Text: line}})
			if i%100 == 0 {
				s.send(BuildEvent{Kind: "step", Step: &StepEvent{ID: fmt.Sprint(i), State: "running"}})
				s.send(BuildEvent{Kind: "step", Step: &StepEvent{ID: fmt.Sprint(i), State: "running", Current: 5}})
				s.send(BuildEvent{Kind: "step", Step: &StepEvent{ID: fmt.Sprint(i), State: "done"}})
			}
			time.Sleep(time.Millisecond)
		}
		s.close()
		running, done, logs, dropped := 0, 0, 0, 0
		for _, b := range c.got {
			dropped += b.Dropped
			for _, e := range b.Events {
				switch {
				case e.Log != nil:
					logs++
				case e.Step.State == "running":
					running++
				case e.Step.State == "done":
					done++
				}
			}
		}
		if logs+dropped != 5000 || dropped == 0 {
			t.Errorf("%d logs sent, %d dropped", logs, dropped)
		}
		if done != 50 || running < 50 {
			t.Errorf("%d steps started and %d ended, want 50 and 50", running, done)
		}
	})
}
