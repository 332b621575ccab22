package bake

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Declarations lists what the definition declares, matrix instances included:
// first the services of Compose files, then file by file in source order.
func (d *Definition) Declarations(ctx context.Context) []Declaration {
	defer d.enter(ctx)()
	d.expand()
	instances := map[*block][]Declaration{}
	var out []Declaration
	for _, name := range d.names {
		for _, p := range d.targets[name].parts {
			switch {
			case p.service != nil:
				out = append(out, p.service.decl)
			default:
				decl := d.declaration(DeclTarget, p.block, name)
				decl.Matrix = p.locals
				instances[p.block] = append(instances[p.block], decl)
			}
		}
	}
	for _, s := range d.files {
		for _, c := range s.chunks {
			out = append(out, d.chunkDeclarations(c.chunk, instances)...)
		}
	}
	return out
}

var blockKinds = map[string]DeclKind{
	"target": DeclTarget, "group": DeclGroup, "variable": DeclVariable, "function": DeclFunction,
}

// chunkDeclarations lists what one top-level item declares.
func (d *Definition) chunkDeclarations(c *chunk, instances map[*block][]Declaration) []Declaration {
	var out []Declaration
	for _, a := range c.attrs {
		place := d.place(a.rng)
		out = append(out, Declaration{
			Kind: DeclGlobal, Name: a.name, Block: a.name, Name_: d.place(a.nameRange), Place: place, Header: d.headerOf(place),
		})
	}
	for _, b := range c.blocks {
		kind, ok := blockKinds[b.kind]
		switch {
		case !ok || len(b.labels) != 1:
		case kind == DeclTarget && b.attr("matrix") != nil:
			group := d.declaration(DeclGroup, b, b.name())
			if g := d.groups[b.name()]; g != nil && g.origin == b {
				out = append(out, group)
			}
			out = append(out, instances[b]...)
		case kind == DeclTarget:
			out = append(out, instances[b]...)
		default:
			out = append(out, d.declaration(kind, b, b.name()))
		}
	}
	return slices.Clip(out)
}

func (d *Definition) declaration(kind DeclKind, b *block, name string) Declaration {
	place := d.place(b.rng)
	return Declaration{
		Kind: kind, Name: name, Block: b.name(), Name_: d.place(b.labels[0].inner()),
		Place: place, Header: d.headerOf(place), Private: strings.HasPrefix(name, "_"),
	}
}

// inner is the label's range inside its quotes, if it has any.
func (l label) inner() hcl.Range {
	r := l.rng
	if r.End.Byte-r.Start.Byte >= len(l.name)+2 {
		r.Start.Byte++
		r.Start.Column++
		r.End.Byte--
		r.End.Column--
	}
	return r
}
