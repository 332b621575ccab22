package convert

import (
	"fmt"

	"github.com/buildlens/buildlens/lsp/feature"
	"go.lsp.dev/protocol"
)

var actionKinds = map[feature.ActionKind]protocol.CodeActionKind{
	feature.ActionQuickFix: protocol.CodeActionKindQuickFix,
	feature.ActionFixAll:   protocol.CodeActionKindSourceFixAll,
	feature.ActionRefactor: protocol.CodeActionKindRefactor,
	feature.ActionSource:   protocol.CodeActionKindSource,
}

// ActionKind is what the protocol calls a kind of action.
func ActionKind(kind feature.ActionKind) protocol.CodeActionKind { return actionKinds[kind] }

// CodeActions converts actions. Those that the client cannot carry out are
// left out.
func (c *Converter) CodeActions(list []feature.CodeAction) []protocol.CommandOrCodeAction {
	out := make([]protocol.CommandOrCodeAction, 0, len(list))
	for i := range list {
		if action, err := c.codeAction(&list[i]); err == nil {
			out = append(out, action)
		}
	}
	return out
}

func (c *Converter) codeAction(a *feature.CodeAction) (*protocol.CodeAction, error) {
	edit, err := c.WorkspaceEdit(a.Edits)
	if err != nil {
		return nil, fmt.Errorf("action %q: %w", a.Title, err)
	}
	kind := actionKinds[a.Kind]
	out := &protocol.CodeAction{Title: a.Title, Kind: &kind, Edit: edit, IsPreferred: pointer(a.Preferred)}
	if a.Diagnostic != nil {
		out.Diagnostics = []protocol.Diagnostic{c.Diagnostic(*a.Diagnostic)}
	}
	return out, nil
}
