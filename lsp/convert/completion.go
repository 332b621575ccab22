package convert

import (
	"github.com/buildlens/buildlens/lsp/feature"
	"go.lsp.dev/protocol"
)

var completionKinds = map[feature.CompletionKind]protocol.CompletionItemKind{
	feature.CompleteKeyword:  protocol.CompletionItemKindKeyword,
	feature.CompleteProperty: protocol.CompletionItemKindProperty,
	feature.CompleteValue:    protocol.CompletionItemKindEnumMember,
	feature.CompleteVariable: protocol.CompletionItemKindVariable,
	feature.CompleteFunction: protocol.CompletionItemKindFunction,
	feature.CompleteStage:    protocol.CompletionItemKindModule,
	feature.CompleteTarget:   protocol.CompletionItemKindModule,
	feature.CompleteBlock:    protocol.CompletionItemKindClass,
	feature.CompleteImage:    protocol.CompletionItemKindReference,
	feature.CompleteFile:     protocol.CompletionItemKindFile,
	feature.CompleteFolder:   protocol.CompletionItemKindFolder,
	feature.CompleteSnippet:  protocol.CompletionItemKindSnippet,
	feature.CompleteRule:     protocol.CompletionItemKindConstant,
}

// retrigger is the command by which VS Code asks for completion again; other
// clients do not know it and leave it alone.
var retrigger = protocol.Command{Title: "Complete", Command: "editor.action.triggerSuggest"}

// Completion converts a list of proposals.
func (c *Converter) Completion(list feature.CompletionList) *protocol.CompletionList {
	out := &protocol.CompletionList{IsIncomplete: list.Incomplete, Items: make([]protocol.CompletionItem, len(list.Items))}
	for i := range list.Items {
		out.Items[i] = c.completionItem(&list.Items[i])
	}
	return out
}

func (c *Converter) completionItem(item *feature.CompletionItem) protocol.CompletionItem {
	insert, format := c.insertion(item)
	out := protocol.CompletionItem{
		Label:            item.Label,
		Kind:             completionKinds[item.Kind],
		Detail:           optional(item.Detail),
		Documentation:    documentation(item.Documentation),
		SortText:         optional(item.SortText),
		FilterText:       optional(item.FilterText),
		InsertTextFormat: format,
		TextEdit:         &protocol.TextEdit{Range: c.Range(item.Replace), NewText: insert},
	}
	if item.Preselect {
		out.Preselect = protocol.NewOptional(true)
	}
	if item.Deprecated {
		out.Tags = []protocol.CompletionItemTag{protocol.CompletionItemTagDeprecated}
	}
	if item.Retrigger {
		out.Command = retrigger
	}
	return out
}

// insertion is what the client inserts, and how.
func (c *Converter) insertion(item *feature.CompletionItem) (string, protocol.InsertTextFormat) {
	switch {
	case item.Snippet && c.Snippets:
		return item.Insert, protocol.InsertTextFormatSnippet
	case item.Snippet && item.Plain != "":
		return item.Plain, protocol.InsertTextFormatPlainText
	case item.Snippet || item.Insert == "":
		return item.Label, protocol.InsertTextFormatPlainText
	}
	return item.Insert, protocol.InsertTextFormatPlainText
}

// SignatureHelp converts the forms of what is being typed; nil stays nil.
func (c *Converter) SignatureHelp(help *feature.SignatureHelp) *protocol.SignatureHelp {
	if help == nil {
		return nil
	}
	active := uint32(help.Active)
	out := &protocol.SignatureHelp{ActiveSignature: &active, Signatures: make([]protocol.SignatureInformation, len(help.Signatures))}
	if help.Parameter >= 0 {
		out.ActiveParameter = protocol.NewNullable(uint32(help.Parameter))
	}
	for i, s := range help.Signatures {
		out.Signatures[i] = protocol.SignatureInformation{Label: s.Label, Documentation: documentation(s.Documentation)}
		for _, p := range s.Parameters {
			out.Signatures[i].Parameters = append(out.Signatures[i].Parameters, c.parameter(s.Label, p))
		}
	}
	return out
}

// parameter marks a parameter in its label, whose offsets are always UTF-16.
func (c *Converter) parameter(label string, p feature.ParameterLabel) protocol.ParameterInformation {
	start, end := min(p.Start, len(label)), min(max(p.Start, p.End), len(label))
	out := protocol.ParameterInformation{Label: protocol.String(label[start:end]), Documentation: documentation(p.Documentation)}
	if c.LabelOffsets {
		from := utf16Len(label[:start])
		out.Label = protocol.ParameterInformationLabelTuple{uint32(from), uint32(from + utf16Len(label[start:end]))}
	}
	return out
}
