package handler

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/convert"
	"go.lsp.dev/protocol"
)

const section = settings.Section

// config is what the client has said about folders and settings.
type config struct {
	mu       sync.Mutex // guards the fields, and the order of Configured changes
	folders  []workspace.Folder
	general  json.RawMessage            // settings outside every folder
	byFolder map[string]json.RawMessage // by path
	reported []string                   // problems the client has been told of
	pulls    int                        // counts pulls: an older answer is dropped
}

// start sets what initialize brought.
func (c *config) start(folders []workspace.Folder, general json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.folders, c.general = folders, general
}

// configure puts what is known into the session and reports what is wrong with it.
func (s *Server) configure() {
	c := &s.config
	c.mu.Lock()
	defer c.mu.Unlock()
	general, problems := settings.Decode(c.general)
	next := workspace.Configured{Settings: general}
	for _, f := range c.folders {
		f.Settings = general
		if raw, ok := c.byFolder[f.Path]; ok {
			var more []settings.Problem
			f.Settings, more = settings.Decode(raw)
			problems = append(problems, more...)
		}
		next.Folders = append(next.Folders, f)
	}
	s.session.Apply(next)
	if s.options.Level != nil {
		s.options.Level.Set(logLevels[general.Log.Level])
	}
	c.reported = s.report(problems, c.reported)
	s.passes.all()
}

// report shows problems with settings once, however often they are read.
func (s *Server) report(problems []settings.Problem, before []string) []string {
	var messages []string
	for _, p := range problems {
		if !slices.Contains(messages, p.Message) {
			messages = append(messages, p.Message)
		}
	}
	if len(messages) > 0 && !slices.Equal(messages, before) {
		for _, m := range messages {
			s.logger.Warn(m)
		}
		shown := messages[:min(len(messages), 3)]
		s.conn.Post(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{
			Type: protocol.MessageTypeWarning, Message: strings.Join(shown, "\n"),
		})
	}
	return messages
}

// pull asks the client for the settings, in general and of each folder. It
// waits for the answer: not for the read loop.
func (s *Server) pull() {
	c := &s.config
	c.mu.Lock()
	c.pulls++
	turn, folders := c.pulls, slices.Clone(c.folders)
	c.mu.Unlock()
	name := section
	params := protocol.ConfigurationParams{Items: []protocol.ConfigurationItem{{Section: &name}}}
	for _, f := range folders {
		scope := convert.URI(f.Path)
		params.Items = append(params.Items, protocol.ConfigurationItem{ScopeURI: &scope, Section: &name})
	}
	var answer []protocol.LSPAny
	if err := s.conn.Call(s.conn.Context(), protocol.MethodWorkspaceConfiguration, &params, &answer); err != nil {
		if s.conn.Context().Err() == nil {
			s.logger.Warn("the client did not give its settings", "error", err)
		}
		return
	}
	if c.answered(turn, folders, answer) {
		s.configure()
	}
}

// answered keeps the answer to a pull; false when it is of no use.
func (c *config) answered(turn int, folders []workspace.Folder, answer []protocol.LSPAny) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if turn != c.pulls || len(answer) != len(folders)+1 {
		return false
	}
	if string(answer[0]) != "null" {
		c.general = json.RawMessage(answer[0])
	}
	c.byFolder = make(map[string]json.RawMessage, len(folders))
	for i, f := range folders {
		if raw := answer[i+1]; string(raw) != "null" {
			c.byFolder[f.Path] = json.RawMessage(raw)
		}
	}
	return true
}

// didChangeConfiguration asks again, or takes what was sent by clients that
// cannot be asked: the section, or all settings with the section in them.
func (s *Server) didChangeConfiguration(_ context.Context, p *protocol.DidChangeConfigurationParams) error {
	if s.client.Configuration {
		s.run(s.pull)
		return nil
	}
	var all map[string]json.RawMessage
	raw := slices.Clone(p.Settings)
	if err := json.Unmarshal(raw, &all); err == nil {
		if mine, ok := all[section]; ok {
			raw = protocol.LSPAny(mine)
		}
	}
	s.config.mu.Lock()
	s.config.general = json.RawMessage(raw)
	s.config.mu.Unlock()
	s.configure()
	return nil
}

func (s *Server) didChangeWorkspaceFolders(_ context.Context, p *protocol.DidChangeWorkspaceFoldersParams) error {
	c := &s.config
	c.mu.Lock()
	folders := slices.Clone(c.folders)
	for _, gone := range p.Event.Removed {
		folders = slices.DeleteFunc(folders, func(f workspace.Folder) bool { return f.Path == convert.Path(gone.URI) })
	}
	for _, added := range p.Event.Added {
		folders = append(folders, folder(added))
	}
	c.folders = folders
	c.mu.Unlock()
	s.configure()
	if s.client.Configuration {
		s.run(s.pull)
	}
	return nil
}
