package compose

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// A Model is one Compose file as it is written: nothing is merged with other
// files or interpolated. It exists for any bytes: lines that keep the file
// from being YAML are left out, and reported.
type Model struct {
	File        File
	Diagnostics []diag.Diagnostic // syntax only; File is empty
	Documents   []*Node           // the top-level value of each document; usually one mapping
	Services    []*ServiceDecl    // of all documents, in order
	Referenced  bool              // it is no input: another file includes or extends it

	spans *spanner
}

// A ServiceDecl is a service as one file declares it.
type ServiceDecl struct {
	Name     string
	NameSpan text.Span // of the key
	Span     text.Span // key and value
	Header   text.Span // the line of the key, without indentation: where a lens goes
	Value    *Node     // a mapping, but for broken or empty services
}

// Attr finds an attribute below the service, as Node.Lookup does: Attr("build",
// "args", "VERSION"). Its KeySpan is the key, Value.Span the value.
func (s *ServiceDecl) Attr(keys ...string) (Entry, bool) { return s.Value.Lookup(keys...) }

// entry is the attribute, or without keys the service itself.
func (s *ServiceDecl) entry(keys []string) (Entry, bool) {
	if len(keys) == 0 {
		return Entry{Key: s.Name, KeySpan: s.NameSpan, Value: s.Value}, true
	}
	return s.Attr(keys...)
}

// Service finds a service by its name; the last document that has it wins.
// It is nil when there is none.
func (m *Model) Service(name string) *ServiceDecl {
	for i := len(m.Services) - 1; i >= 0; i-- {
		if m.Services[i].Name == name {
			return m.Services[i]
		}
	}
	return nil
}

// Top finds an attribute from the top of the file: Top("secrets", "token").
func (m *Model) Top(keys ...string) (Entry, bool) {
	for i := len(m.Documents) - 1; i >= 0; i-- {
		if e, ok := m.Documents[i].Lookup(keys...); ok {
			return e, true
		}
	}
	return Entry{}, false
}

// ServiceAt is the service whose span holds the offset; nil when there is none.
func (m *Model) ServiceAt(offset int) *ServiceDecl {
	for _, s := range m.Services {
		if s.Span.Contains(offset) {
			return s
		}
	}
	return nil
}

// firstLine is where a problem goes that has no other place: the first line with content.
func (m *Model) firstLine() text.Span {
	for line := 1; line <= len(m.spans.starts); line++ {
		if s := m.spans.lineSpan(line); s.Len() > 0 {
			return s
		}
	}
	return text.Span{}
}

// ParseModel reads a file. It does not fail: see Model.
func ParseModel(f File) *Model {
	src := string(f.Data)
	m := &Model{File: f, spans: newSpanner(src)}
	roots, diagnostics := parseRecovering(src, m.spans)
	m.Diagnostics = diagnostics
	for _, root := range roots {
		b := nodeBuilder{spans: m.spans, done: map[*yaml.Node]*Node{}, open: map[*yaml.Node]bool{}, left: maxValues}
		n := b.build(root, 0)
		m.Diagnostics = append(m.Diagnostics, b.duplicates...)
		if n == nil {
			continue
		}
		m.Documents = append(m.Documents, n)
		m.addServices(n)
	}
	return m
}

func (m *Model) addServices(document *Node) {
	services, _ := document.Entry("services")
	if services.Value == nil {
		return
	}
	for _, e := range services.Value.Entries {
		line := m.spans.lineOf(e.KeySpan.Start)
		m.Services = append(m.Services, &ServiceDecl{
			Name:     e.Key,
			NameSpan: e.KeySpan,
			Span:     e.Span(),
			Header:   m.spans.lineSpan(line),
			Value:    e.Value,
		})
	}
}

// nodeBuilder turns the YAML library's nodes into Nodes. It stops, leaving the
// rest out, where a document is too deep or too large.
type nodeBuilder struct {
	spans *spanner
	done  map[*yaml.Node]*Node
	open  map[*yaml.Node]bool // being built: an alias to one would be a cycle
	left  int                 // entries and items that may still be added

	duplicates []diag.Diagnostic // keys that a mapping has twice
}

func (b *nodeBuilder) build(n *yaml.Node, depth int) *Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || depth > maxDepth || b.open[n] {
		return nil
	}
	if done, ok := b.done[n]; ok {
		return done
	}
	b.open[n] = true
	built := b.buildOpen(n, depth)
	delete(b.open, n)
	b.done[n] = built
	return built
}

func (b *nodeBuilder) buildOpen(n *yaml.Node, depth int) *Node {
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return nil
		}
		return b.build(n.Content[0], depth)
	case yaml.MappingNode:
		return b.mapping(n, depth)
	case yaml.SequenceNode:
		return b.sequence(n, depth)
	}
	styled := yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	null := n.Tag == "!!null"
	built := &Node{Kind: Scalar, Text: n.Value, Null: null, Plain: n.Style&styled == 0, Tag: n.Tag, Span: b.spans.scalar(n)}
	if null {
		built.Text = ""
	}
	return built
}

func (b *nodeBuilder) mapping(n *yaml.Node, depth int) *Node {
	built := &Node{Kind: Mapping, Tag: n.Tag}
	var merges []*Node
	first := map[string]text.Span{}
	end := b.start(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		e := b.entry(key, value, depth)
		end = max(end, e.KeySpan.End, e.Span().End)
		if key.Tag == "!!merge" {
			merges = append(merges, e.Value)
			continue
		}
		if earlier, ok := first[e.Key]; ok {
			b.duplicate(e, earlier)
			continue
		}
		first[e.Key] = e.KeySpan
		if b.left--; b.left >= 0 {
			built.Entries = append(built.Entries, e)
		}
	}
	built.Span = b.collectionSpan(n, end, '}')
	for _, merged := range merges {
		b.merge(built, merged)
	}
	return built
}

func (b *nodeBuilder) entry(key, value *yaml.Node, depth int) Entry {
	e := Entry{Key: key.Value, Value: b.build(value, depth+1)}
	if key.Kind == yaml.ScalarNode || key.Kind == yaml.AliasNode {
		e.KeySpan = b.spans.scalar(key)
	}
	if value.Kind == yaml.AliasNode {
		e.Alias = b.spans.scalar(value)
	}
	if e.Value == nil {
		e.Value = &Node{Kind: Scalar, Null: true, Tag: "!!null", Span: text.At(e.KeySpan.End)}
	}
	return e
}

func (b *nodeBuilder) duplicate(e Entry, earlier text.Span) {
	b.duplicates = append(b.duplicates, diag.Diagnostic{
		Span:     e.KeySpan,
		Severity: diag.Error,
		Source:   diag.SourceSyntax,
		Code:     "duplicate-key",
		Message:  fmt.Sprintf("mapping key %q already defined at line %d", e.Key, b.spans.lineOf(earlier.Start)),
		Related:  []diag.Related{{Span: earlier, Message: "first defined here"}},
	})
}

// merge adds the entries of a merged mapping, or list of them, whose keys are new.
func (b *nodeBuilder) merge(into, merged *Node) {
	have := make(map[string]bool, len(into.Entries))
	for _, e := range into.Entries {
		have[e.Key] = true
	}
	for _, from := range append([]*Node{merged}, merged.Items...) {
		for _, e := range from.Entries {
			if have[e.Key] {
				continue
			}
			if b.left--; b.left < 0 {
				return
			}
			have[e.Key] = true
			e.Merged = true
			into.Entries = append(into.Entries, e)
		}
	}
}

func (b *nodeBuilder) sequence(n *yaml.Node, depth int) *Node {
	built := &Node{Kind: Sequence, Tag: n.Tag}
	end := b.start(n)
	for _, item := range n.Content {
		e := b.build(item, depth+1)
		if item.Kind == yaml.AliasNode {
			end = max(end, b.spans.scalar(item).End)
		} else if e != nil {
			end = max(end, e.Span.End)
		}
		if b.left--; e != nil && b.left >= 0 {
			built.Items = append(built.Items, e)
		}
	}
	built.Span = b.collectionSpan(n, end, ']')
	return built
}

// start is the offset of a collection's own first byte.
func (b *nodeBuilder) start(n *yaml.Node) int {
	return b.spans.skipProperties(b.spans.offset(n.Line, n.Column), n)
}

func (b *nodeBuilder) collectionSpan(n *yaml.Node, end int, closing byte) text.Span {
	start := b.start(n)
	if n.Style&yaml.FlowStyle != 0 {
		end = b.spans.flowEnd(max(end, min(start+1, len(b.spans.src))), closing)
	}
	return text.Span{Start: start, End: max(start, end)}
}
