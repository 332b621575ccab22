package lsptest

import "go.lsp.dev/protocol"

// TextOf is the text of a diagnostic, plain or Markdown.
func TextOf(d protocol.Diagnostic) string {
	switch m := d.Message.(type) {
	case protocol.String:
		return string(m)
	case *protocol.MarkupContent:
		return m.Value
	}
	return ""
}

// SourceOf is who reports a diagnostic, such as "buildkit"; empty when it does not say.
func SourceOf(d protocol.Diagnostic) string {
	source, _ := d.Source.Get()
	return source
}
