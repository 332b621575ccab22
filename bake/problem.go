package bake

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// extra is what our own diagnostics carry besides what HCL's do.
type extra struct {
	code    string
	at      *hcl.Range // the exact token, where Buildx's own message points elsewhere
	stopped bool
}

// problem makes an error. Its text is what Buildx prints: "summary; detail".
func problem(code string, subject *hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   fmt.Sprintf(format, args...),
		Subject:  subject,
		Extra:    extra{code: code},
	}
}

// problemAt is problem for a token that is not what Buildx's message points at.
func problemAt(code string, subject, at *hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	p := problem(code, subject, summary, format, args...)
	p.Extra = extra{code: code, at: at}
	return p
}

// warning makes a warning, which Buildx would not print.
func warning(code string, subject *hcl.Range, format string, args ...any) *hcl.Diagnostic {
	p := problem(code, subject, "Warning", format, args...)
	p.Severity = hcl.DiagWarning
	return p
}

// stoppedDiagnostics stands for a value that was not computed because the
// call was cancelled. It is never kept or shown.
func stoppedDiagnostics() hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Cancelled", Extra: extra{stopped: true}}}
}
