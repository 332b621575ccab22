package bakefile

import (
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// valueOf evaluates one expression of the file as a whole.
func (v *view) valueOf(e *tree.Expr) (bake.Value, bool) {
	if v.def == nil || e == nil {
		return bake.Value{}, false
	}
	for _, offset := range v.handles(e) {
		val, ok := v.def.ValueAt(v.ctx, v.file.Path, offset)
		if ok && v.isWhole(val, e) {
			return val, true
		}
	}
	return bake.Value{}, false
}

// isWhole tells whether a value is that of e and not of a part. The evaluator
// sees a JSON string without its quotes, and decoded: escapes make it shorter.
func (v *view) isWhole(val bake.Value, e *tree.Expr) bool {
	if v.tree.JSON && e.Kind == tree.String {
		return val.Span.Start == e.Inner.Start && (val.Span.End == e.Inner.End || strings.Contains(e.Inner.In(v.tree.Source), `\`))
	}
	return val.Span == e.Span
}

// handles are the offsets at which the innermost expression is likely to be e
// and not one of its parts.
func (v *view) handles(e *tree.Expr) []int {
	switch {
	case e.Kind == tree.String && v.tree.JSON:
		return []int{e.Inner.Start}
	case e.Kind == tree.Ref && len(e.Steps) > 0:
		return []int{e.Span.End, e.Span.Start}
	case e.Kind == tree.Operation:
		var out []int
		for i, item := range e.Items[1:] {
			if end := e.Items[i].Span.End; end+1 < item.Span.Start {
				out = append(out, end+1)
			}
		}
		return out
	}
	return []int{e.Span.Start}
}

var originNames = map[bake.OriginKind]string{
	bake.FromAttribute: "written here",
	bake.FromDefault:   "the default",
	bake.FromCompose:   "a Compose service",
}

// originText says where a value came from.
func (v *view) originText(o bake.Origin) string {
	var out string
	switch o.Kind {
	case bake.FromInherited:
		out = "inherited from `" + o.Via + "`"
	case bake.FromOverride:
		out = "set by " + code(o.Via)
	case bake.FromEnvironment:
		out = "from the environment (`" + o.Via + "`)"
	case bake.FromVar:
		out = "from `--var " + o.Via + "`"
	default:
		out = originNames[o.Kind]
	}
	if out == "" || o.Place.IsZero() || o.Place.File == v.file.Path && o.Kind != bake.FromInherited {
		return out
	}
	if f := v.snap.File(o.Place.File); f != nil {
		out += ", " + v.place(o.Place)
	}
	return out
}
