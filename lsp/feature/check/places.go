package check

import (
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
)

// origin is where a target's attribute is written, else the target's name.
func (r *references) origin(t *bake.Target, key string) bake.Place {
	if o, ok := t.Origins[key]; ok && !o.Place.IsZero() {
		return r.inner(o.Place)
	}
	return r.labels[t.Name]
}

// dockerfileOrigin is where it is written which Dockerfile is meant.
func (r *references) dockerfileOrigin(t *bake.Target) bake.Place {
	if _, ok := t.Origins["dockerfile"]; ok {
		return r.origin(t, "dockerfile")
	}
	return r.origin(t, "context")
}

// inner is a place without the quotes around it.
func (r *references) inner(p bake.Place) bake.Place {
	f := r.source(p.File)
	if f == nil {
		return p
	}
	if f.Language == workspace.Compose {
		_, p.Span = composeEntry(f.Text(), p.Span)
		return p
	}
	if s := p.Span.In(f.Text()); len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		p.Span = text.Span{Start: p.Span.Start + 1, End: p.Span.End - 1}
	}
	return p
}

func (r *references) source(path string) *workspace.File {
	if path == r.file.Path {
		return r.file
	}
	return r.snap.File(path)
}

// keyOrigin is where the key of an entry of a target's map is written.
func (r *references) keyOrigin(t *bake.Target, key string) bake.Place {
	p := t.Origins[key].Place
	f := r.source(p.File)
	if f == nil {
		return p
	}
	if f.Language == workspace.Compose {
		p.Span, _ = composeEntry(f.Text(), p.Span)
		return p
	}
	at := bakefile.TreeOf(r.ctx, f).At(p.Span.Start)
	if len(at.Entries) == 0 {
		return p
	}
	if name, ok := at.Entries[len(at.Entries)-1].Name(); ok {
		p.Span = name.Span
	}
	return p
}

// composeEntry splits what stands at a span of a Compose file, "key: value" or
// "key=value" in a list, into the spans of both, without quotes. What is
// neither is taken for a value.
func composeEntry(src string, at text.Span) (key, value text.Span) {
	s := at.In(src)
	i := strings.IndexAny(s, ":=")
	if i < 0 || strings.ContainsRune(s, '\n') && strings.IndexByte(s, '\n') < i {
		return at, unquoted(src, at)
	}
	key = unquoted(src, text.Span{Start: at.Start, End: at.Start + i})
	value = unquoted(src, text.Span{Start: at.Start + i + 1, End: at.End})
	if value.Len() == 0 || strings.ContainsRune(value.In(src), '\n') {
		value = key
	}
	return key, value
}

// unquoted is a span without the blanks and quotes around it.
func unquoted(src string, at text.Span) text.Span {
	blank := func(c byte) bool { return c == ' ' || c == '\t' || c == '"' || c == '\'' }
	for at.Start < at.End && blank(src[at.Start]) {
		at.Start++
	}
	for at.End > at.Start && blank(src[at.End-1]) {
		at.End--
	}
	return at
}
