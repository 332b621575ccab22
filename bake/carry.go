package bake

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A carrier takes over what an earlier definition has evaluated, as far as
// nothing it depends on has changed. Blocks are compared by identity: those
// that Reparse kept are the same.
type carrier struct {
	d, old  *Definition
	changed map[string]bool // names with other blocks: "V", "f()", "target.x", "target.*"
	memo    map[string]bool // names found to be stale, or not
	labels  map[string][]*block
}

// carry copies the cells of an earlier definition that are still right.
func (d *Definition) carry(old *Definition) {
	if old == nil || !sameFiles(d, old) {
		return
	}
	old.mu.Lock()
	defer old.mu.Unlock()
	c := &carrier{d: d, old: old, changed: map[string]bool{}, memo: map[string]bool{}}
	c.findChanges()
	c.values()
	for b, p := range d.plain {
		c.part(p, old.plain[b])
	}
	c.instances()
	d.secrets = slices.Clone(old.secrets)
}

// sameFiles tells whether two definitions differ in nothing but the text of
// HCL and JSON files.
func sameFiles(d, old *Definition) bool {
	return slices.EqualFunc(d.files, old.files, func(a, b *Syntax) bool {
		return a.key == b.key && a.kind == b.kind && (a.kind != KindCompose || string(a.data) == string(b.data))
	})
}

// findChanges compares which blocks stand behind each name.
func (c *carrier) findChanges() {
	for name := range merged(c.d.variables, c.old.variables) {
		a, b := c.d.variables[name], c.old.variables[name]
		c.changed[name] = a == nil || b == nil || a.block != b.block
	}
	for name := range merged(c.d.globals, c.old.globals) {
		a, b := c.d.globals[name], c.old.globals[name]
		if a == nil || b == nil || a.attr != b.attr {
			c.changed[name] = true
		}
	}
	for name := range merged(c.d.functions, c.old.functions) {
		a, b := c.d.functions[name], c.old.functions[name]
		c.changed[name+"()"] = a == nil || b == nil || a.block != b.block
	}
	c.labels = labelled(c.d)
	before := labelled(c.old)
	for key := range merged(c.labels, before) {
		a, b := c.labels[key], before[key]
		if slices.Equal(a, b) {
			continue
		}
		c.changed[key] = true
		if slices.ContainsFunc(slices.Concat(a, b), func(b *block) bool { return b.attr("matrix") != nil }) {
			c.changed["target.*"] = true
		}
	}
}

func merged[V any](a, b map[string]V) map[string]V {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// labelled lists the target and group blocks of each name, in order.
func labelled(d *Definition) map[string][]*block {
	out := make(map[string][]*block, len(d.order))
	for _, b := range d.order {
		if b.kind == "target" || b.kind == "group" {
			key := b.kind + "." + b.name()
			out[key] = append(out[key], b)
		}
	}
	return out
}

// values takes over variables and global attributes.
func (c *carrier) values() {
	for name, v := range c.d.variables {
		if before := c.old.variables[name]; before != nil && before.cell.state == done && !c.stale(name) {
			v.cell, v.origin, v.typed = before.cell, before.origin, before.typed
			if a := v.block.attr("default"); v.origin.Kind == FromDefault && a != nil {
				v.origin.Place = c.d.place(a.expr.Range())
			}
		}
	}
	for name, g := range c.d.globals {
		if before := c.old.globals[name]; before != nil && before.cell.state == done && !c.stale(name) {
			g.cell = before.cell
		}
	}
}

// part takes over the attributes of one block.
func (c *carrier) part(p, before *part) {
	if before == nil || p.block != before.block {
		return
	}
	all := true
	for i, a := range p.block.attrs {
		if c.staleAttr(a) {
			all = false
			continue
		}
		if before.cells[i].state == done {
			p.cells[i] = before.cells[i]
		}
	}
	if all && before.ownSet && c.unmoved(p.block) {
		p.own, p.ownErr, p.ownSet = before.own, before.ownErr, true
	}
}

// unmoved tells whether a block stands where it stood: its target holds places.
func (c *carrier) unmoved(b *block) bool { return c.d.place(b.rng) == c.old.place(b.rng) }

// instances keeps the parts of matrices for the time they are expanded.
func (c *carrier) instances() {
	c.d.carried = map[*block][]*part{}
	for _, name := range c.old.names {
		for _, before := range c.old.targets[name].parts {
			b := before.block
			if b == nil || c.old.plain[b] != nil || c.staleBlock(b) {
				continue
			}
			p := newPart(b, before.locals)
			c.part(p, before)
			c.d.carried[b] = append(c.d.carried[b], p)
		}
	}
}

func (c *carrier) staleBlock(b *block) bool {
	matrix, name := b.attr("matrix"), b.attr("name")
	return matrix == nil || c.staleAttr(matrix) || name != nil && c.staleAttr(name)
}

// staleAttr tells whether an attribute may evaluate to something else now.
func (c *carrier) staleAttr(a *attribute) bool {
	if a == nil {
		return false
	}
	deps := a.deps()
	for _, call := range deps.calls {
		if c.stale(call + "()") {
			return true
		}
	}
	return slices.ContainsFunc(deps.refs, c.staleRef)
}

func (c *carrier) staleRef(ref hcl.Traversal) bool {
	root := ref.RootName()
	if root != "target" && root != "group" {
		return c.stale(root)
	}
	if len(ref) < 2 {
		return true
	}
	name, ok := ref[1].(hcl.TraverseAttr)
	if !ok || c.changed["target.*"] || c.changed[root+"."+name.Name] {
		return true
	}
	return c.stale(refKey(ref))
}

// stale tells whether a name stands for something that changed or depends on
// such. On a cycle the first answer is no: what is on it is decided by the rest.
func (c *carrier) stale(key string) bool {
	if c.changed[key] {
		return true
	}
	if known, ok := c.memo[key]; ok {
		return known
	}
	c.memo[key] = false
	c.memo[key] = c.computeStale(key)
	return c.memo[key]
}

func (c *carrier) computeStale(key string) bool {
	if g := c.d.globals[key]; g != nil {
		return c.staleAttr(g.attr)
	}
	if v := c.d.variables[key]; v != nil {
		return c.staleAttr(v.block.attr("default"))
	}
	if n := len(key); n > 2 && key[n-2:] == "()" {
		f := c.d.functions[key[:n-2]]
		return f != nil && c.staleAttr(f.result)
	}
	return c.staleBlockRef(key)
}

// staleBlockRef is stale for "target.NAME" and "target.NAME.ATTRIBUTE".
func (c *carrier) staleBlockRef(key string) bool {
	kind, name, attr := splitRef(key)
	if kind == "" {
		return false
	}
	blocks := c.labels[kind+"."+name]
	if len(blocks) == 0 {
		return true // perhaps an instance of a matrix
	}
	for _, b := range blocks {
		for _, a := range b.attrs {
			if (attr == "" || a.name == attr) && c.staleAttr(a) {
				return true
			}
		}
	}
	return false
}

// splitRef takes a key of refKey apart; kind is empty when it is of another form.
func splitRef(key string) (kind, name, attr string) {
	kind, rest, ok := strings.Cut(key, ".")
	if !ok || kind != "target" && kind != "group" {
		return "", "", ""
	}
	name, attr, _ = strings.Cut(rest, ".")
	return kind, name, attr
}
