// Package progress shows work-done progress in the editor: tokens made by the
// server, at most ten reports a second, percentages that never go back, and
// the editor's cancel button joined to a context.
package progress

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
)

// interval is the least time between two reports of one task.
const interval = 100 * time.Millisecond

// createTimeout bounds how long a client may take to accept a token. Without
// an answer there is no progress; the work itself never waits for it.
const createTimeout = 5 * time.Second

// ErrCanceled is the cause of a context that the editor's cancel button ended.
var ErrCanceled = errors.New("canceled in the editor")

// A Client is the connection to the editor.
type Client interface {
	// Notify sends a notification and waits until it is written.
	Notify(ctx context.Context, method string, params any) error
	// Call sends a request and waits for the answer.
	Call(ctx context.Context, method string, params, result any) error
}

// Manager makes tasks and routes the editor's cancel button to them.
type Manager struct {
	client    Client
	supported bool
	log       *slog.Logger

	mu     sync.Mutex // guards the fields below
	next   int
	cancel map[string]context.CancelCauseFunc // by token
}

// NewManager returns a manager for one client. supported is the client's
// capability window.workDoneProgress: without it tasks are silent.
func NewManager(client Client, supported bool, log *slog.Logger) *Manager {
	return &Manager{client: client, supported: supported, log: log, cancel: map[string]context.CancelCauseFunc{}}
}

// Cancel is called for window/workDoneProgress/cancel. Unknown tokens are ignored.
func (m *Manager) Cancel(token protocol.ProgressToken) {
	m.mu.Lock()
	cancel := m.cancel[key(token)]
	m.mu.Unlock()
	if cancel != nil {
		cancel(ErrCanceled)
	}
}

// Start begins a task. The returned context ends when the editor cancels it or
// ctx ends. token is the one that came with the request, or nil to make one.
// The caller must call End.
func (m *Manager) Start(ctx context.Context, title string, token protocol.ProgressToken) (context.Context, *Task) {
	ctx, cancel := context.WithCancelCause(ctx)
	t := &Task{manager: m, title: title, wake: make(chan struct{}, 1), ending: make(chan struct{}), done: make(chan struct{})}
	t.release = func() { cancel(context.Canceled) }
	if token == nil && !m.supported {
		close(t.done)
		return ctx, t
	}
	m.mu.Lock()
	t.token, t.create = token, token == nil
	if t.create {
		m.next++
		t.token = protocol.String("buildlens/" + strconv.Itoa(m.next))
	}
	m.cancel[key(t.token)] = cancel
	m.mu.Unlock()
	go t.run(context.WithoutCancel(ctx))
	return ctx, t
}

func (m *Manager) forget(token protocol.ProgressToken) {
	m.mu.Lock()
	delete(m.cancel, key(token))
	m.mu.Unlock()
}

func key(token protocol.ProgressToken) string {
	switch t := token.(type) {
	case protocol.String:
		return "s" + strings.Clone(string(t))
	case protocol.Integer:
		return "i" + strconv.Itoa(int(t))
	}
	return ""
}

// A Task is one progress display. Its methods may be called from several goroutines.
type Task struct {
	manager *Manager
	title   string
	token   protocol.ProgressToken
	create  bool
	release func()
	wake    chan struct{}
	ending  chan struct{} // closed by End
	done    chan struct{} // closed when the last notification is out

	mu      sync.Mutex // guards the fields below
	message string
	percent uint32
	dirty   bool
	ended   bool
}

// Report sets what the display shows next: a message and how much of the work
// is done, 0 to 100. A smaller percentage than before is raised to it.
func (t *Task) Report(message string, percent int) {
	t.mu.Lock()
	t.message = message
	t.percent = max(t.percent, uint32(min(max(percent, 0), 100)))
	t.dirty = true
	t.mu.Unlock()
	t.poke()
}

// End closes the display with a last message and releases the task's context.
// It waits for the notification to be written, but not for a slow client's
// answer to a token that was never accepted.
func (t *Task) End(message string) {
	t.mu.Lock()
	t.message = message
	if !t.ended {
		t.ended = true
		close(t.ending)
	}
	t.mu.Unlock()
	t.poke()
	select {
	case <-t.done:
	case <-time.After(createTimeout):
	}
	t.release()
}

func (t *Task) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// run sends the notifications of one task, in order.
func (t *Task) run(ctx context.Context) {
	defer close(t.done)
	defer t.manager.forget(t.token)
	if !t.accepted(ctx) {
		return
	}
	t.send(ctx, protocol.WorkDoneProgressBegin{
		Kind: "begin", Title: t.title, Cancellable: ptr(true), Percentage: ptr(uint32(0)),
	})
	for {
		<-t.wake
		message, percent, dirty, ended := t.take()
		if ended {
			t.send(ctx, protocol.WorkDoneProgressEnd{Kind: "end", Message: nonEmpty(message)})
			return
		}
		if dirty {
			t.send(ctx, protocol.WorkDoneProgressReport{
				Kind: "report", Message: nonEmpty(message), Percentage: ptr(percent), Cancellable: ptr(true),
			})
			t.pause()
		}
	}
}

// pause keeps reports apart, but lets the end through at once.
func (t *Task) pause() {
	select {
	case <-time.After(interval):
	case <-t.ending:
	}
}

func (t *Task) take() (message string, percent uint32, dirty, ended bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	dirty, t.dirty = t.dirty, false
	return t.message, t.percent, dirty, t.ended
}

// accepted asks the client for the token. A client that refuses gets no progress.
func (t *Task) accepted(ctx context.Context) bool {
	if !t.create {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, createTimeout)
	defer cancel()
	err := t.manager.client.Call(ctx, protocol.MethodWindowWorkDoneProgressCreate, &protocol.WorkDoneProgressCreateParams{Token: t.token}, nil)
	if err != nil {
		t.manager.log.Warn("the client refused a progress token", "title", t.title, "err", err)
	}
	return err == nil
}

func (t *Task) send(ctx context.Context, value any) {
	raw, err := protocol.Marshal(value)
	if err == nil {
		err = t.manager.client.Notify(ctx, protocol.MethodProgress, &protocol.ProgressParams{Token: t.token, Value: raw})
	}
	if err != nil {
		t.manager.log.Debug("progress was not sent", "title", t.title, "err", err)
	}
}

func ptr[T any](v T) *T { return &v }

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
