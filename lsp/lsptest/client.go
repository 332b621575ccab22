// Package lsptest is a language client for tests, the demo and benchmarks: it
// speaks to a server over pipes or to a child process over its standard input
// and output, and accounts for every message the server sends.
package lsptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/buildlens/buildlens/lsp/rpc"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// Options say what client to be.
type Options struct {
	Folders []string // absolute paths of the workspace's roots
	UTF8    bool     // offer UTF-8 positions; without it positions are UTF-16
	Bare    bool     // claim no capability at all
	// InitializationOptions are sent as they are; nil sends none.
	InitializationOptions any
	// Settings answers workspace/configuration for a scope (a folder's path, or
	// "" in general); nil answers null.
	Settings func(scope string) any
	// Answer picks a button of a message, or ""; nil picks none.
	Answer func(message string, actions []string) string
	// BuildEvent is called with each buildlens/buildEvent, in order.
	BuildEvent func(params json.RawMessage)
}

// Client is a connection to a server that has been initialized. It is safe
// for use by several goroutines, but changes of one document must come from one.
type Client struct {
	Initialized protocol.InitializeResult

	options   Options
	conn      jsonrpc2.Conn
	transport io.Closer
	process   *exec.Cmd // nil without a child process

	mu        sync.Mutex
	changed   chan struct{} // closed and replaced whenever something arrived
	documents map[string]*document
	record    Record
}

// document is what the client has open.
type document struct {
	version int32
	lines   *text.Lines
}

// New initializes a server at the other end of rwc.
func New(ctx context.Context, rwc io.ReadWriteCloser, o Options) (*Client, error) {
	c := &Client{options: o, transport: rwc, changed: make(chan struct{}), documents: make(map[string]*document)}
	c.record.Diagnostics = make(map[string]Published)
	c.record.Progress = make(map[string]*Progress)
	c.conn = jsonrpc2.NewConn(jsonrpc2.NewStream(rwc), jsonrpc2.WithCodec(rpc.Codec{}))
	c.conn.Go(context.WithoutCancel(ctx), c.handle)
	if err := c.initialize(ctx); err != nil {
		return nil, errors.Join(err, rwc.Close())
	}
	return c, nil
}

// Pipe makes the two ends of a connection in memory.
func Pipe() (client, server io.ReadWriteCloser) { return net.Pipe() }

// Start runs a server as a child process and initializes it. Its standard
// error goes where cmd says.
func Start(ctx context.Context, cmd *exec.Cmd, o Options) (*Client, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	c, err := New(ctx, stdio{out, in}, o)
	if err != nil {
		return nil, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	c.process = cmd
	return c, nil
}

// stdio joins the two pipes of a child process.
type stdio struct {
	io.ReadCloser
	in io.WriteCloser
}

func (s stdio) Write(p []byte) (int, error) { return s.in.Write(p) }
func (s stdio) Close() error                { return errors.Join(s.in.Close(), s.ReadCloser.Close()) }

func (c *Client) initialize(ctx context.Context) error {
	folders := []protocol.WorkspaceFolder{}
	for _, path := range c.options.Folders {
		folders = append(folders, protocol.WorkspaceFolder{URI: convert.URI(path), Name: path})
	}
	params := map[string]any{
		"processId": os.Getpid(), "rootUri": nil, "workspaceFolders": folders, "capabilities": c.capabilities(),
	}
	if c.options.InitializationOptions != nil {
		params["initializationOptions"] = c.options.InitializationOptions
	}
	if err := c.Call(ctx, protocol.MethodInitialize, params, &c.Initialized); err != nil {
		return err
	}
	return c.Notify(protocol.MethodInitialized, struct{}{})
}

// capabilities are those of a modern editor.
func (c *Client) capabilities() map[string]any {
	if c.options.Bare {
		return map[string]any{}
	}
	type m = map[string]any
	encodings := []string{"utf-16"}
	if c.options.UTF8 {
		encodings = []string{"utf-8", "utf-16"}
	}
	return m{
		"general": m{"positionEncodings": encodings},
		"workspace": m{
			"configuration": true, "workspaceFolders": true,
			"didChangeWatchedFiles": m{"dynamicRegistration": true}, "didChangeConfiguration": m{"dynamicRegistration": true},
			"codeLens": m{"refreshSupport": true}, "inlayHint": m{"refreshSupport": true},
			"workspaceEdit": m{"documentChanges": true, "resourceOperations": []string{"create", "rename", "delete"}},
		},
		"textDocument": m{
			"completion":         m{"completionItem": m{"snippetSupport": true}},
			"signatureHelp":      m{"signatureInformation": m{"parameterInformation": m{"labelOffsetSupport": true}}},
			"documentSymbol":     m{"hierarchicalDocumentSymbolSupport": true},
			"publishDiagnostics": m{"relatedInformation": true, "versionSupport": true},
		},
		"window": m{"workDoneProgress": true, "showMessage": m{}, "showDocument": m{"support": true}},
	}
}

// encoding is what was negotiated.
func (c *Client) encoding() convert.Encoding {
	if c.Initialized.Capabilities.PositionEncoding == protocol.PositionEncodingKindUTF8 {
		return convert.UTF8
	}
	return convert.UTF16
}

// Call sends a request and waits for the answer; when ctx ends first the
// server is told to cancel, and its answer is dropped.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	if err := protocol.Call(ctx, c.conn, method, params, result); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return nil
}

// Notify sends a notification.
func (c *Client) Notify(method string, params any) error {
	if err := c.conn.Notify(context.Background(), method, params); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return nil
}

// Shutdown ends the session in order, waits for the child process if there is
// one, and fails when the server has sent something unaccounted for.
func (c *Client) Shutdown(ctx context.Context) error {
	if err := c.Call(ctx, protocol.MethodShutdown, nil, nil); err != nil {
		return err
	}
	if err := c.Notify(protocol.MethodExit, nil); err != nil {
		return err
	}
	return errors.Join(c.wait(ctx), c.unaccounted())
}

// Kill breaks the connection without a word, as a crashed editor does.
func (c *Client) Kill(ctx context.Context) error {
	return errors.Join(c.transport.Close(), c.wait(ctx))
}

// wait waits for the connection and the child process to end.
func (c *Client) wait(ctx context.Context) error {
	select {
	case <-c.conn.Done():
	case <-ctx.Done():
		return fmt.Errorf("the server did not end: %w", context.Cause(ctx))
	}
	if c.process == nil {
		return nil
	}
	ended := make(chan error, 1)
	go func() { ended <- c.process.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("the server's process did not end: %w", context.Cause(ctx)), c.process.Process.Kill())
	}
}

// wake tells those who wait that something arrived. c.mu is held.
func (c *Client) wake() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// Wait waits until what the server has sent satisfies done.
func (c *Client) Wait(ctx context.Context, what string, done func(*Record) bool) error {
	for {
		c.mu.Lock()
		ok, changed := done(&c.record), c.changed
		c.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-c.conn.Done():
			return fmt.Errorf("waiting for %s: the connection ended", what)
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, context.Cause(ctx))
		}
	}
}

// Record is a copy of what the server has sent so far.
func (c *Client) Record() Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.record.clone()
}

// quiet is how long nothing may arrive for Settle to return.
const quiet = 150 * time.Millisecond

// Settle waits until the server has sent nothing for a while.
func (c *Client) Settle(ctx context.Context) error {
	for {
		c.mu.Lock()
		changed := c.changed
		c.mu.Unlock()
		select {
		case <-changed:
		case <-time.After(quiet):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

func (c *Client) unaccounted() error {
	r := c.Record()
	return r.unaccounted()
}

// ForgetErrors accounts for the errors that the server has logged so far: the
// test has looked at them.
func (c *Client) ForgetErrors() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.record.Logs = nil
}
