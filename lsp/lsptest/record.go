package lsptest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/lsp/convert"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// A Record is what a server has sent.
type Record struct {
	Diagnostics   map[string]Published // newest, by path
	Publications  int                  // how many publishDiagnostics came
	Registered    []string             // methods the server registered for
	Progress      map[string]*Progress // by token
	Messages      []Message            // window/showMessage and showMessageRequest
	Logs          []Message            // window/logMessage
	Shown         []string             // URIs of window/showDocument
	BuildEvents   []json.RawMessage    // parameters of buildlens/buildEvent
	LensRefreshes int
	HintRefreshes int
	Unexpected    []string // messages this client does not know
}

// Published is one textDocument/publishDiagnostics.
type Published struct {
	Version     int32 // 0 when none was given
	Diagnostics []protocol.Diagnostic
}

// Progress is one work-done progress.
type Progress struct {
	Title       string
	Messages    []string
	Percentages []int
	Ended       bool
}

// A Message was shown or logged.
type Message struct {
	Type    protocol.MessageType
	Text    string
	Actions []string
}

func (r *Record) clone() Record {
	out := *r
	out.Diagnostics = maps.Clone(r.Diagnostics)
	out.Progress = make(map[string]*Progress, len(r.Progress))
	for token, p := range r.Progress {
		clone := *p
		clone.Messages, clone.Percentages = slices.Clone(p.Messages), slices.Clone(p.Percentages)
		out.Progress[token] = &clone
	}
	for _, list := range []*[]Message{&out.Messages, &out.Logs} {
		*list = slices.Clone(*list)
	}
	out.BuildEvents, out.Registered = slices.Clone(r.BuildEvents), slices.Clone(r.Registered)
	return out
}

// unaccounted is an error that lists what should not have been sent, and what
// was begun and not ended.
func (r *Record) unaccounted() error {
	var errs []error
	for _, m := range r.Unexpected {
		errs = append(errs, fmt.Errorf("unexpected message %s", m))
	}
	for _, m := range r.Logs {
		if m.Type == protocol.MessageTypeError {
			errs = append(errs, fmt.Errorf("the server logged an error: %s", m.Text))
		}
	}
	for token, p := range r.Progress {
		if !p.Ended {
			errs = append(errs, fmt.Errorf("progress %s (%s) was never ended", token, p.Title))
		}
		if !slices.IsSorted(p.Percentages) {
			errs = append(errs, fmt.Errorf("progress %s (%s) went back: %v", token, p.Title, p.Percentages))
		}
	}
	return errors.Join(append(errs, r.buildEventGaps()...)...)
}

// buildEventGaps checks that each build's batches count up from 1.
func (r *Record) buildEventGaps() []error {
	var errs []error
	last := make(map[string]int)
	for _, raw := range r.BuildEvents {
		var batch struct {
			BuildID string `json:"buildId"`
			Seq     int    `json:"seq"`
		}
		if err := json.Unmarshal(raw, &batch); err != nil {
			errs = append(errs, fmt.Errorf("build event: %w", err))
			continue
		}
		if batch.Seq != last[batch.BuildID]+1 {
			errs = append(errs, fmt.Errorf("build %s: event batch %d follows %d", batch.BuildID, batch.Seq, last[batch.BuildID]))
		}
		last[batch.BuildID] = batch.Seq
	}
	return errs
}

// handle is the client's side of the protocol.
func (c *Client) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	method, params := strings.Clone(req.Method()), slices.Clone(req.Params())
	if method == protocol.MethodWindowShowMessageRequest {
		jsonrpc2.Async(ctx) // a person takes their time
		return c.answer(params)
	}
	if method == buildEventMethod && c.options.BuildEvent != nil {
		c.options.BuildEvent(json.RawMessage(params))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.wake()
	receive, ok := receivers[method]
	if !ok {
		c.record.Unexpected = append(c.record.Unexpected, method)
		return jsonrpc2.MethodNotFoundHandler(ctx, req)
	}
	result, err := receive(c, params)
	if err != nil {
		c.record.Unexpected = append(c.record.Unexpected, fmt.Sprintf("%s: %v", method, err))
	}
	return result, nil
}

const buildEventMethod = "buildlens/buildEvent"

// receivers take the messages a server may send. c.mu is held.
var receivers = map[string]func(c *Client, params []byte) (any, error){
	protocol.MethodTextDocumentPublishDiagnostics: (*Client).published,
	protocol.MethodProgress:                       (*Client).progressed,
	protocol.MethodWindowWorkDoneProgressCreate: func(c *Client, raw []byte) (any, error) {
		var p protocol.WorkDoneProgressCreateParams
		err := protocol.Unmarshal(raw, &p)
		c.record.Progress[fmt.Sprint(p.Token)] = new(Progress)
		return nil, err
	},
	protocol.MethodWindowShowMessage: func(c *Client, raw []byte) (any, error) {
		var p protocol.ShowMessageParams
		err := protocol.Unmarshal(raw, &p)
		c.record.Messages = append(c.record.Messages, Message{Type: p.Type, Text: p.Message})
		return nil, err
	},
	protocol.MethodWindowLogMessage: func(c *Client, raw []byte) (any, error) {
		var p protocol.LogMessageParams
		err := protocol.Unmarshal(raw, &p)
		c.record.Logs = append(c.record.Logs, Message{Type: p.Type, Text: p.Message})
		return nil, err
	},
	protocol.MethodWindowShowDocument: func(c *Client, raw []byte) (any, error) {
		var p protocol.ShowDocumentParams
		err := protocol.Unmarshal(raw, &p)
		c.record.Shown = append(c.record.Shown, string(p.URI))
		return protocol.ShowDocumentResult{Success: true}, err
	},
	protocol.MethodClientRegisterCapability: func(c *Client, raw []byte) (any, error) {
		var p protocol.RegistrationParams
		err := protocol.Unmarshal(raw, &p)
		for _, r := range p.Registrations {
			c.record.Registered = append(c.record.Registered, r.Method)
		}
		return nil, err
	},
	protocol.MethodWorkspaceConfiguration: (*Client).configuration,
	protocol.MethodWorkspaceCodeLensRefresh: func(c *Client, _ []byte) (any, error) {
		c.record.LensRefreshes++
		return nil, nil
	},
	protocol.MethodWorkspaceInlayHintRefresh: func(c *Client, _ []byte) (any, error) {
		c.record.HintRefreshes++
		return nil, nil
	},
	buildEventMethod: func(c *Client, raw []byte) (any, error) {
		c.record.BuildEvents = append(c.record.BuildEvents, raw)
		return nil, nil
	},
	protocol.MethodCancelRequest: func(*Client, []byte) (any, error) { return nil, nil },
}

func (c *Client) published(raw []byte) (any, error) {
	var p protocol.PublishDiagnosticsParams
	if err := protocol.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	version, _ := p.Version.Get()
	c.record.Publications++
	c.record.Diagnostics[convert.Path(p.URI)] = Published{Version: version, Diagnostics: p.Diagnostics}
	return nil, nil
}

func (c *Client) progressed(raw []byte) (any, error) {
	var p protocol.ProgressParams
	if err := protocol.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	var value struct {
		Kind, Title, Message string
		Percentage           *int
	}
	if err := json.Unmarshal(p.Value, &value); err != nil {
		return nil, err
	}
	task := c.record.Progress[fmt.Sprint(p.Token)]
	switch {
	case task == nil:
		return nil, fmt.Errorf("progress of a token that nobody made: %v", p.Token)
	case task.Ended:
		return nil, fmt.Errorf("progress after the end: %s", raw)
	}
	task.Title += value.Title
	task.Ended = value.Kind == "end"
	if value.Message != "" {
		task.Messages = append(task.Messages, value.Message)
	}
	if value.Percentage != nil {
		task.Percentages = append(task.Percentages, *value.Percentage)
	}
	return nil, nil
}

func (c *Client) configuration(raw []byte) (any, error) {
	var p protocol.ConfigurationParams
	if err := protocol.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	answer := make([]any, len(p.Items))
	for i, item := range p.Items {
		scope := ""
		if item.ScopeURI != nil {
			scope = convert.Path(*item.ScopeURI)
		}
		if c.options.Settings != nil {
			answer[i] = c.options.Settings(scope)
		}
	}
	return answer, nil
}

// answer picks a button of a message.
func (c *Client) answer(raw []byte) (any, error) {
	var p protocol.ShowMessageRequestParams
	if err := protocol.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	m := Message{Type: p.Type, Text: p.Message}
	for _, a := range p.Actions {
		m.Actions = append(m.Actions, a.Title)
	}
	c.mu.Lock()
	c.record.Messages = append(c.record.Messages, m)
	c.wake()
	c.mu.Unlock()
	if c.options.Answer == nil {
		return nil, nil
	}
	if picked := c.options.Answer(m.Text, m.Actions); contains(m.Actions, picked) {
		return protocol.MessageActionItem{Title: picked}, nil
	}
	return nil, nil
}
