package bakefile

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
	"github.com/buildlens/buildlens/lsp/feature/bakefile/tree"
)

// Links lists the paths and URLs of Dockerfiles and contexts that are written
// as literals and lead somewhere.
func Links(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.DocumentLink {
	v := newView(ctx, snap, f)
	var out []feature.DocumentLink
	for _, b := range v.tree.Blocks() {
		if b.Kind.Text != "target" || ctx.Err() != nil {
			continue
		}
		if a := b.Attr("dockerfile"); a != nil {
			if w, ok := a.Value.Literal(); ok {
				out = v.fileLink(out, w.Span, v.recipe(b).Path, "Open the Dockerfile")
			}
		}
		if a := b.Attr("context"); a != nil {
			if w, ok := a.Value.Literal(); ok {
				out = v.contextLink(out, b, w)
			}
		}
		if a := b.Attr("contexts"); a != nil && a.Value != nil {
			for _, e := range a.Value.Entries {
				if w, ok := e.Value.Literal(); ok {
					out = v.url(out, w)
				}
			}
		}
	}
	return out
}

func (v *view) fileLink(out []feature.DocumentLink, span text.Span, path, tooltip string) []feature.DocumentLink {
	if path == "" || v.snap.File(path) == nil {
		return out
	}
	return append(out, feature.DocumentLink{Span: span, Path: path, Tooltip: tooltip})
}

// contextLink leads to the Dockerfile in a folder: editors open no folders.
func (v *view) contextLink(out []feature.DocumentLink, b *tree.Block, w tree.Word) []feature.DocumentLink {
	if _, local := localPath(w.Text); !local {
		return v.url(out, w)
	}
	r := v.recipe(b)
	if r.Context == "" || filepath.Dir(r.Path) != r.Context {
		return out
	}
	return v.fileLink(out, w.Span, r.Path, "Open the Dockerfile in this context")
}

func (v *view) url(out []feature.DocumentLink, w tree.Word) []feature.DocumentLink {
	if !strings.HasPrefix(w.Text, "https://") && !strings.HasPrefix(w.Text, "http://") {
		return out
	}
	return append(out, feature.DocumentLink{Span: w.Span, URL: w.Text})
}
