package bake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A ListedTarget is one line of `bake --list=targets`.
type ListedTarget struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Group       bool   `json:"group,omitempty"`
}

// ListTargets lists targets and groups by name, without the private ones. It
// is nil when there is none. Its error is a *Error.
func (d *Definition) ListTargets(ctx context.Context) ([]ListedTarget, error) {
	defer d.enter(ctx)()
	if err := d.soundTargets(); err != nil {
		return nil, err
	}
	p := &planner{d: d, memo: d.memo, linked: map[string]bool{}}
	var out []ListedTarget
	for _, name := range d.names {
		if strings.HasPrefix(name, "_") || d.groups[name] != nil {
			continue
		}
		t, _, err := p.resolve(name, map[string]bool{})
		if err != nil {
			return nil, err
		}
		out = append(out, ListedTarget{Name: name, Description: t.Description})
	}
	for _, name := range d.groupList {
		if strings.HasPrefix(name, "_") {
			continue
		}
		g, err := d.printedGroup(name)
		if err != nil {
			return nil, err
		}
		out = append(out, ListedTarget{Name: name, Description: g.listed(), Group: true})
	}
	slices.SortFunc(out, func(a, b ListedTarget) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// sound is the error that keeps anything from being planned or listed.
func (d *Definition) sound() error {
	d.loadCompose()
	if err := d.composeError(); err != nil {
		return err
	}
	if diags := d.prepare(); diags.HasErrors() {
		return d.newError(diags)
	}
	return nil
}

// composeError is the error of the Compose files, if they cannot be used.
func (d *Definition) composeError() error {
	e := &Error{}
	var lines []string
	for _, one := range d.composeDiags {
		if one.Severity != diag.Error {
			continue
		}
		e.Diagnostics = append(e.Diagnostics, one)
		if len(lines) == maxShown {
			continue
		}
		place, excerpt := d.composePlace(one)
		if excerpt != "" && !slices.Contains(e.Excerpts, excerpt) {
			e.Excerpts = append(e.Excerpts, excerpt)
		}
		lines = append(lines, d.redact(place+one.Message))
	}
	if len(lines) == 0 {
		return nil
	}
	if more := len(e.Diagnostics) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more errors", more))
	}
	e.message = strings.Join(lines, "\n")
	return e
}

// composePlace is where an error of a Compose file stands, as text, and the
// source around it; both are empty when it is not known.
func (d *Definition) composePlace(one diag.Diagnostic) (place, around string) {
	s, ok := d.syntax[one.File]
	if !ok || one.Span.IsZero() {
		return "", ""
	}
	lines := s.Lines()
	line := lines.Line(one.Span.Start)
	column := utf8.RuneCountInString(string(s.data[lines.Span(line).Start:one.Span.Start])) + 1
	return fmt.Sprintf("%s:%d,%d: ", s.name, line+1, column), excerpt(s.name, lines, line, line)
}

// soundTargets is sound with every target evaluated: lists, unlike plans,
// fail for any of them.
func (d *Definition) soundTargets() error {
	if err := d.sound(); err != nil {
		return err
	}
	var diags hcl.Diagnostics
	for _, name := range d.names {
		_, more := d.declared(d.targets[name])
		diags = append(diags, more...)
	}
	for _, name := range d.groupList {
		_, more := d.groupTargets(d.groups[name])
		diags = append(diags, more...)
	}
	if diags.HasErrors() {
		return d.newError(diags)
	}
	return nil
}

// listed is a group's description with its members.
func (g *Group) listed() string {
	members := slices.Clone(g.Targets)
	slices.Sort(members)
	list := strings.Join(slices.Compact(members), ", ")
	switch {
	case g.Description == "":
		return list
	case list == "":
		return g.Description
	}
	return g.Description + " (" + list + ")"
}

// A ListedVariable is one line of `bake --list=variables`. Value is nil for
// null, else the value as text: JSON for lists and objects.
type ListedVariable struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Type        string  `json:"type,omitempty"`
	Value       *string `json:"value,omitempty"`
}

// ListVariables lists the variables by name; it is never nil. Sensitive ones
// have no value. Its error is a *Error.
func (d *Definition) ListVariables(ctx context.Context) ([]ListedVariable, error) {
	defer d.enter(ctx)()
	if err := d.soundTargets(); err != nil {
		return nil, err
	}
	out := []ListedVariable{}
	for _, name := range sortedKeys(d.variables) {
		v := d.variables[name]
		listed := ListedVariable{Name: name, Description: d.variableText(v, "description")}
		val, _ := d.valueOf(name)
		if v.typed != cty.NilType {
			listed.Type = v.typed.FriendlyName()
		}
		if !v.cell.sensitive {
			listed.Value = listedValue(val)
		}
		out = append(out, listed)
	}
	return out, nil
}

// variableText is a text attribute of a variable's block.
func (d *Definition) variableText(v *variable, name string) string {
	a := v.block.attr(name)
	if a == nil {
		return ""
	}
	val, diags := d.evaluate(a, nil)
	if diags.HasErrors() {
		return ""
	}
	return str(val)
}

// listedValue is a value as Buildx lists it: its JSON, without the quotes of a string.
func listedValue(val cty.Value) *string {
	if val.IsNull() || !val.IsKnown() {
		return nil
	}
	data, err := ctyjson.Marshal(val, val.Type())
	if err != nil {
		return nil
	}
	s := strings.Trim(string(data), `"`)
	return &s
}
