package bake

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A Definition is the evaluated form of an Input. It is safe for use by
// several goroutines; each variable, function and attribute is evaluated at
// most once, when it is first needed.
type Definition struct {
	in     Input
	files  []*Syntax
	syntax map[string]*Syntax // by file key
	base   *hcl.EvalContext   // the functions

	variables map[string]*variable
	functions map[string]*userFunction
	targets   map[string]*target // after expansion
	groups    map[string]*group  // after expansion
	order     []*block           // target, group, variable and function blocks in merge order
	plain     map[*block]*part   // of the blocks that are no matrix
	carried   map[*block][]*part // of matrices, from an earlier definition
	globals   map[string]*global

	mu        sync.Mutex // guards everything below and all cells; held while evaluating
	ctx       context.Context
	stack     []string // names being evaluated, for the path of a cycle
	expanded  bool
	names     []string // of targets, in order of declaration
	groupList []string
	parsed    hcl.Diagnostics // of syntax and structure
	composed  bool            // the Compose files are loaded
	project   *compose.Project
	services  []*service // of Compose files
	// composeDiags are of Compose files; an error among them stops every plan.
	composeDiags []diag.Diagnostic
	secrets      []string // values of sensitive variables
	memo         map[string]*Target
	budget       *budget
}

// labelPattern is what names of targets and groups look like.
var labelPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

const labelMessage = `only "[a-zA-Z0-9_-]+" are allowed`

// New makes the definition of an input. It never fails: what is wrong with
// its files becomes diagnostics, and all that could be read can be evaluated.
func New(in Input) *Definition {
	d := &Definition{
		in:        in,
		syntax:    map[string]*Syntax{},
		variables: map[string]*variable{},
		functions: map[string]*userFunction{},
		globals:   map[string]*global{},
		plain:     map[*block]*part{},
		memo:      map[string]*Target{},
		budget:    &budget{},
	}
	for _, f := range in.Files {
		s := f.Syntax
		if s == nil {
			s = Parse(f)
		}
		d.files = append(d.files, s)
		d.syntax[s.key] = s
	}
	d.base = &hcl.EvalContext{Variables: map[string]cty.Value{}, Functions: library(in)}
	d.base.Functions[loopName] = d.loopFunc()
	d.base.Variables[budgetName] = cty.CapsuleVal(budgetType, d.budget)
	for _, s := range d.files {
		d.load(s)
	}
	d.loadFunctions()
	d.carry(in.Previous)
	d.in.Previous = nil
	return d
}

// load registers what one file declares.
func (d *Definition) load(s *Syntax) {
	for _, c := range s.chunks {
		d.parsed = append(d.parsed, c.diags...)
		for _, a := range c.attrs {
			if !reserved(a.name) {
				d.globals[a.name] = &global{attr: a}
			}
		}
		for _, b := range c.blocks {
			d.loadBlock(b)
		}
	}
	d.parsed = append(d.parsed, s.diags...)
}

// loadBlock registers a top-level block; those of unknown kinds mean nothing.
func (d *Definition) loadBlock(b *block) {
	switch b.kind {
	case "target", "group", "variable", "function":
	default:
		return
	}
	if !d.checkLabels(b) {
		return
	}
	d.order = append(d.order, b)
	if (b.kind == "target" || b.kind == "group") && b.attr("matrix") == nil {
		d.plain[b] = newPart(b, nil)
	}
	switch name := b.name(); b.kind {
	case "variable":
		if !reserved(name) {
			d.variables[name] = newVariable(b)
		}
	case "function":
		if _, builtin := d.base.Functions[name]; !builtin {
			d.functions[name] = newUserFunction(b)
		}
	}
}

// checkLabels demands exactly one label.
func (d *Definition) checkLabels(b *block) bool {
	switch {
	case len(b.labels) == 0:
		d.parsed = append(d.parsed, problem("missing-label", &b.kindRange, "Missing name for "+b.kind,
			"All %s blocks must have 1 labels (name).", b.kind))
	case len(b.labels) > 1:
		d.parsed = append(d.parsed, problem("extra-label", &b.labels[1].rng, "Extraneous label for "+b.kind,
			"Only 1 labels (name) are expected for %s blocks.", b.kind))
	default:
		return true
	}
	return false
}

// reserved tells whether a name belongs to the language: a variable or
// attribute of that name is ignored.
func reserved(name string) bool {
	return name == "target" || name == "group" || name == "BAKE_CMD_CONTEXT" || name == "BAKE_LOCAL_PLATFORM"
}

// enter takes the lock for one public call and sets its context.
func (d *Definition) enter(ctx context.Context) func() {
	d.mu.Lock()
	d.ctx = ctx
	return func() {
		d.ctx = nil
		d.stack = d.stack[:0]
		d.mu.Unlock()
	}
}

// stopped tells whether the call that evaluates was cancelled. What is
// computed after that must not be kept.
func (d *Definition) stopped() bool { return d.ctx != nil && d.ctx.Err() != nil }

// place turns a range of a chunk into a place in a file.
func (d *Definition) place(r hcl.Range) Place {
	key, _, _ := strings.Cut(r.Filename, "\x00")
	s, ok := d.syntax[key]
	if !ok {
		return Place{}
	}
	span, _ := s.span(r)
	return Place{File: s.key, Span: span}
}

// headerOf is the first line of what stands at p.
func (d *Definition) headerOf(p Place) Place {
	s, ok := d.syntax[p.File]
	if !ok {
		return p
	}
	lines := s.Lines()
	end := lines.Span(lines.Line(p.Span.Start)).End
	return Place{File: p.File, Span: text.Span{Start: p.Span.Start, End: max(min(end, p.Span.End), p.Span.Start)}}
}
