package bakefile

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// A proposal is a value that a string can have.
type proposal struct {
	name   string
	text   string // what is written, when that is not the name
	kind   feature.CompletionKind
	detail string
	doc    string
	more   bool // there is more to type behind it
}

func (p proposal) value() string {
	if p.text != "" {
		return p.text
	}
	return p.name
}

func (p proposal) item(replace text.Span, insert string) feature.CompletionItem {
	return feature.CompletionItem{
		Label: p.name, Kind: p.kind, Detail: p.detail, Documentation: p.doc, Replace: replace, Insert: insert,
		FilterText: insert, SortText: "0" + p.name, Retrigger: p.more,
	}
}

// attr is the name of the attribute at the offset.
func (c *completer) attr() string { return c.at.Attr.Name.Text }

// proposals lists the values that a string at the offset can have.
func (c *completer) proposals() []proposal {
	if c.innermost(tree.Call) != nil {
		return nil
	}
	spec := attributeOf(c.at.Block.Kind.Text, c.attr())
	if spec == nil {
		return nil
	}
	if spec.shape == entries || spec.shape == object {
		if key, ok := c.entryKey(); ok {
			return fieldValues(spec, key)
		}
	}
	if c.at.Block.Kind.Text == "group" && spec.name == "targets" {
		return builds(c.buildNames(true, true))
	}
	if c.at.Block.Kind.Text != "target" {
		return nil
	}
	if list, ok := targetValues[spec.name]; ok {
		return list(c)
	}
	return choices(spec.values)
}

// targetValues list the values of a target's attributes that depend on what
// else there is.
var targetValues = map[string]func(*completer) []proposal{
	"inherits":        func(c *completer) []proposal { return builds(c.otherTargets()) },
	"target":          (*completer).stages,
	"no-cache-filter": (*completer).stages,
	"contexts":        (*completer).contextValues,
	"context":         func(c *completer) []proposal { return c.paths(c.project.Dir, true) },
	"dockerfile":      (*completer).dockerfiles,
}

func choices(list []choice) []proposal {
	var out []proposal
	for _, v := range list {
		out = append(out, proposal{name: v.name, kind: feature.CompleteValue, doc: v.doc})
	}
	return out
}

func builds(names []string) []proposal {
	var out []proposal
	for _, name := range names {
		out = append(out, proposal{name: name, kind: feature.CompleteTarget})
	}
	return out
}

// buildNames lists targets and groups of the project, sorted: what the
// definition makes, else what is written.
func (c *completer) buildNames(targets, groups bool) []string {
	var names []string
	for _, d := range c.declarations() {
		isTarget := d.Kind == bake.DeclTarget || d.Kind == bake.DeclService
		if targets && isTarget || groups && d.Kind == bake.DeclGroup {
			names = append(names, d.Name)
		}
	}
	for _, s := range c.sources() {
		for _, b := range s.tree.Blocks() {
			plain := b.Kind.Text == "target" && b.Attr("matrix") == nil
			if b.Label().Text != "" && (targets && plain || groups && b.Kind.Text == "group") {
				names = append(names, b.Label().Text)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// otherTargets lists the targets but the one that is being written.
func (c *completer) otherTargets() []string {
	return slices.DeleteFunc(c.buildNames(true, false), func(name string) bool { return name == c.at.Block.Label().Text })
}

// stages lists those of the target's Dockerfile.
func (c *completer) stages() []proposal {
	r := c.recipe(c.at.Block)
	model := r.Model(c.snap)
	if model == nil {
		return nil
	}
	var out []proposal
	for _, s := range model.Stages {
		if s.Name.Text != "" {
			out = append(out, proposal{name: s.Name.Text, kind: feature.CompleteStage, detail: "FROM " + s.Base.Text, doc: "Stage of " + c.recipeName(r) + "."})
		}
	}
	return out
}

// contextValues lists what a named context can be: other targets' results.
func (c *completer) contextValues() []proposal {
	var out []proposal
	for _, name := range c.otherTargets() {
		out = append(out, proposal{name: "target:" + name, kind: feature.CompleteTarget, detail: "result of a target"})
	}
	for _, scheme := range []choice{{"docker-image://", "an image"}, {"oci-layout://", "an image in a folder"}} {
		out = append(out, proposal{name: scheme.name, kind: feature.CompleteValue, doc: scheme.doc})
	}
	return out
}

// dockerfiles lists the Dockerfiles in the target's context.
func (c *completer) dockerfiles() []proposal {
	dir := c.recipe(c.at.Block).Context
	if dir == "" {
		return nil
	}
	return c.paths(dir, false)
}

// paths lists the entries of the folder that is being typed, relative to dir.
func (c *completer) paths(dir string, foldersOnly bool) []proposal {
	typed := ""
	if e := c.innermost(tree.String); e != nil {
		typed = c.file.Text()[e.Inner.Start:c.offset]
	}
	folder := path.Dir(typed + "x")
	list, err := c.snap.FS().List(filepath.Join(dir, filepath.FromSlash(folder)))
	if err != nil { // nothing to propose
		return nil
	}
	var out []proposal
	for _, entry := range list {
		name := path.Join(folder, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules":
		case entry.IsDir():
			out = append(out, proposal{name: name, kind: feature.CompleteFolder})
		case !foldersOnly && workspace.LanguageOf("", entry.Name(), "") == workspace.Dockerfile:
			out = append(out, proposal{name: name, kind: feature.CompleteFile})
		}
	}
	return out
}

// entryKey is the key of the object entry whose value is at the offset.
func (c *completer) entryKey() (string, bool) {
	if len(c.at.Entries) == 0 {
		return "", false
	}
	name, ok := c.at.Entries[len(c.at.Entries)-1].Name()
	return name.Text, ok
}

func fieldValues(spec *attribute, key string) []proposal {
	var out []proposal
	for _, f := range spec.fields {
		if f.name == key {
			out = append(out, choices(f.values)...)
		}
	}
	return out
}

// inString proposes what can stand in a string's own text.
func (c *completer) inString(e *tree.Expr) {
	if len(c.at.Entries) > 0 && c.keyOf(e) {
		c.keys(c.innermost(tree.Object), true)
		return
	}
	spec := attributeOf(c.at.Block.Kind.Text, c.attr())
	if spec == nil || e.Heredoc || c.innermost(tree.Call) != nil {
		return
	}
	if _, inEntry := c.entryKey(); spec.shape == entries && !inEntry {
		c.csv(spec, e)
		if len(spec.values) == 0 || strings.Contains(e.Inner.In(c.file.Text()), "=") {
			return
		}
	}
	if !e.Plain {
		return
	}
	for _, p := range c.proposals() {
		c.add(p.item(e.Inner, p.value()))
	}
}

func (c *completer) keyOf(e *tree.Expr) bool { return c.at.Entries[len(c.at.Entries)-1].Key == e }

// csv proposes keys and values of "key=value,key=value" in a string.
func (c *completer) csv(spec *attribute, e *tree.Expr) {
	src := c.file.Text()
	segment := text.Span{Start: e.Inner.Start, End: e.Inner.End}
	if i := strings.LastIndexByte(src[e.Inner.Start:c.offset], ','); i >= 0 {
		segment.Start += i + 1
	}
	if i := strings.IndexByte(src[c.offset:e.Inner.End], ','); i >= 0 {
		segment.End = c.offset + i
	}
	key, _, typed := strings.Cut(src[segment.Start:c.offset], "=")
	if typed {
		segment.Start += len(key) + 1
		for _, p := range fieldValues(spec, key) {
			c.add(p.item(segment, p.value()))
		}
		return
	}
	kind := fieldOf(e.Inner.In(src), "type")
	for _, f := range spec.fields {
		if strings.Contains(src[segment.Start:segment.End], "=") || fieldOf(e.Inner.In(src), f.name) != "" || !f.fits(kind) || c.has(f.name) {
			continue
		}
		p := proposal{name: f.name, text: f.name + "=", kind: feature.CompleteProperty, doc: f.doc, more: len(f.values) > 0}
		c.add(p.item(segment, p.value()))
	}
}

// fieldOf is the value of a key in "key=value,key=value".
func fieldOf(csv, key string) string {
	for part := range strings.SplitSeq(csv, ",") {
		if name, value, ok := strings.Cut(part, "="); ok && name == key {
			return value
		}
	}
	return ""
}

// fits tells whether entries of a type can have the field.
func (f field) fits(kind string) bool {
	return kind == "" || len(f.types) == 0 || slices.Contains(f.types, kind)
}

// keys proposes keys of an object: inside the quotes of one when in is set.
func (c *completer) keys(e *tree.Expr, in bool) {
	if e == nil {
		return
	}
	replace, separator := c.word(), " = "
	entry := c.entryAt(e)
	if entry != nil && entry.Key.Kind == tree.String && entry.Key.Inner.Contains(c.offset) {
		replace = entry.Key.Inner
	}
	if entry != nil && entry.Sep >= 0 || in {
		separator = ""
	}
	for _, k := range c.objectKeys(e) {
		if have := e.Entry(k.name); have != nil && have != entry {
			continue
		}
		insert := k.name
		if !in {
			insert = keyLiteral(k.name, c.tree.JSON)
			if c.tree.JSON && separator != "" {
				separator = ": "
			}
		}
		c.add(feature.CompletionItem{
			Label: k.name, Kind: k.kind, Detail: k.detail, Documentation: k.doc, Replace: replace,
			Insert: insert + separator, FilterText: insert, SortText: "0" + k.name,
		})
	}
}

// keyLiteral writes a key: bare in HCL where that is possible.
func keyLiteral(name string, json bool) string {
	for i := 0; i < len(name); i++ {
		if !nameByte(name[i]) {
			return quote(name)
		}
	}
	if json {
		return quote(name)
	}
	return name
}

func (c *completer) entryAt(e *tree.Expr) *tree.Entry {
	for _, entry := range e.Entries {
		if entry.Key != nil && entry.Key.Span.Contains(c.offset) {
			return entry
		}
	}
	return nil
}

// objectKeys lists the keys an object can have.
func (c *completer) objectKeys(e *tree.Expr) []proposal {
	spec := attributeOf(c.at.Block.Kind.Text, c.attr())
	if e == nil || spec == nil {
		return nil
	}
	switch spec.name {
	case "args":
		return c.args()
	case "labels":
		return choices(labelKeys)
	case "contexts":
		return c.contextKeys()
	}
	kind := ""
	if entry := e.Entry("type"); entry != nil {
		w, _ := entry.Value.Literal()
		kind = w.Text
	}
	var out []proposal
	for _, f := range spec.fields {
		if f.fits(kind) && !slices.ContainsFunc(out, func(p proposal) bool { return p.name == f.name }) {
			out = append(out, proposal{name: f.name, kind: feature.CompleteProperty, doc: f.doc})
		}
	}
	return out
}

// args lists the ARGs of the target's Dockerfile with their defaults.
func (c *completer) args() []proposal {
	r := c.recipe(c.at.Block)
	model := r.Model(c.snap)
	if model == nil {
		return nil
	}
	var out []proposal
	for _, ins := range model.Instructions {
		for _, p := range ins.Pairs {
			if ins.Cmd != "ARG" || p.Key == "" {
				continue
			}
			i := slices.IndexFunc(out, func(o proposal) bool { return o.name == p.Key })
			if i < 0 {
				out = append(out, proposal{name: p.Key, kind: feature.CompleteVariable, detail: "ARG", doc: "Declared in " + c.recipeName(r) + "."})
				i = len(out) - 1
			}
			if p.HasValue && out[i].detail == "ARG" {
				out[i].detail = "default: " + p.Value
			}
		}
	}
	return out
}

// contextKeys lists what a named context can replace: the images and stages of
// the target's Dockerfile.
func (c *completer) contextKeys() []proposal {
	model := c.recipe(c.at.Block).Model(c.snap)
	if model == nil {
		return nil
	}
	var out []proposal
	for _, s := range model.Stages {
		for _, name := range []string{s.BaseName, s.Name.Text} {
			if name == "" || name == "scratch" || slices.ContainsFunc(out, func(p proposal) bool { return p.name == name }) {
				continue
			}
			out = append(out, proposal{name: name, kind: feature.CompleteImage, detail: "replaces what FROM names"})
		}
	}
	return out
}
