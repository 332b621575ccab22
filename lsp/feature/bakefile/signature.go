package bakefile

import (
	"context"
	"slices"

	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// SignatureHelp shows the parameters of the function that is being called at
// the offset. It is nil outside of a call.
func SignatureHelp(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) *feature.SignatureHelp {
	v := newView(ctx, snap, f)
	for _, e := range slices.Backward(v.tree.At(offset).Exprs) {
		if e.Kind != tree.Call || !e.Inner.Contains(offset) {
			continue
		}
		fn, ok := v.function(e.Name.Text)
		if !ok {
			return nil
		}
		return &feature.SignatureHelp{Signatures: []feature.Signature{fn.signature()}, Parameter: parameterAt(fn, e, offset)}
	}
	return nil
}

// parameterAt is the index of the parameter at an offset, -1 when the function
// has none there.
func parameterAt(fn function, call *tree.Expr, offset int) int {
	n := 0
	for _, comma := range call.Commas {
		if comma < offset {
			n++
		}
	}
	last := len(fn.list()) - 1
	if n > last && !fn.variadic() {
		return -1
	}
	return min(n, last)
}
