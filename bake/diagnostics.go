package bake

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Diagnostics are all independent problems of the whole definition: syntax,
// names, variables, functions, every target's attributes, and what targets
// and groups name. They are sorted by file and place. A cancelled context
// gives nil.
func (d *Definition) Diagnostics(ctx context.Context) []diag.Diagnostic {
	defer d.enter(ctx)()
	d.loadCompose()
	diags := d.evaluateNames()
	d.expand()
	diags = append(diags, d.parsed...)
	for _, name := range d.names {
		for _, part := range d.targets[name].parts {
			_, more := d.own(name, part)
			diags = append(diags, more...)
		}
	}
	for _, name := range d.groupList {
		_, more := d.groupTargets(d.groups[name])
		diags = append(diags, more...)
		if g := d.groups[name]; g.block != nil {
			_, more = d.groupAttr(g, "description")
			diags = append(diags, more...)
		}
	}
	diags = append(diags, d.checkReferences()...)
	diags = append(diags, d.checkUnknown()...)
	if d.stopped() {
		return nil
	}
	out := append(d.convert(distinctDiagnostics(diags)), d.composeDiags...)
	slices.SortStableFunc(out, func(a, b diag.Diagnostic) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
	return out
}

// distinctDiagnostics drops repetitions: a problem is found once for each
// thing that depends on it.
func distinctDiagnostics(diags hcl.Diagnostics) hcl.Diagnostics {
	type key struct {
		rng             hcl.Range
		summary, detail string
	}
	seen := map[key]bool{}
	var out hcl.Diagnostics
	for _, d := range diags {
		k := key{summary: d.Summary, detail: d.Detail}
		if d.Subject != nil {
			k.rng = *d.Subject
		}
		if e, ok := d.Extra.(extra); ok && e.stopped || seen[k] {
			continue
		}
		seen[k] = true
		out = append(out, d)
	}
	return out
}

// convert turns diagnostics of HCL into ours. What went wrong in the body of
// a function is shown there, not at its calls.
func (d *Definition) convert(diags hcl.Diagnostics) []diag.Diagnostic {
	var out []diag.Diagnostic
	seen := map[*hcl.Diagnostic]bool{}
	for _, one := range diags {
		for _, root := range rootCauses(one) {
			if !seen[root] {
				seen[root] = true
				out = append(out, d.convertOne(root))
			}
		}
	}
	return slices.CompactFunc(out, func(a, b diag.Diagnostic) bool {
		return a.File == b.File && a.Span == b.Span && a.Message == b.Message
	})
}

// rootCauses follows a failed call of a user function into its body.
func rootCauses(d *hcl.Diagnostic) hcl.Diagnostics {
	call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	if !ok {
		return hcl.Diagnostics{d}
	}
	var failed *callError
	if !errors.As(call.FunctionCallError(), &failed) {
		return hcl.Diagnostics{d}
	}
	var out hcl.Diagnostics
	for _, inner := range failed.diags {
		out = append(out, rootCauses(inner)...)
	}
	return out
}

var severities = map[hcl.DiagnosticSeverity]diag.Severity{
	hcl.DiagError:   diag.Error,
	hcl.DiagWarning: diag.Warning,
}

func (d *Definition) convertOne(h *hcl.Diagnostic) diag.Diagnostic {
	message := d.detail(h)
	if message == "" {
		message = h.Summary
	} else if _, own := h.Extra.(extra); !own && !strings.HasSuffix(message, ".") && !strings.HasSuffix(message, "?") {
		message = h.Summary + ": " + message
	}
	out := diag.Diagnostic{
		Severity: severities[h.Severity],
		Source:   diag.SourceBake,
		Code:     codeOf(h),
		Message:  d.redact(message),
	}
	if _, own := h.Extra.(extra); !own && h.EvalContext == nil && syntaxError(h) {
		out.Source = diag.SourceSyntax
	}
	at := h.Subject
	e, _ := h.Extra.(extra)
	if e.at != nil {
		at = e.at
	}
	if at != nil {
		place := d.place(*at)
		out.File, out.Span = place.File, place.Span
	}
	return out
}

// evaluationSummaries are the headings of HCL's errors that come from
// evaluating, not from parsing.
var evaluationSummaries = map[string]bool{
	"Unknown variable": true, "Call to unknown function": true, "Unsupported attribute": true, "Error in function call": true,
	"Invalid function argument": true, "Not enough function arguments": true, "Too many function arguments": true,
	"Invalid index": true, "Invalid operand": true, "Operation failed": true, "Invalid template interpolation value": true,
	"Inconsistent conditional result types": true, "Attempt to get attribute from null value": true,
	"Attempt to index null value": true, "Iteration over null value": true, "Iteration over non-iterable value": true,
	"Invalid 'for' condition": true, "Duplicate object key": true, "Incorrect condition type": true, "Null condition": true,
	"Null value as key": true, "Incorrect key type": true, "Invalid object key": true, "Splat of null value": true,
	"Invalid type specification": true,
}

func syntaxError(h *hcl.Diagnostic) bool { return !evaluationSummaries[h.Summary] }

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// codeOf is a diagnostic's stable code: ours, or its heading in kebab case.
func codeOf(h *hcl.Diagnostic) string {
	if e, ok := h.Extra.(extra); ok && e.code != "" {
		return e.code
	}
	return strings.Trim(notWord.ReplaceAllString(strings.ToLower(h.Summary), "-"), "-")
}
