package convert

import (
	"github.com/buildlens/buildlens/lsp/feature"
	"go.lsp.dev/protocol"
)

var symbolKinds = map[feature.SymbolKind]protocol.SymbolKind{
	feature.SymbolStage:       protocol.SymbolKindModule,
	feature.SymbolInstruction: protocol.SymbolKindMethod,
	feature.SymbolDirective:   protocol.SymbolKindProperty,
	feature.SymbolVariable:    protocol.SymbolKindVariable,
	feature.SymbolFunction:    protocol.SymbolKindFunction,
	feature.SymbolTarget:      protocol.SymbolKindClass,
	feature.SymbolGroup:       protocol.SymbolKindNamespace,
	feature.SymbolAttribute:   protocol.SymbolKindProperty,
	feature.SymbolService:     protocol.SymbolKindClass,
	feature.SymbolFile:        protocol.SymbolKindFile,
}

// DocumentSymbols converts an outline; clients that know no trees get a list.
func (c *Converter) DocumentSymbols(list []feature.Symbol) protocol.DocumentSymbolResult {
	if c.HierarchicalSymbols {
		return protocol.DocumentSymbolSlice(c.symbolTree(list))
	}
	return protocol.SymbolInformationSlice(c.symbolList(nil, list, ""))
}

func (c *Converter) symbolTree(list []feature.Symbol) []protocol.DocumentSymbol {
	out := make([]protocol.DocumentSymbol, len(list))
	for i := range list {
		s := &list[i]
		out[i] = protocol.DocumentSymbol{
			Name: s.Title, Detail: pointer(s.Detail), Kind: symbolKinds[s.Kind], Tags: symbolTags(s.Deprecated),
			Range: c.Range(s.Span), SelectionRange: c.Range(s.Name),
		}
		if len(s.Children) > 0 {
			out[i].Children = c.symbolTree(s.Children)
		}
	}
	return out
}

func (c *Converter) symbolList(out []protocol.SymbolInformation, list []feature.Symbol, container string) []protocol.SymbolInformation {
	for i := range list {
		s := &list[i]
		var info protocol.SymbolInformation
		info.Name, info.Kind, info.Tags = s.Title, symbolKinds[s.Kind], symbolTags(s.Deprecated)
		info.ContainerName = pointer(container)
		info.Location = protocol.Location{URI: c.Files.URI(c.Path), Range: c.Range(s.Span)}
		out = c.symbolList(append(out, info), s.Children, s.Title)
	}
	return out
}

func symbolTags(deprecated bool) []protocol.SymbolTag {
	if !deprecated {
		return nil
	}
	return []protocol.SymbolTag{protocol.SymbolTagDeprecated}
}

// WorkspaceSymbols converts symbols of any files.
func (c *Converter) WorkspaceSymbols(list []feature.WorkspaceSymbol) protocol.WorkspaceSymbolSlice {
	out := make(protocol.WorkspaceSymbolSlice, 0, len(list))
	for _, s := range list {
		at, ok := c.location(s.Location.Path, s.Location.Name)
		if !ok {
			continue
		}
		var w protocol.WorkspaceSymbol
		w.Name, w.Kind, w.ContainerName, w.Location = s.Title, symbolKinds[s.Kind], pointer(s.Container), &at
		out = append(out, w)
	}
	return out
}
