package convert

import (
	"github.com/buildlens/buildlens/internal/diag"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// Diagnostics converts those of the converter's file.
func (c *Converter) Diagnostics(list []diag.Diagnostic) []protocol.Diagnostic {
	out := make([]protocol.Diagnostic, len(list))
	for i := range list {
		out[i] = c.Diagnostic(list[i])
	}
	return out
}

// Diagnostic converts one.
func (c *Converter) Diagnostic(d diag.Diagnostic) protocol.Diagnostic {
	out := protocol.Diagnostic{
		Range:    c.Range(d.Span),
		Severity: protocol.DiagnosticSeverity(d.Severity),
		Source:   optional(d.Source),
		Message:  protocol.String(d.Message),
	}
	if d.Code != "" {
		out.Code = protocol.String(d.Code)
	}
	if d.URL != "" {
		out.CodeDescription = protocol.CodeDescription{Href: uri.URI(d.URL)}
	}
	tags := make([]protocol.DiagnosticTag, len(d.Tags))
	for i, tag := range d.Tags {
		tags[i] = protocol.DiagnosticTag(tag) // numbered alike
	}
	out.Tags.Set(tags)
	c.related(&out, d)
	return out
}

// related adds the other places of d, or their text to the message for
// clients that cannot show them.
func (c *Converter) related(out *protocol.Diagnostic, d diag.Diagnostic) {
	message := d.Message
	for _, r := range d.Related {
		at, ok := c.location(r.File, r.Span)
		if !c.RelatedInformation || !ok {
			message += "\n" + r.Message
			continue
		}
		out.RelatedInformation = append(out.RelatedInformation, protocol.DiagnosticRelatedInformation{Location: at, Message: r.Message})
	}
	out.Message = protocol.String(message)
}
