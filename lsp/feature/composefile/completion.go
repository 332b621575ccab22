package composefile

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Complete proposes keys, stages, ARGs, and names of services. It goes by the
// indentation of the lines around the cursor, since a line that is being
// typed is seldom YAML.
func Complete(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) feature.CompletionList {
	v := open(ctx, snap, f)
	at := cursorAt(f.Text(), offset)
	var items []feature.CompletionItem
	if at.value {
		items = v.completeValue(at)
	} else {
		items = v.completeKey(at)
	}
	for i := range items {
		items[i].Replace = at.replace
	}
	return feature.CompletionList{Items: items}
}

// cursor is the place of a completion.
type cursor struct {
	path    []string // keys of the lines around it, outermost first
	value   bool     // behind "key: " or "- "; the key is the path's last
	element bool     // behind "- "
	replace text.Span
}

// cursorAt reads the cursor's line and the less indented keys above it.
func cursorAt(src string, offset int) cursor {
	offset = min(max(offset, 0), len(src))
	start := strings.LastIndexByte(src[:offset], '\n') + 1
	head := src[start:offset]
	indent := len(head) - len(strings.TrimLeft(head, " "))
	body := head[indent:]
	c := cursor{}
	if rest, ok := strings.CutPrefix(body, "- "); ok {
		c.element, c.value = true, true
		body = strings.TrimLeft(rest, " ")
		c.path = parents(src[:start], indent+1) // a list may stand at its key's own indentation
	} else {
		c.path = parents(src[:start], indent)
	}
	if key, rest, ok := strings.Cut(body, ":"); ok && (rest == "" || rest[0] == ' ') {
		c.value = true
		c.path = append(c.path, strings.Trim(key, `"'`))
		body = strings.TrimLeft(rest, " ")
	}
	c.replace = text.Span{Start: offset - len(strings.TrimLeft(body, `"'`)), End: offset}
	return c
}

// parents are the keys that hold a line of the given indentation behind src.
func parents(src string, indent int) []string {
	var path []string
	for indent > 0 && src != "" {
		src = strings.TrimSuffix(src, "\n")
		start := strings.LastIndexByte(src, '\n') + 1
		line := strings.TrimRight(src[start:], " \t\r")
		src = src[:start]
		body := strings.TrimLeft(line, " ")
		width := len(line) - len(body)
		if body == "" || body[0] == '#' || width >= indent {
			continue
		}
		indent = width
		key, _, ok := strings.Cut(strings.TrimPrefix(body, "- "), ":")
		if ok && !strings.HasPrefix(body, "- ") {
			path = append(path, strings.Trim(key, `"'`))
		}
	}
	slices.Reverse(path)
	return path
}

// attributesBelow is the table of the keys that may stand below a path.
func attributesBelow(path []string) []compose.Attribute {
	switch {
	case len(path) == 0:
		return compose.TopAttributes()
	case path[0] != "services":
		return nil
	case len(path) == 2:
		return compose.ServiceAttributes()
	case len(path) == 3 && path[2] == "build":
		return append(slices.Clip(compose.BuildAttributes()),
			compose.Attribute{Name: "x-bake", Doc: "What Bake understands beyond the Compose specification.", Shape: compose.MappingShape})
	case len(path) == 4 && path[2] == "build" && path[3] == "x-bake":
		return compose.XBakeAttributes()
	}
	return nil
}

func (v view) completeKey(at cursor) []feature.CompletionItem {
	if keyItems := v.namesBelow(at); keyItems != nil {
		return keyItems
	}
	var items []feature.CompletionItem
	present := v.presentKeys(at.path)
	for _, a := range attributesBelow(at.path) {
		if slices.Contains(present, a.Name) {
			continue
		}
		insert := a.Name + ":"
		if a.Shape == compose.ScalarShape || a.Shape == compose.BooleanShape {
			insert += " "
		}
		items = append(items, feature.CompletionItem{
			Label: a.Name, Kind: feature.CompleteProperty, Documentation: a.Doc, Insert: insert,
			Retrigger: a.Shape == compose.BooleanShape || a.Name == "target",
		})
	}
	return items
}

// presentKeys are those that stand at the path already.
func (v view) presentKeys(path []string) []string {
	if len(path) == 0 {
		var keys []string
		for _, d := range v.model.Documents {
			keys = append(keys, d.Keys()...)
		}
		return keys
	}
	e, ok := v.model.Top(path...)
	if !ok {
		return nil
	}
	return e.Value.Keys()
}

// namesBelow proposes keys that are names: ARGs below args, services below depends_on.
func (v view) namesBelow(at cursor) []feature.CompletionItem {
	if len(at.path) < 3 || at.path[0] != "services" {
		return nil
	}
	switch strings.Join(at.path[2:], ".") {
	case "build.args":
		return v.argItems(at.path[1], ": ")
	case "depends_on":
		return v.serviceItems(at.path[1], "", ":")
	}
	return nil
}

func (v view) completeValue(at cursor) []feature.CompletionItem {
	if len(at.path) < 3 || at.path[0] != "services" {
		return nil
	}
	service, below := at.path[1], strings.Join(at.path[2:], ".")
	switch {
	case below == "depends_on" && at.element:
		return v.serviceItems(service, "", "")
	case below == "extends.service", below == "extends":
		return v.serviceItems(service, "", "")
	case strings.HasPrefix(below, "build.additional_contexts."):
		return v.serviceItems(service, "service:", "")
	case below == "build.args" && at.element:
		return v.argItems(service, "=")
	case below == "build.target":
		return v.stageItems(service)
	}
	return valueItems(below)
}

// fixedValues are the values that are known beforehand.
var fixedValues = map[string][]string{
	"build.network":         {"default", "host", "none"},
	"build.platforms":       {"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/ppc64le", "linux/riscv64", "linux/s390x"},
	"build.provenance":      {"false", "mode=max", "mode=min", "true"},
	"build.x-bake.no-cache": {"false", "true"},
	"build.x-bake.pull":     {"false", "true"},
}

func valueItems(below string) []feature.CompletionItem {
	values := fixedValues[below]
	if key, ok := strings.CutPrefix(below, "build."); ok && values == nil {
		i := slices.IndexFunc(compose.BuildAttributes(), func(a compose.Attribute) bool { return a.Name == key })
		if i >= 0 && compose.BuildAttributes()[i].Shape == compose.BooleanShape {
			values = []string{"false", "true"}
		}
	}
	var items []feature.CompletionItem
	for _, s := range values {
		items = append(items, feature.CompletionItem{Label: s, Kind: feature.CompleteValue, Insert: s})
	}
	return items
}

// serviceItems proposes the project's other services.
func (v view) serviceItems(self, prefix, suffix string) []feature.CompletionItem {
	seen := map[string]bool{self: true}
	var items []feature.CompletionItem
	for _, m := range v.models() {
		for _, s := range m.Services {
			if seen[s.Name] {
				continue
			}
			seen[s.Name] = true
			items = append(items, feature.CompletionItem{
				Label: prefix + s.Name, Kind: feature.CompleteTarget, Detail: "service", Insert: prefix + s.Name + suffix,
			})
		}
	}
	return items
}

// dockerfileOf is the Dockerfile that a service of this file is built from, or nil.
func (v view) dockerfileOf(service string) *dockerfile.File {
	s := v.model.Service(service)
	if s == nil {
		return nil
	}
	model, _ := v.dockerfile(s)
	return model
}

func (v view) stageItems(service string) []feature.CompletionItem {
	model := v.dockerfileOf(service)
	if model == nil {
		return nil
	}
	var items []feature.CompletionItem
	for _, stage := range model.Stages {
		if name := stage.Name.Text; name != "" {
			items = append(items, feature.CompletionItem{
				Label: name, Kind: feature.CompleteStage, Detail: "FROM " + stage.Base.Text, Insert: name,
			})
		}
	}
	return items
}

// argItems proposes the ARGs that the service's Dockerfile declares anywhere.
func (v view) argItems(service, suffix string) []feature.CompletionItem {
	model := v.dockerfileOf(service)
	if model == nil {
		return nil
	}
	declared := map[string]dockerfile.Pair{}
	for _, ins := range model.Instructions {
		if ins.Cmd != "ARG" {
			continue
		}
		for _, pair := range ins.Pairs {
			if known, ok := declared[pair.Key]; !ok || !known.HasValue {
				declared[pair.Key] = pair
			}
		}
	}
	var items []feature.CompletionItem
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		item := feature.CompletionItem{Label: name, Kind: feature.CompleteVariable, Detail: "ARG", Insert: name + suffix}
		if p := declared[name]; p.HasValue {
			item.Detail = "ARG, default " + p.Value
		}
		items = append(items, item)
	}
	return items
}
