package handler

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/buildlens/buildlens/lsp/convert"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// client is what is known about the other side.
type client struct {
	convert.Client
	WatchesFiles        bool // reports changes of files when told which
	WatchesSettings     bool // may be told to report changes of settings
	Configuration       bool // can be asked for settings
	Progress            bool // shows progress that the server starts
	MessageActions      bool // shows messages with buttons
	ShowDocument        bool // goes to a place in a document
	RefreshesLenses     bool
	RefreshesInlayHints bool
	BuildEvents         bool // wants buildlens/buildEvent
	Trust               *bool
}

// initializeParams is the part of the protocol's parameters that is read.
type initializeParams struct {
	ProcessID             *int32                     `json:"processId"`
	ClientInfo            *protocol.ClientInfo       `json:"clientInfo"`
	RootURI               *uri.URI                   `json:"rootUri"`
	RootPath              *string                    `json:"rootPath"`
	WorkspaceFolders      []protocol.WorkspaceFolder `json:"workspaceFolders"`
	Capabilities          capabilities               `json:"capabilities"`
	InitializationOptions protocol.LSPAny            `json:"initializationOptions"`
}

// capabilities are the client's, in the protocol's shape.
type capabilities struct {
	General struct {
		PositionEncodings []protocol.PositionEncodingKind `json:"positionEncodings"`
	} `json:"general"`
	Workspace struct {
		Configuration         bool    `json:"configuration"`
		DidChangeWatchedFiles dynamic `json:"didChangeWatchedFiles"`
		DidChangeConfig       dynamic `json:"didChangeConfiguration"`
		CodeLens              refresh `json:"codeLens"`
		InlayHint             refresh `json:"inlayHint"`
		WorkspaceEdit         struct {
			DocumentChanges    bool     `json:"documentChanges"`
			ResourceOperations []string `json:"resourceOperations"`
		} `json:"workspaceEdit"`
	} `json:"workspace"`
	TextDocument struct {
		Completion struct {
			CompletionItem struct {
				SnippetSupport bool `json:"snippetSupport"`
			} `json:"completionItem"`
		} `json:"completion"`
		SignatureHelp struct {
			SignatureInformation struct {
				ParameterInformation struct {
					LabelOffsetSupport bool `json:"labelOffsetSupport"`
				} `json:"parameterInformation"`
			} `json:"signatureInformation"`
		} `json:"signatureHelp"`
		DocumentSymbol struct {
			Hierarchical bool `json:"hierarchicalDocumentSymbolSupport"`
		} `json:"documentSymbol"`
		PublishDiagnostics struct {
			RelatedInformation bool `json:"relatedInformation"`
		} `json:"publishDiagnostics"`
		FoldingRange struct {
			LineFoldingOnly bool `json:"lineFoldingOnly"`
		} `json:"foldingRange"`
	} `json:"textDocument"`
	Window struct {
		WorkDoneProgress bool            `json:"workDoneProgress"`
		ShowMessage      json.RawMessage `json:"showMessage"`
		ShowDocument     struct {
			Support bool `json:"support"`
		} `json:"showDocument"`
	} `json:"window"`
}

type dynamic struct {
	DynamicRegistration bool `json:"dynamicRegistration"`
}

type refresh struct {
	RefreshSupport bool `json:"refreshSupport"`
}

// newClient reads what the client can do and wants; the second result is the
// name of the position encoding. The error names what of the options was not
// understood: it is served all the same.
func newClient(p *initializeParams) (client, protocol.PositionEncodingKind, error) {
	c := p.Capabilities
	encoding, name := convert.Negotiate(c.General.PositionEncodings)
	edit := c.Workspace.WorkspaceEdit
	out := client{
		Client: convert.Client{
			Encoding:            encoding,
			Snippets:            c.TextDocument.Completion.CompletionItem.SnippetSupport,
			DocumentChanges:     edit.DocumentChanges,
			CreateFiles:         contains(edit.ResourceOperations, "create"),
			HierarchicalSymbols: c.TextDocument.DocumentSymbol.Hierarchical,
			RelatedInformation:  c.TextDocument.PublishDiagnostics.RelatedInformation,
			LineFoldingOnly:     c.TextDocument.FoldingRange.LineFoldingOnly,
			LabelOffsets:        c.TextDocument.SignatureHelp.SignatureInformation.ParameterInformation.LabelOffsetSupport,
		},
		WatchesFiles:        c.Workspace.DidChangeWatchedFiles.DynamicRegistration,
		WatchesSettings:     c.Workspace.DidChangeConfig.DynamicRegistration,
		Configuration:       c.Workspace.Configuration,
		Progress:            c.Window.WorkDoneProgress,
		MessageActions:      len(c.Window.ShowMessage) > 0 && !bytes.Equal(c.Window.ShowMessage, []byte("null")),
		ShowDocument:        c.Window.ShowDocument.Support,
		RefreshesLenses:     c.Workspace.CodeLens.RefreshSupport,
		RefreshesInlayHints: c.Workspace.InlayHint.RefreshSupport,
	}
	options, err := decodeOptions(p.InitializationOptions)
	out.BuildEvents = options.BuildEvents
	out.Trust = options.Trust.trusted
	return out, name, err
}

func contains(list []string, item string) bool {
	for _, s := range list {
		if s == item {
			return true
		}
	}
	return false
}

// options are the initializationOptions.
type options struct {
	// BuildEvents asks for buildlens/buildEvent notifications.
	BuildEvents bool `json:"buildEvents"`
	// Trust is the editor's own workspace trust, which then governs builds.
	Trust trust `json:"trust"`
	// Settings hold until the client is asked for its configuration, or for
	// good when it cannot be asked.
	Settings json.RawMessage `json:"settings"`
}

// trust is written true, false or {"trusted": bool}; absent, the editor has
// no such thing.
type trust struct{ trusted *bool }

// UnmarshalJSON reads either form.
func (t *trust) UnmarshalJSON(raw []byte) error {
	var plain *bool
	if json.Unmarshal(raw, &plain) == nil {
		t.trusted = plain
		return nil
	}
	var object struct {
		Trusted *bool `json:"trusted"`
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return fmt.Errorf("trust is neither a boolean nor an object: %w", err)
	}
	t.trusted = object.Trusted
	return nil
}

// decodeOptions reads each option on its own: one that is wrong does not cost
// the others.
func decodeOptions(raw []byte) (options, error) {
	var o options
	if len(raw) == 0 {
		return o, nil
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return o, fmt.Errorf("initializationOptions: %w", err)
	}
	return o, nil
}
