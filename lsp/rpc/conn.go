// Package rpc is the connection between a client and the server: JSON-RPC with
// the Language Server Protocol's framing, handled in order.
//
// Notifications are handled on the read loop, one after the other. A call is
// prepared on the read loop, which is where it takes its snapshot, and then
// runs on its own, so that it sees exactly the state before the next message
// and a slow one delays nobody.
package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// Options say how a connection is served.
type Options struct {
	Routes Routes
	Logger *slog.Logger
	// Grace is how long Serve waits for running calls once the connection has
	// ended and they have been cancelled. 0 means 10 seconds.
	Grace time.Duration
}

// The reasons a connection's context is cancelled with.
var (
	ErrExit       = errors.New("the client sent exit")
	ErrInputEnded = errors.New("the client closed the connection")
	ErrClientGone = errors.New("the client's process has ended")
)

// ErrNoShutdown is returned by Serve when the client sent exit without
// shutdown: the process then exits with 1.
var ErrNoShutdown = errors.New("exit without shutdown")

// A Conn is one client.
type Conn struct {
	conn   jsonrpc2.Conn
	stream *stream
	logger *slog.Logger
	routes Routes
	ctx    context.Context
	end    context.CancelCauseFunc
	state  atomic.Int32
	outbox outbox

	mu      sync.Mutex
	running map[jsonrpc2.ID]context.CancelCauseFunc
	active  int           // calls that have not returned
	idle    chan struct{} // closed when none is left; set once Serve waits for that
}

// The states of a connection, as the protocol has them.
const (
	starting int32 = iota
	initialized
	shutDown
)

// errCanceled is the cause of a call's context when the client cancelled it.
var errCanceled = errors.New("the client cancelled the request")

// New makes a connection over rwc. Nothing is read before Serve, but messages
// to the client can be queued.
func New(ctx context.Context, rwc io.ReadWriteCloser) (*Conn, error) {
	c := &Conn{running: make(map[jsonrpc2.ID]context.CancelCauseFunc)}
	c.ctx, c.end = context.WithCancelCause(ctx)
	framed, ok := newStream(rwc, c.inputEnded)
	if !ok {
		return nil, errors.New("the JSON-RPC library's stream does not give access to frames")
	}
	c.stream = framed
	c.conn = jsonrpc2.NewConn(framed, jsonrpc2.WithCodec(Codec{}))
	c.outbox.init()
	return c, nil
}

// Context ends, with one of the Err causes, when the connection does.
func (c *Conn) Context() context.Context { return c.ctx }

func (c *Conn) inputEnded(err error) {
	switch {
	case errors.Is(err, io.EOF), c.ctx.Err() != nil:
		c.end(ErrInputEnded)
	default:
		c.end(fmt.Errorf("%w: %w", ErrInputEnded, err))
	}
}

// Serve handles messages until the connection ends: by exit, by the end of the
// input, by the end of the client's process, or with ctx. Running calls are
// cancelled then and waited for. It returns ErrNoShutdown, the context's
// error, what broke the transport, or nil.
func (c *Conn) Serve(o Options) error {
	c.logger, c.routes = o.Logger, o.Routes
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	c.conn.Go(c.ctx, c.handle)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		c.drain()
	}()
	<-c.ctx.Done()
	c.stream.stop()
	c.wait(o.Grace)
	// Closing the transport frees a reader or writer that waits for a client
	// that is not there. A standard input cannot always be freed so: then its
	// goroutine ends with the process.
	if err := c.stream.Close(); err != nil {
		c.logger.Debug("close the connection", "error", err)
	}
	<-drained
	return c.result()
}

// wait gives running calls the time to end.
func (c *Conn) wait(grace time.Duration) {
	if grace == 0 {
		grace = 10 * time.Second
	}
	idle := make(chan struct{})
	c.mu.Lock()
	if c.active == 0 {
		close(idle)
	} else {
		c.idle = idle
	}
	c.mu.Unlock()
	select {
	case <-idle:
	case <-time.After(grace):
		c.logger.Warn("calls did not end in time", "grace", grace)
	}
}

// result is what Serve returns for the way the connection ended.
func (c *Conn) result() error {
	cause := context.Cause(c.ctx)
	switch {
	case errors.Is(cause, ErrExit) && c.state.Load() != shutDown:
		return ErrNoShutdown
	case errors.Is(cause, ErrExit), errors.Is(cause, ErrClientGone):
		return nil
	case cause == ErrInputEnded: //nolint:errorlint // wrapped, it says what was wrong with the input
		return nil
	}
	return cause
}

// handle is the library's handler: it runs on the read loop and must answer
// without an error for notifications, or the connection is closed.
func (c *Conn) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	if req.IsCall() {
		return c.handleCall(ctx, req)
	}
	if err := c.handleNote(req); err != nil {
		c.logger.Warn("notification", "method", req.Method(), "error", err)
	}
	return nil, nil
}

func (c *Conn) handleNote(req *jsonrpc2.Request) (err error) {
	defer c.recovered(req.Method(), &err)
	switch req.Method() {
	case protocol.MethodExit:
		c.end(ErrExit)
		c.stream.stop()
		return nil
	case protocol.MethodCancelRequest:
		return c.cancel(req.Params())
	}
	route, ok := c.routes[req.Method()]
	switch {
	case c.state.Load() != initialized:
		return fmt.Errorf("dropped: the server is not running")
	case !ok || route.note == nil:
		c.logger.Debug("unknown notification", "method", req.Method())
		return nil // "$/" and newer notifications may be ignored
	}
	return route.note(c.ctx, req.Params())
}

// handleCall prepares a call inline and runs its work released.
// The library recycles its request and the request's context, so neither is
// kept, nor is another context made from that one.
func (c *Conn) handleCall(request context.Context, req *jsonrpc2.Request) (any, error) {
	started := time.Now()
	method := strings.Clone(req.Method())
	ctx, done := c.register(req.ID())
	defer done()
	work, err := c.prepare(ctx, req)
	// Released even when the answer is at hand: a read loop that writes to a
	// client that itself waits to be read is a deadlock.
	jsonrpc2.Async(request)
	var result any
	if err == nil {
		result, err = c.run(ctx, method, work)
	}
	c.logger.Debug("call", "method", method, "took", time.Since(started), "error", err)
	return result, wireError(ctx, err)
}

func (c *Conn) prepare(ctx context.Context, req *jsonrpc2.Request) (work Work, err error) {
	defer c.recovered(req.Method(), &err)
	if err := c.admit(req.Method()); err != nil {
		return nil, err
	}
	if req.Method() == protocol.MethodShutdown {
		c.state.Store(shutDown)
	}
	route, ok := c.routes[req.Method()]
	switch {
	case ok && route.call != nil:
		return route.call(ctx, req.Params())
	case req.Method() == protocol.MethodShutdown:
		return Answer(nil), nil
	}
	return nil, errorf(jsonrpc2.MethodNotFound, "method not found: %s", req.Method())
}

// admit enforces the protocol's life cycle.
func (c *Conn) admit(method string) error {
	switch state := c.state.Load(); {
	case method == protocol.MethodInitialize && state != starting:
		return errorf(jsonrpc2.InvalidRequest, "initialize was already called")
	case method == protocol.MethodInitialize:
		c.state.Store(initialized)
	case state == starting:
		return errorf(jsonrpc2.ServerNotInitialized, "the server is not initialized")
	case state == shutDown:
		return errorf(jsonrpc2.InvalidRequest, "the server is shut down")
	}
	return nil
}

func (c *Conn) run(ctx context.Context, method string, work Work) (result any, err error) {
	defer c.recovered(method, &err)
	return work(ctx)
}

// recovered turns a panic into an error of the message that caused it.
func (c *Conn) recovered(method string, err *error) {
	if r := recover(); r != nil {
		c.logger.Error("panic", "method", method, "panic", r, "stack", string(debug.Stack()))
		*err = errorf(jsonrpc2.InternalError, "internal error in %s: %v", method, r)
	}
}

// register makes the context of a call and remembers how to cancel it.
func (c *Conn) register(id jsonrpc2.ID) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(c.ctx)
	c.mu.Lock()
	c.active++
	c.running[id] = cancel
	c.mu.Unlock()
	return ctx, func() {
		cancel(nil)
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.running, id)
		if c.active--; c.active == 0 && c.idle != nil {
			close(c.idle)
			c.idle = nil
		}
	}
}

// cancel ends the context of the call that a $/cancelRequest names.
func (c *Conn) cancel(raw []byte) error {
	params, err := decode[protocol.CancelParams](raw)
	if err != nil {
		return err
	}
	var id jsonrpc2.ID
	switch value := params.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(value))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(value))
	default:
		return fmt.Errorf("cancel: the id is neither a number nor a string")
	}
	c.mu.Lock()
	cancel := c.running[id]
	c.mu.Unlock()
	if cancel != nil {
		cancel(errCanceled)
	}
	return nil
}

// wireError gives errors the code the protocol has for them.
func wireError(ctx context.Context, err error) error {
	var coded *jsonrpc2.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &coded):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, errCanceled), errors.Is(context.Cause(ctx), errCanceled):
		return errorf(jsonrpc2.Code(protocol.LSPErrorCodesRequestCancelled), "the request was cancelled")
	}
	return errorf(jsonrpc2.InternalError, "%v", err)
}
