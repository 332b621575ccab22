package composefile

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Hover explains a variable reference, what a service builds, or a key. It is
// nil where there is nothing to say.
func Hover(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) *feature.Hover {
	v := open(ctx, snap, f)
	if h := v.variableHover(offset); h != nil {
		return h
	}
	p := v.placeAt(offset)
	if p == nil {
		return nil
	}
	if s := p.service; s.NameSpan.Contains(offset) || p.is("build") && p.entry.KeySpan.Contains(offset) {
		return v.serviceHover(p, offset)
	}
	return v.keyHover(p, offset)
}

// variableHover is the value of the reference at the offset.
func (v view) variableHover(offset int) *feature.Hover {
	var found *compose.Interpolation
	for _, i := range v.model.Interpolations() { // the innermost comes last
		if i.Span.Contains(offset) {
			found = &i
		}
	}
	if found == nil {
		return nil
	}
	env, err := v.environment()
	if err != nil { // a broken .env, which the diagnostics report
		return nil
	}
	project := compose.Project{Environment: env}
	set, ok := env[found.Name]
	lines := []string{fmt.Sprintf("`%s` is not set.", found.Name)}
	if ok {
		lines[0] = fmt.Sprintf("`%s` is %s.", found.Name, code(set))
	}
	if expanded, ok := project.Expand(v.model, *found); ok && (expanded != set || !found.NameSpan.Contains(offset)) {
		lines = append(lines, fmt.Sprintf("`%s` becomes %s.", found.Span.In(v.file.Text()), code(expanded)))
	}
	return &feature.Hover{Span: found.Span, Markdown: strings.Join(lines, "\n\n")}
}

// environment is what interpolation looks names up in.
func (v view) environment() (map[string]string, error) {
	lookup, _ := v.snap.Env().Lookup("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP")
	disabled, err := strconv.ParseBool(lookup)
	return compose.Environment(v.ctx, compose.LoadInput{
		Dir: v.project.Dir, Env: v.snap.Env(), Vars: v.project.Vars, FS: v.snap.FS(),
		DisableEnvLookup: err == nil && disabled,
	})
}

// serviceHover tells what building the service means.
func (v view) serviceHover(p *place, offset int) *feature.Hover {
	span := p.service.NameSpan
	if !span.Contains(offset) {
		span = p.entry.KeySpan
	}
	t := v.built(p.service.Name)
	if t == nil {
		return nil
	}
	var out strings.Builder
	fmt.Fprintf(&out, "**%s** builds target `%s`\n", p.service.Name, t.Name)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "\n- %s: %s", name, value)
		}
	}
	src := v.sourceOf(p.service)
	row("context", code(value(t.Context)))
	switch {
	case t.DockerfileInline != nil:
		row("Dockerfile", "inline")
	case src.dockerfile != "":
		row("Dockerfile", code(v.relative(src.dockerfile)))
	}
	row("stage", code(value(t.Target)))
	row("tags", codes(t.Tags))
	row("platforms", codes(t.Platforms))
	row("args", codes(pairs(t.Args)))
	return &feature.Hover{Span: span, Markdown: out.String()}
}

func (v view) relative(path string) string {
	if r, err := filepath.Rel(v.project.Dir, path); err == nil && !strings.HasPrefix(r, "..") {
		return r
	}
	return path
}

// keyHover is the specification's word on a key, and its effective value.
func (v view) keyHover(p *place, offset int) *feature.Hover {
	if !p.entry.KeySpan.Contains(offset) || len(p.keys) == 0 {
		return nil
	}
	table := attributesBelow(append([]string{"services", p.service.Name}, p.keys[:len(p.keys)-1]...))
	key := p.keys[len(p.keys)-1]
	i := slices.IndexFunc(table, func(a compose.Attribute) bool { return a.Name == key })
	if i < 0 {
		return nil
	}
	markdown := fmt.Sprintf("**%s**\n\n%s", key, table[i].Doc)
	if t := v.built(p.service.Name); t != nil && p.keys[0] == "build" && len(p.keys) == 2 {
		if effective := effectiveValue(t, key); effective != "" {
			markdown += "\n\nHere: " + effective
		}
	}
	return &feature.Hover{Span: p.entry.KeySpan, Markdown: markdown}
}

// effectiveValue is what a build attribute comes to in the target.
func effectiveValue(t *bake.Target, key string) string {
	switch key {
	case "context":
		return code(value(t.Context))
	case "dockerfile":
		return code(value(t.Dockerfile))
	case "target":
		return code(value(t.Target))
	case "network":
		return code(value(t.Network))
	case "shm_size":
		return code(value(t.ShmSize))
	case "tags":
		return codes(t.Tags)
	case "platforms":
		return codes(t.Platforms)
	case "args":
		return codes(pairs(t.Args))
	case "labels":
		return codes(pairs(t.Labels))
	case "additional_contexts":
		return codes(pairs(t.Contexts))
	}
	return ""
}

func pairs(m map[string]string) []string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, k+"="+m[k])
	}
	return list
}

func codes(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = code(s)
	}
	return strings.Join(quoted, ", ")
}

// code sets text in Markdown's code font, whatever backticks it has; nothing
// stays nothing.
func code(s string) string {
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

// Highlights finds the occurrences in this file of the service under the cursor.
func Highlights(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) []feature.Highlight {
	v := open(ctx, snap, f)
	name := v.serviceNameAt(offset)
	if name == "" {
		return nil
	}
	var list []feature.Highlight
	if s := v.model.Service(name); s != nil {
		list = append(list, feature.Highlight{Span: s.NameSpan, Kind: feature.HighlightWrite})
	}
	for _, span := range serviceUses(v.model, name) {
		list = append(list, feature.Highlight{Span: span, Kind: feature.HighlightRead})
	}
	return list
}
