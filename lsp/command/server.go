package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/progress"
)

// An Engine runs builds and knows builders.
type Engine interface {
	// Run builds; events arrive at sink in order, from one goroutine.
	Run(ctx context.Context, b buildengine.Build, sink func(buildengine.Event)) (*buildengine.Result, error)
	// Builders lists what can be chosen, the one in use first.
	Builders(ctx context.Context) ([]Builder, error)
}

// A Client is the editor.
type Client interface {
	// Notify sends a notification and waits until it is written.
	Notify(ctx context.Context, method string, params any) error
	// Call sends a request and waits for the answer.
	Call(ctx context.Context, method string, params, result any) error
}

// Deps is what a Server works with.
type Deps struct {
	Engine    Engine
	Session   *workspace.Session
	Client    Client
	Progress  *progress.Manager
	Positions Positions
	Consent   *Consent
	Logger    *slog.Logger
	// LookupEnv reads the environment that values without one come from.
	LookupEnv func(name string) (string, bool)
	// PathOf turns a document's URI into a path.
	PathOf func(uri string) string
	// Built is called after the facts of a build were added to the session.
	Built func(*workspace.Snapshot)
	// BuildEvents tells whether the client wants NotificationBuildEvent.
	BuildEvents bool
	// Actions tells whether the client can show messages with buttons.
	Actions bool
	// ShowDocument tells whether the client can go to a place in a document.
	ShowDocument bool
}

// A Server executes commands for one client.
type Server struct {
	Deps
	runs   runs
	table  map[string]handler
	asking sync.WaitGroup // questions that nobody waits for
}

// A handler executes one command.
type handler func(ctx context.Context, c call) (any, error)

// A call is one workspace/executeCommand.
type call struct {
	name  string
	args  [][]byte
	snap  *workspace.Snapshot
	token protocol.ProgressToken // nil when the client sent none
}

// New makes a Server.
func New(deps Deps) *Server {
	s := &Server{Deps: deps}
	s.table = map[string]handler{
		Bake:        s.bake,
		BakePrint:   s.bakePrint,
		Build:       s.build,
		BuildCancel: s.buildCancel,
		Builders:    s.builders,
	}
	return s
}

// Names lists the commands, sorted, for the server's capabilities.
func (s *Server) Names() []string { return slices.Sorted(maps.Keys(s.table)) }

// CancelProgress is the cancel button of a progress display.
func (s *Server) CancelProgress(token protocol.ProgressToken) { s.Progress.Cancel(token) }

// Execute runs a command on the snapshot that was current when it was called.
// args are raw JSON.
func (s *Server) Execute(ctx context.Context, snap *workspace.Snapshot, name string, args [][]byte, token protocol.ProgressToken) (any, error) {
	run, ok := s.table[name]
	if !ok {
		return nil, unknownCommand(name, s.Names())
	}
	result, err := run(ctx, call{name: name, args: args, snap: snap, token: token})
	return result, wireError(err)
}

// Close cancels the builds under way and waits until they have ended. The
// client is gone by then, so that no question is open any more.
func (s *Server) Close(cause error) {
	s.runs.drain(cause)
	s.asking.Wait()
	s.runs.drain(cause) // what an answer started
}

func unknownCommand(name string, known []string) error {
	message := fmt.Sprintf("unknown command %q", name)
	if near := text.Near(name, known); near != "" {
		message += fmt.Sprintf(", did you mean %q?", near)
	}
	return &jsonrpc2.Error{Code: jsonrpc2.InvalidParams, Message: message}
}

// wireError gives errors of commands their JSON-RPC form.
func wireError(err error) error {
	var coded *jsonrpc2.Error
	var argument *ArgumentError
	var failed *failedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &coded):
		return err
	case errors.As(err, &argument):
		return &jsonrpc2.Error{Code: jsonrpc2.InvalidParams, Message: err.Error()}
	case errors.As(err, &failed):
		return failed.wire()
	case errors.Is(err, context.Canceled), errors.Is(err, progress.ErrCanceled), errors.Is(err, errCanceledByCommand):
		return &jsonrpc2.Error{Code: jsonrpc2.Code(protocol.LSPErrorCodesRequestCancelled), Message: "the build was canceled"}
	}
	return &jsonrpc2.Error{Code: jsonrpc2.Code(protocol.LSPErrorCodesRequestFailed), Message: err.Error()}
}

// A failedError is a build that failed, with what the client needs to show it.
type failedError struct{ data *FailureData }

func (e *failedError) Error() string { return e.data.Message }

func (e *failedError) wire() error {
	out := &jsonrpc2.Error{Code: jsonrpc2.Code(protocol.LSPErrorCodesRequestFailed), Message: e.data.Message}
	if raw, err := protocol.Marshal(e.data); err == nil {
		out.Data = jsonrpc2.RawMessage(raw)
	}
	return out
}

func (s *Server) buildCancel(_ context.Context, c call) (any, error) {
	args, err := decode[CancelArgs](c.name, c.args)
	if err != nil {
		return nil, err
	}
	if args.BuildID == "" {
		return nil, &ArgumentError{c.name, "buildId", "is required"}
	}
	if !s.runs.cancel(args.BuildID) {
		return nil, &ArgumentError{c.name, "buildId", fmt.Sprintf("no build %q is running; there are %v", args.BuildID, s.runs.ids())}
	}
	return nil, nil
}

func (s *Server) builders(ctx context.Context, c call) (any, error) {
	if _, err := decode[struct{}](c.name, c.args); err != nil {
		return nil, err
	}
	list, err := s.Engine.Builders(ctx)
	if err != nil {
		return nil, err
	}
	current := "auto"
	if name := c.snap.Settings("").Builder; name != "" {
		current = name
	}
	return &BuildersResult{Current: current, Builders: list}, nil
}
