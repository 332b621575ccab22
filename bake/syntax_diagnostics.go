package bake

import (
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/hashicorp/hcl/v2"
)

// Diagnostics are the problems that parsing the file found, in source order
// and with File set as in places. They are among those of every definition
// that uses the file.
func (s *Syntax) Diagnostics() []diag.Diagnostic {
	var diags hcl.Diagnostics
	for _, c := range s.chunks {
		diags = append(diags, c.diags...)
	}
	diags = append(diags, s.diags...)
	d := &Definition{files: []*Syntax{s}, syntax: map[string]*Syntax{s.key: s}}
	return d.convert(distinctDiagnostics(diags))
}
