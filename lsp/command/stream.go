package command

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// batchInterval is the time over which events are gathered into one notification.
	batchInterval = 100 * time.Millisecond
	// maxQueuedLogs bounds the log text, in bytes, that waits for a slow
	// client; what goes beyond is dropped and counted.
	maxQueuedLogs = 1 << 20
)

// A stream sends the events of one build to the client: in order, batched,
// and never blocking the build. A client that reads slowly loses log events
// and intermediate step states, nothing else.
type stream struct {
	buildID string
	notify  func(context.Context, *BuildEvents) error
	log     *slog.Logger
	wake    chan struct{}
	ending  chan struct{} // closed by close
	done    chan struct{} // closed when the last notification is out

	mu      sync.Mutex // guards the fields below
	queue   []BuildEvent
	steps   map[string]int // index in queue of the waiting state of each step
	logSize int
	dropped int
	closed  bool
}

// newStream starts a stream. Its notifications end when close is called; ctx
// only carries values.
func newStream(ctx context.Context, buildID string, notify func(context.Context, *BuildEvents) error, log *slog.Logger) *stream {
	s := &stream{
		buildID: buildID, notify: notify, log: log,
		wake: make(chan struct{}, 1), ending: make(chan struct{}), done: make(chan struct{}), steps: map[string]int{},
	}
	go s.run(context.WithoutCancel(ctx))
	return s
}

// send queues an event.
func (s *stream) send(e BuildEvent) {
	s.mu.Lock()
	s.enqueue(e)
	s.mu.Unlock()
	s.poke()
}

func (s *stream) enqueue(e BuildEvent) {
	switch {
	case e.Log != nil:
		if s.logSize+len(e.Log.Text) > maxQueuedLogs {
			s.dropped++
			return
		}
		s.logSize += len(e.Log.Text)
	case e.Step != nil:
		// A state that waits is replaced by the newer one, unless it starts or
		// ends the step: those are what a display is built from.
		if i, waits := s.steps[e.Step.ID]; waits && s.queue[i].Step.State == e.Step.State {
			s.queue[i] = e
			return
		}
		s.steps[e.Step.ID] = len(s.queue)
	}
	s.queue = append(s.queue, e)
}

// close sends what is left and waits until it is written.
func (s *stream) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	close(s.ending)
	s.poke()
	<-s.done
}

func (s *stream) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *stream) run(ctx context.Context) {
	defer close(s.done)
	seq := 0
	for {
		<-s.wake
		batch, dropped, closed := s.take()
		if len(batch) > 0 || dropped > 0 {
			seq++
			err := s.notify(ctx, &BuildEvents{Version: Version, BuildID: s.buildID, Seq: seq, Dropped: dropped, Events: batch})
			if err != nil {
				s.log.Debug("build events were not sent", "build", s.buildID, "err", err)
			}
		}
		if closed {
			return
		}
		if len(batch) > 0 {
			s.pause()
		}
	}
}

// pause lets events gather; the end of the build goes out at once.
func (s *stream) pause() {
	select {
	case <-time.After(batchInterval):
	case <-s.ending:
	}
}

func (s *stream) take() (batch []BuildEvent, dropped int, closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	batch, dropped = s.queue, s.dropped
	s.queue, s.dropped, s.logSize = nil, 0, 0
	clear(s.steps)
	return batch, dropped, s.closed
}
