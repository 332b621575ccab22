package progress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/protocol"
)

type sent struct {
	Kind       string
	Title      string
	Message    string
	Percentage uint32
	at         time.Time
}

// editor records what a client would show.
type editor struct {
	refuse bool
	mu     sync.Mutex
	tokens []protocol.ProgressToken
	sent   []sent
}

func (e *editor) Call(_ context.Context, method string, params, _ any) error {
	p, ok := params.(*protocol.WorkDoneProgressCreateParams)
	if !ok {
		return fmt.Errorf("unexpected call of %s", method)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tokens = append(e.tokens, p.Token)
	if e.refuse {
		return errors.New("no")
	}
	return nil
}

func (e *editor) Notify(_ context.Context, method string, params any) error {
	p, ok := params.(*protocol.ProgressParams)
	if !ok {
		return fmt.Errorf("unexpected notification %s", method)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var s sent
	if err := json.Unmarshal(p.Value, &s); err != nil {
		return err
	}
	s.at = time.Now()
	e.sent = append(e.sent, s)
	return nil
}

// A busy task sends at most ten reports a second, never goes back, and ends.
func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &editor{}
		m := NewManager(e, true, slog.New(slog.DiscardHandler))
		_, task := m.Start(t.Context(), "Building", nil)
		for i := range 1000 {
			task.Report(fmt.Sprint("step ", i), (i*37)%101)
			time.Sleep(2 * time.Millisecond)
		}
		task.End("done")
		if n := len(e.sent); n < 10 || n > 25 {
			t.Fatalf("%d notifications in 2 s, want about 20", n)
		}
		first, last := e.sent[0], e.sent[len(e.sent)-1]
		if first.Kind != "begin" || first.Title != "Building" || last.Kind != "end" || last.Message != "done" {
			t.Errorf("begins with %+v and ends with %+v", first, last)
		}
		for i := 2; i < len(e.sent)-1; i++ {
			if e.sent[i].Percentage < e.sent[i-1].Percentage {
				t.Errorf("report %d goes back from %d %%", i, e.sent[i-1].Percentage)
			}
			if gap := e.sent[i].at.Sub(e.sent[i-1].at); gap < interval {
				t.Errorf("report %d came after %v", i, gap)
			}
		}
	})
}

func TestCancelButton(t *testing.T) {
	e := &editor{}
	m := NewManager(e, true, slog.New(slog.DiscardHandler))
	ctx, task := m.Start(t.Context(), "Building", protocol.String("from-client"))
	m.Cancel(protocol.String("another"))
	if ctx.Err() != nil {
		t.Fatal("another token cancelled the task")
	}
	m.Cancel(protocol.String("from-client"))
	<-ctx.Done()
	if !errors.Is(context.Cause(ctx), ErrCanceled) {
		t.Errorf("the cause is %v", context.Cause(ctx))
	}
	task.End("cancelled")
	if len(e.tokens) != 0 {
		t.Errorf("a token was made although the request brought one")
	}
}

// A client without progress, or one that refuses the token, hears nothing.
func TestSilent(t *testing.T) {
	for _, e := range []*editor{{refuse: true}, {}} {
		m := NewManager(e, e.refuse, slog.New(slog.DiscardHandler))
		_, task := m.Start(t.Context(), "Building", nil)
		task.Report("step", 10)
		task.End("done")
		if len(e.sent) != 0 {
			t.Errorf("notifications were sent: %+v", e.sent)
		}
	}
}
