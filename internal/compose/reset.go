package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// Limits on what one YAML document may hold once its aliases are expanded.
// compose-go matches every value against dozens of patterns, so that a
// document within the YAML library's own limits could keep it busy for hours.
// compose-go has the first limit too, but does not count what aliases stand for.
const (
	maxValues = 100_000
	maxDepth  = 100
)

// document is one YAML document of a file.
type document struct {
	value  any // with !reset values left out
	resets resets
}

// resets are the paths of values tagged !reset or !override: what earlier
// files said there is dropped before the document is merged over them.
type resets [][]string

// apply deletes the values at the paths. Compose does not reset inside lists.
func (r resets) apply(model map[string]any) {
	for _, path := range r {
		at := model
		for i, key := range path {
			if i == len(path)-1 {
				delete(at, key)
				break
			}
			next, ok := at[key].(map[string]any)
			if !ok {
				break
			}
			at = next
		}
	}
}

// decodeDocuments parses a file strictly: the first error ends it.
func decodeDocuments(content []byte) ([]document, error) {
	var docs []document
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var root yaml.Node
		err := decoder.Decode(&root)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		doc, err := decodeDocument(&root)
		if err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
}

func decodeDocument(root *yaml.Node) (document, error) {
	w := resetWalker{done: map[*yaml.Node]walked{}, open: map[*yaml.Node]bool{}}
	result, err := w.walk(root, 0)
	if err != nil {
		return document{}, err
	}
	doc := document{resets: result.resets}
	if result.node == nil {
		return doc, nil
	}
	if err := result.node.Decode(&doc.value); err != nil {
		return doc, err
	}
	doc.value, err = stringKeys(doc.value, "")
	return doc, err
}

// name is the document's own project name, not interpolated.
func (d document) name() string {
	fields, _ := d.value.(map[string]any)
	name, _ := scalarText(fields["name"])
	return name
}

// walked is what the walk made of a node; paths are relative to it.
type walked struct {
	node   *yaml.Node // nil when it is reset
	resets resets
	values int // it holds, aliases expanded
}

// resetWalker takes tagged values out of a document. A node that aliases share
// is walked once.
type resetWalker struct {
	done map[*yaml.Node]walked
	open map[*yaml.Node]bool
}

func (w *resetWalker) walk(n *yaml.Node, depth int) (walked, error) {
	if depth > maxDepth {
		return walked{}, fmt.Errorf("line %d: values are nested deeper than %d levels", n.Line, maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		return w.walk(n.Alias, depth)
	}
	if result, ok := w.done[n]; ok {
		return result, nil
	}
	if w.open[n] {
		return walked{}, fmt.Errorf("line %d: cycle detected: anchor %q contains itself", n.Line, n.Anchor)
	}
	w.open[n] = true
	result, err := w.walkOpen(n, depth)
	delete(w.open, n)
	if err == nil && result.values > maxValues {
		err = fmt.Errorf("line %d: more than %d values, aliases expanded", n.Line, maxValues)
	}
	w.done[n] = result
	return result, err
}

func (w *resetWalker) walkOpen(n *yaml.Node, depth int) (walked, error) {
	result := walked{node: n, values: 1}
	var err error
	switch {
	case n.Tag == "!reset":
		return walked{resets: resets{nil}}, nil
	case n.Kind == yaml.DocumentNode && len(n.Content) == 1:
		return w.walk(n.Content[0], depth)
	case n.Kind == yaml.MappingNode:
		err = w.walkMapping(n, depth, &result)
	case n.Kind == yaml.SequenceNode:
		err = w.walkSequence(n, depth, &result)
	}
	if n.Tag == "!override" {
		// It replaces what was there; tags below have nothing left to reset.
		result.resets = resets{nil}
	}
	return result, err
}

func (w *resetWalker) walkMapping(n *yaml.Node, depth int, result *walked) error {
	lines := map[string]int{}
	var content []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if line, ok := lines[key.Value]; ok {
			return fmt.Errorf("line %d: mapping key %q already defined at line %d", key.Line, key.Value, line)
		}
		lines[key.Value] = key.Line
		child, err := w.walk(value, depth+1)
		if err != nil {
			return err
		}
		result.add(child, key.Value)
		if child.node != nil {
			content = append(content, key, standIn(key, value, child))
		}
	}
	n.Content = content
	return nil
}

func (w *resetWalker) walkSequence(n *yaml.Node, depth int, result *walked) error {
	var content []*yaml.Node
	for i, value := range n.Content {
		child, err := w.walk(value, depth+1)
		if err != nil {
			return err
		}
		result.add(child, strconv.Itoa(i))
		if child.node != nil {
			content = append(content, standIn(nil, value, child))
		}
	}
	n.Content = content
	return nil
}

// standIn keeps an alias an alias, for the YAML library to expand, except
// under a merge key, where it does not accept one of a list.
func standIn(key, value *yaml.Node, child walked) *yaml.Node {
	if value.Kind == yaml.AliasNode && (key == nil || key.Value != "<<") {
		return value
	}
	return child.node
}

// add takes over what a child resets, under its key; a merge key adds nothing
// to the path. Values saturate, so that they cannot overflow.
func (r *walked) add(child walked, key string) {
	r.values = min(r.values+child.values, maxValues+1)
	for _, path := range child.resets {
		if key != "<<" {
			path = append([]string{key}, path...)
		}
		r.resets = append(r.resets, slices.Clone(path))
	}
}

// stringKeys turns every mapping into one with string keys, or says which key
// is none.
func stringKeys(value any, at string) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		for key, e := range v {
			converted, err := stringKeys(e, joinKey(at, key))
			if err != nil {
				return nil, err
			}
			v[key] = converted
		}
		return v, nil
	case map[any]any:
		fields := make(map[string]any, len(v))
		for key, e := range v {
			name, ok := key.(string)
			if !ok {
				return nil, nonStringKey(at, key)
			}
			fields[name] = e
		}
		return stringKeys(fields, at)
	case []any:
		list := make([]any, len(v)) // not nil: the schema takes a nil list for null
		for i, e := range v {
			converted, err := stringKeys(e, fmt.Sprintf("%s[%d]", at, i))
			if err != nil {
				return nil, err
			}
			list[i] = converted
		}
		return list, nil
	}
	return value, nil
}

func joinKey(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

func nonStringKey(at string, key any) error {
	if at == "" {
		return fmt.Errorf("non-string key at top level: %#v", key)
	}
	return fmt.Errorf("non-string key in %s: %#v", at, key)
}
