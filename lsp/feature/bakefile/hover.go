package bakefile

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// Hover explains what stands at the offset, with its evaluated value and where
// that came from. On the first line it also says which project and files make
// the definition. It is nil where there is nothing to say.
func Hover(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) *feature.Hover {
	v := newView(ctx, snap, f)
	h := v.hoverAt(offset)
	if f.Lines().Line(offset) != 0 {
		return h
	}
	about := v.about()
	if h == nil {
		return &feature.Hover{Span: f.Lines().Span(0), Markdown: about}
	}
	h.Markdown += "\n\n---\n\n" + about
	return h
}

// about says which project and files make the definition.
func (v *view) about() string {
	p := v.project
	title := "Bake definition of " + code(p.Dir)
	if p.Name != "" {
		title = "Bake project **" + p.Name + "** in " + code(p.Dir)
	}
	files := make([]string, len(p.Files))
	for i, name := range p.Files {
		files[i] = code(filepath.ToSlash(name))
	}
	out := title + ", made of " + strings.Join(files, ", ")
	if len(files) > 1 {
		out += " (later ones win)"
	}
	if len(p.Set) > 0 {
		out += ", with " + code("--set "+strings.Join(p.Set, " --set "))
	}
	return out + "."
}

func (v *view) hoverAt(offset int) *feature.Hover {
	at := v.tree.At(offset)
	o, named := occurrenceAt(v.tree, offset)
	switch {
	case named && o.kind == buildName:
		return v.hoverBuild(o)
	case named && o.kind == functionName:
		return v.hoverFunction(o, offset)
	case named && o.kind == stageName:
		return v.hoverStage(o)
	case named && o.kind == argName:
		return v.hoverArg(o, at)
	case at.Attr != nil && at.Attr.Name.Span.Contains(offset) && at.Block != v.tree.Root:
		return v.hoverAttribute(at)
	case at.Attr == nil && at.Header != nil && !named:
		return hoverKeyword(at.Header, offset)
	case named && o.kind == variableName:
		return v.hoverVariable(o)
	}
	return v.hoverValue(at, offset)
}

// hoverKeyword explains the kind of a block.
func hoverKeyword(b *tree.Block, offset int) *feature.Hover {
	if !b.Kind.Span.Contains(offset) {
		return nil
	}
	for _, k := range append(topBlocks, validationBlock) {
		if k.name == b.Kind.Text {
			return &feature.Hover{Span: b.Kind.Span, Markdown: k.doc}
		}
	}
	return nil
}

// hoverBuild shows a target as `bake --print` does, or a group's members.
func (v *view) hoverBuild(o occurrence) *feature.Hover {
	decls := v.declarations()
	group := slices.IndexFunc(decls, func(d bake.Declaration) bool { return d.Kind == bake.DeclGroup && d.Name == o.name })
	isTarget := func(d bake.Declaration) bool {
		return d.Name == o.name && (d.Kind == bake.DeclTarget || d.Kind == bake.DeclService)
	}
	target := slices.IndexFunc(decls, isTarget)
	var parts []string
	if target >= 0 {
		parts = append(parts, v.targetMarkdown(decls[target], decls))
	}
	if group >= 0 {
		parts = append(parts, v.groupMarkdown(decls[group], decls))
	}
	if len(parts) == 0 {
		return nil
	}
	return &feature.Hover{Span: o.span, Markdown: strings.Join(parts, "\n\n---\n\n")}
}

func (v *view) targetMarkdown(d bake.Declaration, decls []bake.Declaration) string {
	var out strings.Builder
	fmt.Fprintf(&out, "target **%s**", d.Name)
	if d.Kind == bake.DeclService {
		out.WriteString(" (a Compose service)")
	}
	if d.Block != d.Name && d.Block != "" && d.Kind == bake.DeclTarget {
		fmt.Fprintf(&out, ", of the matrix `%s` with %s", d.Block, axesText(d))
	}
	if places := v.placesOf(d.Name, decls); len(places) > 1 {
		out.WriteString(", merged from " + strings.Join(places, ", "))
	}
	if plan := Resolve(v.ctx, v.def, v.project, d.Name); plan != nil && plan.Targets[d.Name] != nil {
		t := plan.Targets[d.Name]
		if t.Description != "" {
			out.WriteString("\n\n" + t.Description)
		}
		out.WriteString("\n\n" + fence("json", printed(t)))
		out.WriteString(v.originsOf(t))
		return out.String()
	}
	out.WriteString("\n\nIt cannot be resolved while the definition has errors.")
	return out.String()
}

// placesOf lists the places that declare parts of a target.
func (v *view) placesOf(name string, decls []bake.Declaration) []string {
	var out []string
	for _, d := range decls {
		if d.Name == name && (d.Kind == bake.DeclTarget || d.Kind == bake.DeclService) && !d.Name_.IsZero() {
			out = append(out, v.place(d.Name_))
		}
	}
	return out
}

// place is a place as people read it, a link where the editor can follow it.
func (v *view) place(p bake.Place) string {
	name := p.File
	if rel, err := filepath.Rel(v.project.Dir, p.File); err == nil {
		name = filepath.ToSlash(rel)
	}
	f := v.snap.File(p.File)
	if p.File == v.file.Path {
		f = v.file
	}
	if f == nil {
		return code(name)
	}
	return code(fmt.Sprintf("%s:%d", name, f.Lines().Line(p.Span.Start)+1))
}

// originsOf lists the attributes that are not written in the target itself.
func (v *view) originsOf(t *bake.Target) string {
	names := make([]string, 0, len(t.Origins))
	for name, o := range t.Origins {
		if o.Kind != bake.FromAttribute && o.Kind != bake.FromDefault {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out strings.Builder
	for _, name := range names {
		if before, _, ok := strings.Cut(name, "."); ok && slices.Contains(names, before) {
			continue
		}
		fmt.Fprintf(&out, "\n- `%s`: %s", name, v.originText(t.Origins[name]))
	}
	if out.Len() == 0 {
		return ""
	}
	return "\n" + out.String()
}

func axesText(d bake.Declaration) string {
	var out []string
	for name, val := range d.Matrix {
		out = append(out, code(name+" = "+inline(val)))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func (v *view) groupMarkdown(d bake.Declaration, decls []bake.Declaration) string {
	out := fmt.Sprintf("group **%s**", d.Name)
	plan := Resolve(v.ctx, v.def, v.project, d.Name)
	if plan == nil || plan.Groups[d.Name] == nil {
		return out + "\n\nIt cannot be resolved while the definition has errors."
	}
	if g := plan.Groups[d.Name]; g.Description != "" {
		out += "\n\n" + g.Description
	}
	var names []string
	for _, name := range plan.Order {
		if !plan.Targets[name].Linked {
			names = append(names, "`"+name+"`")
		}
	}
	out += fmt.Sprintf("\n\nBuilds %d: %s", len(names), strings.Join(names, ", "))
	for _, other := range decls {
		if other.Kind == bake.DeclTarget && other.Block == d.Name && other.Matrix != nil {
			out += "\n- `" + other.Name + "`: " + axesText(other)
		}
	}
	return out
}

// hoverFunction shows a function's signature and what this call of it gives.
func (v *view) hoverFunction(o occurrence, offset int) *feature.Hover {
	f, ok := v.function(o.name)
	if !ok {
		return nil
	}
	out := fence("hcl", f.label())
	if f.doc != "" {
		out += "\n\n" + f.doc
	}
	if e := v.tree.At(offset).Expr(); e != nil && e.Kind == tree.Call && !o.declares() {
		if val, ok := v.valueOf(e); ok {
			out += "\n\nHere:\n" + fence("hcl", render(val.Value))
		}
	}
	return &feature.Hover{Span: o.span, Markdown: out}
}

// hoverVariable shows a variable's value, where that came from, and what the
// variable is for.
func (v *view) hoverVariable(o occurrence) *feature.Hover {
	for _, b := range builtins {
		if b.name == o.name {
			return v.withValue(o.span, "variable **"+o.name+"**", b.doc)
		}
	}
	var doc string
	for _, at := range v.blocks("variable", o.name) {
		if text, ok := v.textOf(at, "description"); ok {
			doc = text
		}
	}
	return v.withValue(o.span, "variable **"+o.name+"**", doc)
}

// withValue is a hover with the evaluated value of what stands at a span.
func (v *view) withValue(span text.Span, title, doc string) *feature.Hover {
	out := title
	if v.def != nil {
		if val, ok := v.def.ValueAt(v.ctx, v.file.Path, span.Start); ok {
			out += "\n\n" + fence("hcl", valueText(val))
			if origin := v.originText(val.Origin); origin != "" && val.Origin.Kind != bake.FromAttribute {
				out += "\n\nValue: " + origin + "."
			}
		}
	}
	if doc != "" {
		out += "\n\n" + doc
	}
	if out == title {
		return nil
	}
	return &feature.Hover{Span: span, Markdown: out}
}

func valueText(val bake.Value) string {
	if val.Sensitive {
		return "(sensitive)"
	}
	return render(val.Value)
}

// hoverAttribute shows an attribute's value here, the effective one where it
// differs, and its documentation.
func (v *view) hoverAttribute(at tree.Path) *feature.Hover {
	name := at.Attr.Name
	spec := attributeOf(at.Block.Kind.Text, name.Text)
	if spec == nil {
		return nil
	}
	out := fmt.Sprintf("**%s** (%s)", name.Text, shapes[spec.shape].label)
	if v.def != nil && at.Attr.Value != nil {
		if val, ok := v.def.ValueAt(v.ctx, v.file.Path, name.Span.Start); ok {
			out += "\n\n" + fence("hcl", valueText(val))
		}
	}
	if at.Block.Kind.Text == "target" {
		out += v.effective(at.Block, name.Text)
	}
	return &feature.Hover{Span: name.Span, Markdown: out + "\n\n" + spec.markdown()}
}

// effective says where the attribute's value in the resolved target comes from
// when that is not this place.
func (v *view) effective(b *tree.Block, name string) string {
	target, ok := v.firstInstance(b)
	if !ok {
		return ""
	}
	plan := Resolve(v.ctx, v.def, v.project, target)
	if plan == nil || plan.Targets[target] == nil {
		return ""
	}
	t := plan.Targets[target]
	o, ok := t.Origins[name]
	a := b.Attr(name)
	if !ok || a == nil || o.Kind == bake.FromAttribute && o.Place.File == v.file.Path && a.Span.Overlaps(o.Place.Span) {
		return ""
	}
	value, ok := printedAttribute(t, name)
	if !ok {
		return ""
	}
	return fmt.Sprintf("\n\nIn `%s` it is %s: %s.", target, code(shorten(value, 200)), v.originText(o))
}

func (v *view) hoverStage(o occurrence) *feature.Hover {
	r := v.recipe(o.block)
	model := r.Model(v.snap)
	if model == nil {
		return nil
	}
	s := FindStage(model, o.name)
	if s == nil {
		return nil
	}
	return &feature.Hover{Span: o.span, Markdown: "Stage of " + v.recipeName(r) + "\n\n" + fence("dockerfile", s.From.Head.In(model.Source))}
}

// recipeName names a Dockerfile for people.
func (v *view) recipeName(r Recipe) string {
	if r.Inline != nil {
		return "the inline Dockerfile"
	}
	if rel, err := filepath.Rel(v.project.Dir, r.Path); err == nil {
		return code(filepath.ToSlash(rel))
	}
	return code(r.Path)
}

// hoverArg shows a build argument's value and the lines that declare it.
func (v *view) hoverArg(o occurrence, at tree.Path) *feature.Hover {
	out := "build argument **" + o.name + "**"
	if n := len(at.Entries); n > 0 {
		if val, ok := v.valueOf(at.Entries[n-1].Value); ok {
			out += "\n\n" + fence("hcl", valueText(val))
		}
	}
	r := v.recipe(o.block)
	if model := r.Model(v.snap); model != nil {
		var lines []string
		for _, d := range dockerfileNames(model, o) {
			lines = append(lines, d.whole.In(model.Source))
		}
		if len(lines) > 0 {
			out += "\n\nDeclared in " + v.recipeName(r) + "\n\n" + fence("dockerfile", strings.Join(lines, "\n"))
		}
	}
	return &feature.Hover{Span: o.span, Markdown: out}
}

// hoverValue shows the value of any other expression.
func (v *view) hoverValue(at tree.Path, offset int) *feature.Hover {
	e := at.Expr()
	if v.def == nil || e == nil || e.Kind == tree.Other || e.Kind == tree.String && e.Plain && !v.tree.JSON {
		return nil
	}
	val, ok := v.def.ValueAt(v.ctx, v.file.Path, offset)
	if !ok || val.Span.IsZero() || valueText(val) == val.Span.In(v.file.Text()) {
		return nil
	}
	return &feature.Hover{Span: val.Span, Markdown: fence("hcl", valueText(val))}
}
