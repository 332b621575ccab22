package bake

import (
	"errors"
	"path"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// own is what one block says about a target: all its attributes evaluated and
// decoded, with their origins. It is computed once.
func (d *Definition) own(name string, p *part) (*Target, hcl.Diagnostics) {
	if p.service != nil {
		return p.service.target, nil
	}
	if p.ownSet {
		return p.own, p.ownErr
	}
	t := &Target{Name: name, Origins: make(map[string]Origin, len(p.block.attrs))}
	var diags hcl.Diagnostics
	for i, a := range p.block.attrs {
		spec, ok := targetAttrOf(a.name)
		if !ok {
			continue
		}
		val, more := d.attrValue("target."+name, p, i)
		diags = append(diags, more...)
		if more.HasErrors() || val.IsNull() || !val.IsWhollyKnown() {
			continue
		}
		if err := decode(spec, t, val); err != nil {
			diags = append(diags, unsuitable(a, err))
			continue
		}
		d.originate(t, a, val)
	}
	if d.stopped() {
		return nil, stoppedDiagnostics()
	}
	if d.in.FileRelativePaths {
		d.rebase(t, p)
	}
	p.own, p.ownErr, p.ownSet = t, diags, true
	return p.own, p.ownErr
}

var errNullString = errors.New("string is required, not null")

// decode sets one attribute of t. Lists may not hold nulls.
func decode(spec targetAttr, t *Target, val cty.Value) error {
	if spec.typ == stringList {
		for it := val.ElementIterator(); it.Next(); {
			if _, e := it.Element(); e.IsNull() {
				return errNullString
			}
		}
	}
	return spec.set(t, val)
}

// originate records where an attribute's value is written; for maps also
// where each key's is.
func (d *Definition) originate(t *Target, a *attribute, val cty.Value) {
	place := d.place(a.expr.Range())
	t.Origins[a.name] = Origin{Kind: FromAttribute, Place: place}
	if !val.Type().IsMapType() {
		return
	}
	written := map[string]Place{}
	if pairs, diags := hcl.ExprMap(a.expr); !diags.HasErrors() {
		for _, pair := range pairs {
			if key := hcl.ExprAsKeyword(pair.Key); key != "" {
				written[key] = d.place(pair.Value.Range())
			} else if lit, diags := pair.Key.Value(nil); !diags.HasErrors() && lit.Type() == cty.String && !lit.IsNull() {
				written[lit.AsString()] = d.place(pair.Value.Range())
			}
		}
	}
	for it := val.ElementIterator(); it.Next(); {
		k, v := it.Element()
		if v.IsNull() {
			continue
		}
		at, ok := written[k.AsString()]
		if !ok {
			at = place
		}
		t.Origins[a.name+"."+k.AsString()] = Origin{Kind: FromAttribute, Place: at}
	}
}

// rebase makes the block's local paths relative to the folder of its file
// instead of the working directory.
func (d *Definition) rebase(t *Target, p *part) {
	dir := d.dirOf(p.block.rng)
	if t.Context != nil {
		joined := joinLocal(dir, *t.Context)
		t.Context = &joined
	}
	for name, value := range t.Contexts {
		if value != "" {
			t.Contexts[name] = joinLocal(dir, value)
		}
	}
}

// dirOf is the folder of a file relative to the working directory, with
// forward slashes.
func (d *Definition) dirOf(r hcl.Range) string {
	place := d.place(r)
	if d.in.Dir == "" || !filepath.IsAbs(place.File) {
		return "."
	}
	rel, err := filepath.Rel(d.in.Dir, filepath.Dir(place.File))
	if err != nil {
		return filepath.ToSlash(filepath.Dir(place.File))
	}
	return filepath.ToSlash(rel)
}

// joinLocal puts dir before a relative local path; anything else stays.
func joinLocal(dir, p string) string {
	if strings.Contains(p, "://") || strings.HasPrefix(p, "target:") || IsRemote(p) || path.IsAbs(p) || filepath.IsAbs(p) {
		return p
	}
	return path.Join(dir, filepath.ToSlash(p))
}
