package engine

import (
	"context"
	"sync"

	"github.com/buildlens/buildlens/buildengine/plan"
	"github.com/moby/buildkit/session"
)

// A job is one target on its way.
type job struct {
	name     string
	node     *node
	parents  []string // targets whose results it uses
	children []*job   // targets that use its result
	plan     *plan.Solve
	planned  error // why there is no plan
	session  *session.Session
	barrier  *barrier // nil when outputs are not deferred

	ready     chan struct{} // closed when linked is set, or the job has ended without it
	readyOnce sync.Once
	linked    *linked // what children take; nil when the job failed before

	done     chan struct{} // closed when the job has ended
	finished bool
}

func newJob(name string, n *node, parents []string) *job {
	return &job{name: name, node: n, parents: parents, ready: make(chan struct{}), done: make(chan struct{})}
}

// publish lets children go on; result is nil when there is none.
func (j *job) publish(result *linked) {
	j.readyOnce.Do(func() {
		j.linked = result
		close(j.ready)
	})
}

// end releases everyone who waits for the job.
func (j *job) end() {
	j.publish(nil)
	j.barrier.arrive(j)
	close(j.done)
}

// discard removes what an unfinished job has written.
func (j *job) discard() {
	if j.plan != nil && !j.finished {
		j.finished = true
		_ = j.plan.Finish(false) // only removes; there is nobody to tell
	}
}

// waitChildren returns when the children have ended: until then they need this
// job's session and the steps it holds.
func (j *job) waitChildren(ctx context.Context) error {
	for _, child := range j.children {
		select {
		case <-child.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// A barrier holds back the exports of a build until every target has been
// evaluated or has failed. A nil barrier holds nothing back.
type barrier struct {
	mu      sync.Mutex
	arrived map[*job]bool
	count   int
	open    chan struct{}
}

func newBarrier(count int) *barrier {
	return &barrier{arrived: map[*job]bool{}, count: count, open: make(chan struct{})}
}

// arrive notes a job; noting it twice counts once.
func (b *barrier) arrive(j *job) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.arrived[j] {
		return
	}
	b.arrived[j] = true
	if len(b.arrived) == b.count {
		close(b.open)
	}
}

func (b *barrier) wait(ctx context.Context, j *job) error {
	if b == nil {
		return nil
	}
	b.arrive(j)
	select {
	case <-b.open:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
