package rpc

import (
	"context"
	"fmt"
	"sync"

	"go.lsp.dev/protocol"
)

// Post queues a notification to the client. It never waits, so it is safe on
// the read loop, where writing to a client that itself waits for the server to
// read would be a deadlock. Posts are sent in order.
func (c *Conn) Post(method string, params any) { c.outbox.put(message{method, params}) }

// Notify sends a notification once everything posted before it has been sent
// and waits until the transport took it: what it is told slows the sender down
// to the client's pace. Not for the read loop.
func (c *Conn) Notify(ctx context.Context, method string, params any) error {
	if err := c.outbox.flush(ctx); err != nil {
		return err
	}
	if err := c.conn.Notify(c.ctx, method, params); err != nil {
		return fmt.Errorf("send %s: %w", method, err)
	}
	return nil
}

// Call asks the client and waits for its answer; result may be nil. Not for
// the read loop, which has to read the answer. When ctx ends first the client
// is told to cancel.
func (c *Conn) Call(ctx context.Context, method string, params, result any) error {
	if params == nil {
		params = struct{}{} // absent parameters are an error to some peers
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	defer context.AfterFunc(c.ctx, func() { stop(context.Cause(c.ctx)) })()
	id, err := c.conn.Call(ctx, method, params, result)
	if ctx.Err() == nil {
		return err
	}
	if number, ok := id.Number(); ok && c.ctx.Err() == nil {
		c.Post(protocol.MethodCancelRequest, &protocol.CancelParams{ID: protocol.Integer(number)})
	}
	return context.Cause(ctx)
}

// drain sends what is posted until the connection ends.
func (c *Conn) drain() {
	for {
		batch, ok := c.outbox.take(c.ctx)
		for _, m := range batch {
			if err := c.conn.Notify(c.ctx, m.method, m.params); err != nil && c.ctx.Err() == nil {
				c.logger.Warn("notify the client", "method", m.method, "error", err)
			}
		}
		c.outbox.sent()
		if !ok {
			return
		}
	}
}

type message struct {
	method string
	params any
}

// outbox is an unbounded queue with one reader.
type outbox struct {
	mu      sync.Mutex
	queue   []message
	sending bool
	idle    chan struct{} // closed when nothing is queued or being sent; nil when nobody waits
	filled  chan struct{} // capacity one: something was queued
}

func (o *outbox) init() { o.filled = make(chan struct{}, 1) }

func (o *outbox) put(m message) {
	o.mu.Lock()
	o.queue = append(o.queue, m)
	o.mu.Unlock()
	select {
	case o.filled <- struct{}{}:
	default:
	}
}

// take waits for messages; ok is false when ctx has ended.
func (o *outbox) take(ctx context.Context) (batch []message, ok bool) {
	select {
	case <-o.filled:
	case <-ctx.Done():
		return nil, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	batch, o.queue = o.queue, nil
	o.sending = true
	return batch, true
}

// sent marks what was taken as sent.
func (o *outbox) sent() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sending = false
	if o.idle != nil && len(o.queue) == 0 {
		close(o.idle)
		o.idle = nil
	}
}

// flush waits until everything that is queued has been sent.
func (o *outbox) flush(ctx context.Context) error {
	o.mu.Lock()
	if len(o.queue) == 0 && !o.sending {
		o.mu.Unlock()
		return nil
	}
	if o.idle == nil {
		o.idle = make(chan struct{})
	}
	idle := o.idle
	o.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// WatchProcess ends the connection when the process of that id ends. Watching
// stops with the connection.
func (c *Conn) WatchProcess(pid int) {
	go func() {
		if waitForEnd(c.ctx, pid) {
			c.end(ErrClientGone)
		}
	}()
}
