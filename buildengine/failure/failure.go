// Package failure turns BuildKit's errors into buildengine.Failure. Places come
// from the source maps that errors carry, never from logs.
package failure

import (
	"errors"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/buildlens/buildlens/buildengine/sourcemap"
	gateway "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/util/grpcerrors"
)

// Context is what is known about the build that an error ended.
type Context struct {
	Target  string
	Builder string
	Sources *sourcemap.Map
	Redact  *session.Redactor
	// Step returns a step's name by its ID, and Tail the end of its output.
	Step func(id string) (name string, ok bool)
	Tail func(id string) []string
}

// New makes the Failure of a target from the error of its solve.
func New(err error, c Context) *buildengine.Failure {
	var known *buildengine.Failure
	if errors.As(err, &known) {
		return redacted(*known, c)
	}
	f := buildengine.Failure{Target: c.Target, Message: message(err), ExitCode: -1, Cause: err}
	var vertex *errdefs.VertexError
	if errors.As(err, &vertex) {
		f.StepID = vertex.Digest
		f.Step, _ = c.Step(vertex.Digest)
		f.LogTail = c.Tail(vertex.Digest)
	}
	var exit *gateway.ExitError
	if errors.As(err, &exit) {
		f.ExitCode = int(exit.ExitCode)
	}
	f.Location, f.Source = place(err, c.Sources)
	f.Hint = hint(err, f, c)
	return redacted(f, c)
}

// place finds the instruction at fault: the innermost source of the error that
// is on this machine.
func place(err error, sources *sourcemap.Map) (*buildengine.Location, []byte) {
	var text []byte
	for _, src := range errdefs.Sources(err) {
		location, data := sources.Source(src.Info, src.Ranges)
		if location != nil {
			return location, data
		}
		if text == nil {
			text = data
		}
	}
	return nil, text
}

// wrappers are what BuildKit's client and gateway put in front of an error.
var wrappers = []string{"failed to solve: ", "failed to run Build function: ", "rpc error: code = Unknown desc = "}

// message is the error in one sentence.
func message(err error) string {
	text := err.Error()
	if st, ok := grpcerrors.AsGRPCStatus(err); ok && st.Message() != "" {
		text = st.Message()
	}
	for again := true; again; {
		again = false
		for _, w := range wrappers {
			if rest, ok := strings.CutPrefix(text, w); ok {
				text, again = rest, true
			}
		}
	}
	return text
}

func redacted(f buildengine.Failure, c Context) *buildengine.Failure {
	if f.Target == "" {
		f.Target = c.Target
	}
	f.Message, f.Hint = c.Redact.String(f.Message), c.Redact.String(f.Hint)
	tail := make([]string, len(f.LogTail))
	for i, line := range f.LogTail {
		tail[i] = c.Redact.String(line)
	}
	f.LogTail = tail
	return &f
}
