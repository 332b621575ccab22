package bake

import (
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/hashicorp/hcl/v2"
)

// checkReferences holds what targets and groups name against what there is:
// missing ones are errors, inheritance in a circle a warning.
func (d *Definition) checkReferences() hcl.Diagnostics {
	var diags hcl.Diagnostics
	parents := newGraph(d.names, d.parentsOf)
	links := newGraph(d.names, d.linksOf)
	members := newGraph(d.groupList, d.membersOf)
	for _, name := range d.names {
		t := d.targets[name]
		own, failed := d.declared(t)
		if failed.HasErrors() {
			continue
		}
		for _, parent := range own.Inherits {
			if d.targets[parent] == nil {
				diags = append(diags, d.unknownName("target", parent, d.memberRange(t, "inherits", parent), d.names))
			} else if path := parents.path(parent, name); path != nil {
				diags = append(diags, warning("inheritance-cycle", d.memberRange(t, "inherits", parent),
					"%s inherits itself (%s); Buildx ignores the way back.", name, strings.Join(append([]string{name}, path...), " -> ")))
			}
		}
		diags = append(diags, d.checkLinks(name, own, links)...)
	}
	for _, name := range d.groupList {
		diags = append(diags, d.checkMembers(d.groups[name], members)...)
	}
	return diags
}

// unknownName is the error for a name of a target or group that nothing declares.
func (d *Definition) unknownName(what, name string, at *hcl.Range, known []string) *hcl.Diagnostic {
	p := problem("unknown-target", at, "Unknown "+what, "There is no %s named %q.", what, name)
	if near := text.Near(name, known); near != "" && near != name {
		p.Detail += " Did you mean \"" + near + "\"?"
	}
	return p
}

// checkLinks checks the contexts of a target that name others.
func (d *Definition) checkLinks(name string, own *Target, links *graph) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, key := range sortedKeys(own.Contexts) {
		to, ok := linkTo(own.Contexts[key])
		switch {
		case !ok:
		case to == name:
			diags = append(diags, problem("link", d.linkRange(name, to), "Invalid context", "Target %s cannot link to itself.", name))
		case d.targets[to] == nil:
			diags = append(diags, d.unknownName("target", to, d.linkRange(name, to), d.names))
		default:
			if path := links.path(to, name); path != nil {
				diags = append(diags, problem("link-cycle", d.linkRange(name, to), "Invalid context",
					"Targets link to each other in a circle: %s.", strings.Join(append([]string{name}, path...), " -> ")))
			}
		}
	}
	return diags
}

// checkMembers checks a group's list.
func (d *Definition) checkMembers(g *group, graph *graph) hcl.Diagnostics {
	if g.block == nil {
		return nil
	}
	members, failed := d.groupTargets(g)
	if failed.HasErrors() {
		return nil
	}
	var diags hcl.Diagnostics
	for _, member := range members {
		if d.targets[member] == nil && d.groups[member] == nil {
			known := append(append([]string{}, d.names...), d.groupList...)
			diags = append(diags, d.unknownName("target or group", member, g.memberRange(member), known))
		} else if path := graph.path(member, g.name); path != nil {
			diags = append(diags, problem("group-cycle", g.memberRange(member), "Group cycle",
				"Groups contain each other in a circle: %s.", strings.Join(append([]string{g.name}, path...), " -> ")))
		}
	}
	return diags
}

// blockAttrs lists what the blocks other than targets may have.
var blockAttrs = map[string][]string{
	"group":      {"description", "targets"},
	"variable":   {"default", "description", "sensitive", "type"},
	"function":   {"params", "result", "variadic_params"},
	"validation": {"condition", "error_message"},
	"target":     append(attrNames("target"), "matrix", "name"),
}

// attrsOf lists the attributes a kind of block may have.
func attrsOf(kind string) []string { return blockAttrs[kind] }

// checkUnknown warns of attributes and blocks that mean nothing: Buildx
// ignores them without a word.
func (d *Definition) checkUnknown() hcl.Diagnostics {
	var diags hcl.Diagnostics
	kinds := []string{"target", "group", "variable", "function"}
	for _, s := range d.files {
		for _, c := range s.chunks {
			for _, b := range c.blocks {
				if attrsOf(b.kind) == nil || b.kind == "validation" {
					diags = append(diags, unknown("block", b.kind, &b.kindRange, kinds))
					continue
				}
				diags = append(diags, unknownIn(b)...)
			}
			for _, a := range c.attrs {
				if reserved(a.name) {
					diags = append(diags, warning("reserved-name", &a.nameRange, "%q is a reserved name: this has no effect.", a.name))
				}
			}
		}
	}
	return diags
}

func unknownIn(b *block) hcl.Diagnostics {
	var diags hcl.Diagnostics
	known := attrsOf(b.kind)
	for _, a := range b.attrs {
		if !slices.Contains(known, a.name) {
			diags = append(diags, unknown("attribute", a.name, &a.nameRange, known))
		}
	}
	for _, nested := range b.blocks {
		switch {
		case b.kind == "variable" && nested.kind == "validation":
			diags = append(diags, unknownIn(nested)...)
		case slices.Contains(known, nested.kind):
			diags = append(diags, warning("unknown-block", &nested.kindRange,
				"%s is an attribute: write %s = { ... }. This block has no effect.", nested.kind, nested.kind))
		default:
			diags = append(diags, unknown("block", nested.kind, &nested.kindRange, known))
		}
	}
	return diags
}

// unknown warns of a name, with the one that was probably meant.
func unknown(what, name string, at *hcl.Range, known []string) *hcl.Diagnostic {
	w := warning("unknown-"+what, at, "Unknown %s %q: it has no effect.", what, name)
	if near := text.Near(name, known); near != "" {
		w.Detail += " Did you mean \"" + near + "\"?"
	}
	return w
}
