package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/plan"
	"github.com/buildlens/buildlens/drivers"
	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"
)

// A node is a booted daemon with the one connection of this build to it.
type node struct {
	plan.Node
	client *client.Client
	heard  atomic.Int64 // when it last said something, in Unix nanoseconds
}

// connect boots a node and opens the connection.
func (r *run) connect(ctx context.Context, n drivers.Node) (*node, error) {
	name := n.Config().Name
	if err := n.Boot(ctx, r.bootReport(name)); err != nil {
		return nil, booting(err, r.builder.Name)
	}
	c, err := client.New(ctx, "", client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return n.Dial(ctx)
	}))
	if err != nil {
		return nil, fmt.Errorf("connecting to builder %s: %w", r.builder.Name, err)
	}
	workers, err := c.ListWorkers(ctx)
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("connecting to builder %s: %w", r.builder.Name, err)
	}
	out := &node{client: c, Node: plan.Node{
		Builder:  r.builder.Name,
		Name:     name,
		Driver:   r.builder.Driver,
		Features: n.Features(workers),
		Workers:  workers,
	}}
	out.hear(r.deps.Now())
	return out, nil
}

func (n *node) hear(now time.Time) { n.heard.Store(now.UnixNano()) }

// booting explains why a builder did not start; a driver's own hint is kept.
func booting(err error, name string) error {
	var unusable *drivers.UnusableError
	if errors.As(err, &unusable) {
		return &buildengine.Failure{
			Message:  fmt.Sprintf("builder %s cannot be used: %s", name, unusable.Reason),
			Hint:     unusable.Hint,
			ExitCode: -1,
			Cause:    err,
		}
	}
	return fmt.Errorf("starting builder %s: %w", name, err)
}

// bootReport shows what booting does as a step of its own.
func (r *run) bootReport(name string) func(drivers.Activity) {
	b := &boot{
		vertex:  client.Vertex{Digest: digest.FromString("booting " + name), Name: "[internal] booting " + name},
		started: map[string]*time.Time{},
	}
	return func(a drivers.Activity) {
		r.updates <- update{status: b.report(a, r.deps.Now())}
	}
}

// boot is the step that stands for booting a node.
type boot struct {
	mu      sync.Mutex // guards all of it: drivers may report from several goroutines
	vertex  client.Vertex
	started map[string]*time.Time // activities, by name
	running int
}

func (b *boot) report(a drivers.Activity, now time.Time) *client.SolveStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started[a.Name] == nil {
		b.started[a.Name] = &now
		b.running++
	}
	if b.vertex.Started == nil {
		b.vertex.Started = &now
	}
	status := &client.VertexStatus{ID: a.Name, Name: a.Name, Vertex: b.vertex.Digest, Timestamp: now, Started: b.started[a.Name]}
	if a.Done || a.Err != nil {
		b.running--
		status.Completed = &now
	}
	v := b.vertex
	if b.running == 0 {
		v.Completed = &now
	}
	if a.Err != nil {
		v.Error = a.Err.Error()
	}
	return &client.SolveStatus{Vertexes: []*client.Vertex{&v}, Statuses: []*client.VertexStatus{status}}
}

// connectAll opens some of the builder's nodes at once. A node that fails ends
// the others when all are needed.
func (r *run) connectAll(ctx context.Context, which []int) (map[int]*node, error) {
	group, ctx := errgroup.WithContext(ctx)
	opened := make([]*node, len(r.builder.Nodes))
	for _, i := range which {
		group.Go(func() (err error) {
			opened[i], err = r.connect(ctx, r.builder.Nodes[i])
			return err
		})
	}
	err := group.Wait()
	nodes := map[int]*node{}
	for i, n := range opened {
		if n != nil {
			nodes[i] = n
		}
	}
	if err != nil {
		closeAll(nodes)
		return nil, err
	}
	return nodes, nil
}

func closeAll(nodes map[int]*node) {
	for _, n := range nodes {
		n.client.Close()
	}
}

// A lostError says that a builder stopped answering without closing its connection.
type lostError struct {
	builder string
	silent  time.Duration
}

func (e *lostError) Error() string {
	return fmt.Sprintf("builder %s has not answered for %d s", e.builder, int(e.silent.Seconds()))
}

// watch asks a node for a sign of life while the build runs, since a
// connection whose packets vanish reports nothing for minutes. It tells of
// silence, and ends the build when the silence lasts.
func (r *run) watch(ctx context.Context, n *node, cancel context.CancelCauseFunc) {
	period := r.deps.Silence.Notice / 3
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		ask, done := context.WithTimeout(ctx, period)
		if _, err := n.client.Info(ask); err == nil || ask.Err() == nil {
			n.hear(r.deps.Now()) // a refusal is an answer too
		}
		done()
		silent := r.deps.Now().Sub(time.Unix(0, n.heard.Load()))
		if silent >= r.deps.Silence.Lost {
			cancel(&lostError{builder: n.Builder, silent: silent})
			n.client.Close() // else its streams would wait for answers
			return
		}
		if silent >= r.deps.Silence.Notice && ctx.Err() == nil {
			r.updates <- update{notice: &buildengine.Notice{Level: "warning", Message: "builder " + n.Builder + " is not answering"}}
		}
	}
}
