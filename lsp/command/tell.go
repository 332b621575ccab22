package command

import (
	"context"
	"path/filepath"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/buildlens/buildlens/buildengine"
)

// The buttons of messages.
const (
	actionShow    = "Go to the line"
	actionSaveOCI = "Save as OCI archive"
	actionPush    = "Push"
)

// tell shows how a build ended. A result that is only in the builder's cache,
// which nobody asked for, is offered to be saved or pushed.
func (s *Server) tell(ctx context.Context, j job, r *buildengine.Result, text string) {
	switch {
	case r.Canceled:
		s.show(ctx, protocol.MessageTypeInfo, text)
	case r.Failure != nil && (r.Failure.Location == nil || !s.Actions || !s.ShowDocument):
		s.show(ctx, protocol.MessageTypeError, text)
	case r.Failure != nil:
		s.asking.Go(func() { s.offerLine(ctx, r.Failure, text) })
	default:
		s.tellResult(ctx, j, r, text)
	}
}

// offerLine shows a failure with a button that leads to its instruction.
func (s *Server) offerLine(ctx context.Context, f *buildengine.Failure, text string) {
	if s.ask(ctx, protocol.MessageTypeError, text, actionShow) != actionShow {
		return
	}
	r := s.Positions.Range(string(f.Source), f.Location.Span)
	params := map[string]any{"uri": s.Positions.URI(f.Location.Path), "takeFocus": true, "selection": r}
	if err := s.Client.Call(ctx, protocol.MethodWindowShowDocument, params, nil); err != nil {
		s.Logger.Debug("the client did not show the failing line", "err", err)
	}
}

func (s *Server) tellResult(ctx context.Context, j job, r *buildengine.Result, text string) {
	left := cacheOnly(r, j.cache)
	if len(left) == 0 {
		s.show(ctx, protocol.MessageTypeInfo, text)
		return
	}
	text += ". The result of " + abridge(left, 4) + " is only in the builder's cache"
	if !s.Actions {
		s.show(ctx, protocol.MessageTypeWarning, text)
		return
	}
	s.asking.Go(func() { s.offerExport(ctx, j, left, text) })
}

// offerExport shows a result that is only in the cache with buttons that bring
// it to where it is of use.
func (s *Server) offerExport(ctx context.Context, j job, left []string, text string) {
	actions := []string{actionSaveOCI}
	if tagged(j.requests, left) {
		actions = append(actions, actionPush)
	}
	picked := s.ask(ctx, protocol.MessageTypeWarning, text, actions...)
	if picked == "" {
		return
	}
	j.requests = exported(j.requests, left, j.dir, picked == actionPush)
	j.id, j.token = "", nil
	if _, err := s.start(ctx, j); err != nil {
		s.Logger.Info("exporting the result failed", "err", err)
	}
}

// tagged tells whether every target has a name to be pushed under.
func tagged(requests []buildengine.Request, names []string) bool {
	for i := range requests {
		if slices.Contains(names, requests[i].Target) && len(requests[i].Tags) == 0 {
			return false
		}
	}
	return true
}

// exported gives the named targets an output.
func exported(requests []buildengine.Request, names []string, dir string, push bool) []buildengine.Request {
	var out []buildengine.Request
	for _, r := range requests {
		if slices.Contains(names, r.Target) {
			r.Outputs = []buildengine.Output{{Type: "oci", Dest: filepath.Join(dir, r.Target+".oci.tar")}}
			if push {
				r.Outputs = []buildengine.Output{{Type: "registry"}}
			}
		}
		out = append(out, r)
	}
	return out
}

// show returns when the message is written: it is to be seen before the
// command's answer is.
func (s *Server) show(ctx context.Context, kind protocol.MessageType, text string) {
	params := &protocol.ShowMessageParams{Type: kind, Message: text}
	if err := s.Client.Notify(ctx, protocol.MethodWindowShowMessage, params); err != nil {
		s.Logger.Debug("a message was not sent", "err", err)
	}
}

// ask shows a message with buttons and returns the one that was picked, or "".
func (s *Server) ask(ctx context.Context, kind protocol.MessageType, text string, actions ...string) string {
	params := &protocol.ShowMessageRequestParams{Type: kind, Message: text}
	for _, a := range actions {
		params.Actions = append(params.Actions, protocol.MessageActionItem{Title: a})
	}
	var picked *protocol.MessageActionItem
	if err := s.Client.Call(ctx, protocol.MethodWindowShowMessageRequest, params, &picked); err != nil {
		s.Logger.Debug("the client did not answer a message", "err", err)
		return ""
	}
	if picked == nil {
		return ""
	}
	return picked.Title
}
