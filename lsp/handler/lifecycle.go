package handler

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/command"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/rpc"
	"go.lsp.dev/protocol"
)

// initialize runs on the read loop as a whole: nothing else is handled before
// it is answered.
func (s *Server) initialize(_ context.Context, p *initializeParams) (rpc.Work, error) {
	client, encoding, err := newClient(p)
	if err != nil {
		s.logger.Warn("the client's options", "error", err)
	}
	s.client = client
	if p.ProcessID != nil && *p.ProcessID > 0 {
		s.conn.WatchProcess(int(*p.ProcessID))
	}
	if s.options.Commands != nil {
		s.commands = s.options.Commands(s.host())
	}
	options, _ := decodeOptions(p.InitializationOptions) // its error was reported above
	s.config.start(foldersOf(p), options.Settings)
	s.configure()
	capabilities, err := s.capabilities(encoding)
	if err != nil {
		return nil, err
	}
	return rpc.Answer(&protocol.InitializeResult{
		Capabilities: capabilities,
		ServerInfo:   protocol.ServerInfo{Name: "buildlens", Version: protocol.NewOptional(s.options.Version)},
	}), nil
}

// foldersOf are the roots of the workspace; older clients name only one.
func foldersOf(p *initializeParams) []workspace.Folder {
	var out []workspace.Folder
	for _, f := range p.WorkspaceFolders {
		out = append(out, folder(f))
	}
	switch {
	case len(out) > 0:
	case p.RootURI != nil:
		out = append(out, workspace.Folder{Path: convert.Path(*p.RootURI)})
	case p.RootPath != nil && *p.RootPath != "":
		out = append(out, workspace.Folder{Path: strings.Clone(*p.RootPath)})
	}
	return out
}

func folder(f protocol.WorkspaceFolder) workspace.Folder {
	return workspace.Folder{Path: convert.Path(f.URI), Name: strings.Clone(f.Name)}
}

// initialized asks for what the client has to be asked for.
func (s *Server) initialized(context.Context, *protocol.InitializedParams) error {
	s.run(func() {
		s.register()
		if s.client.Configuration {
			s.pull()
		}
	})
	return nil
}

// watched are the files whose changes matter wherever they are. Others that
// definitions refer to are looked at again when something is saved.
var watched = []string{
	"**/{[dD]ockerfile,[dD]ockerfile.*,*.[dD]ockerfile,[cC]ontainerfile,[cC]ontainerfile.*}",
	"**/{docker-bake*,*.bake}.{hcl,json}",
	"**/{compose,compose.*,*.compose,docker-compose*}.{yml,yaml}",
	"**/{.dockerignore,*.dockerignore,.env,*.env}",
}

// register tells the client what to report.
func (s *Server) register() {
	var list []protocol.Registration
	if s.client.WatchesFiles {
		watchers := make([]map[string]string, len(watched))
		for i, glob := range watched {
			watchers[i] = map[string]string{"globPattern": glob}
		}
		list = append(list, registration(protocol.MethodWorkspaceDidChangeWatchedFiles, map[string]any{"watchers": watchers}))
	}
	if s.client.WatchesSettings {
		list = append(list, registration(protocol.MethodWorkspaceDidChangeConfiguration, map[string]any{"section": section}))
	}
	if len(list) == 0 {
		return
	}
	err := s.conn.Call(s.conn.Context(), protocol.MethodClientRegisterCapability, &protocol.RegistrationParams{Registrations: list}, nil)
	if err != nil && s.conn.Context().Err() == nil {
		s.logger.Warn("the client did not register what to watch", "error", err)
	}
}

func registration(method string, options map[string]any) protocol.Registration {
	raw, err := json.Marshal(options)
	if err != nil { // maps of strings always encode
		raw = []byte("{}")
	}
	return protocol.Registration{ID: "buildlens/" + method, Method: method, RegisterOptions: raw}
}

// setTrace is accepted: traces are the log's business.
func (s *Server) setTrace(context.Context, *protocol.SetTraceParams) error { return nil }

// capabilities advertises what some language offers.
func (s *Server) capabilities(encoding protocol.PositionEncodingKind) (protocol.ServerCapabilities, error) {
	yes := true
	change := protocol.TextDocumentSyncKindIncremental
	c := protocol.ServerCapabilities{
		PositionEncoding: encoding,
		TextDocumentSync: &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &change, Save: &protocol.SaveOptions{}},
		Workspace: &protocol.WorkspaceOptions{WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
			Supported: &yes, ChangeNotifications: protocol.Boolean(true),
		}},
		CodeActionProvider: &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{
			convert.ActionKind(feature.ActionQuickFix), convert.ActionKind(feature.ActionFixAll),
		}},
	}
	for _, offer := range offers {
		if s.any(offer.has) {
			offer.advertise(&c)
		}
	}
	if c.CompletionProvider != nil {
		c.CompletionProvider.TriggerCharacters = s.triggers()
	}
	if s.commands != nil {
		c.ExecuteCommandProvider.Commands = s.commands.Names()
	}
	raw, err := json.Marshal(map[string]any{"buildlens": map[string]any{"version": command.Version}})
	if err != nil {
		return c, fmt.Errorf("encode the capabilities: %w", err)
	}
	c.Experimental = raw
	return c, nil
}

// offers says how what a language has becomes a capability.
var offers = []struct {
	has       func(Language) bool
	advertise func(*protocol.ServerCapabilities)
}{
	{func(l Language) bool { return l.Completion != nil }, func(c *protocol.ServerCapabilities) { c.CompletionProvider = &protocol.CompletionOptions{} }},
	{func(l Language) bool { return l.SignatureHelp != nil }, func(c *protocol.ServerCapabilities) {
		c.SignatureHelpProvider = &protocol.SignatureHelpOptions{TriggerCharacters: []string{"(", ","}}
	}},
	{func(l Language) bool { return l.Hover != nil }, func(c *protocol.ServerCapabilities) { c.HoverProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.Definition != nil }, func(c *protocol.ServerCapabilities) { c.DefinitionProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.References != nil }, func(c *protocol.ServerCapabilities) { c.ReferencesProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.Highlights != nil }, func(c *protocol.ServerCapabilities) { c.DocumentHighlightProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.Symbols != nil }, func(c *protocol.ServerCapabilities) { c.DocumentSymbolProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.Folding != nil }, func(c *protocol.ServerCapabilities) { c.FoldingRangeProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.Selection != nil }, func(c *protocol.ServerCapabilities) { c.SelectionRangeProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.Links != nil }, func(c *protocol.ServerCapabilities) {
		no := false
		c.DocumentLinkProvider = &protocol.DocumentLinkOptions{ResolveProvider: &no}
	}},
	{func(l Language) bool { return l.Lenses != nil }, func(c *protocol.ServerCapabilities) {
		no := false
		c.CodeLensProvider = &protocol.CodeLensOptions{ResolveProvider: &no}
	}},
	{func(l Language) bool { return l.Hints != nil }, func(c *protocol.ServerCapabilities) { c.InlayHintProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.Formatting != nil }, func(c *protocol.ServerCapabilities) { c.DocumentFormattingProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.RangeFormatting != nil }, func(c *protocol.ServerCapabilities) { c.DocumentRangeFormattingProvider = protocol.Boolean(true) }},
	{func(l Language) bool { return l.TypeFormatting != nil }, func(c *protocol.ServerCapabilities) {
		c.DocumentOnTypeFormattingProvider = protocol.DocumentOnTypeFormattingOptions{FirstTriggerCharacter: "\\", MoreTriggerCharacter: []string{"`"}}
	}},
	{func(l Language) bool { return l.Tokens != nil }, func(c *protocol.ServerCapabilities) {
		c.SemanticTokensProvider = &protocol.SemanticTokensOptions{Legend: convert.Legend(), Full: protocol.Boolean(true)}
	}},
	{func(l Language) bool { return l.Rename != nil }, func(c *protocol.ServerCapabilities) {
		yes := true
		c.RenameProvider = &protocol.RenameOptions{PrepareProvider: &yes}
	}},
}

func (s *Server) any(has func(Language) bool) bool {
	for _, l := range s.languages {
		if has(l) {
			return true
		}
	}
	return false
}

func (s *Server) triggers() []string {
	var all []string
	for _, l := range s.languages {
		all = append(all, l.Triggers...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
