package composefile

import (
	"context"
	"strings"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Definition finds what the cursor stands on: the stage of build.target, the
// Dockerfile of build.context and build.dockerfile, the ARG of an argument,
// the service that a name means, the file that a path names.
func Definition(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int) []feature.Location {
	v := open(ctx, snap, f)
	p := v.placeAt(offset)
	if p == nil {
		return v.included(offset)
	}
	for _, rule := range definitionRules {
		if p.is(rule.keys...) {
			return rule.find(v, p, offset)
		}
	}
	return nil
}

// definitionRules say by place what stands there.
var definitionRules = []struct {
	keys []string
	find func(v view, p *place, offset int) []feature.Location
}{
	{[]string{"build"}, view.dockerfileLocation},
	{[]string{"build", "context"}, view.dockerfileLocation},
	{[]string{"build", "dockerfile"}, view.dockerfileLocation},
	{[]string{"build", "target"}, view.stageLocation},
	{[]string{"build", "args", "*"}, view.argLocation},
	{[]string{"build", "additional_contexts", "*"}, view.namedContextLocation},
	{[]string{"depends_on", "*"}, view.serviceLocation},
	{[]string{"extends"}, view.serviceLocation},
	{[]string{"extends", "service"}, view.serviceLocation},
	{[]string{"extends", "file"}, view.fileLocation},
	{[]string{"env_file"}, view.fileLocation},
	{[]string{"env_file", "*"}, view.fileLocation},
	{[]string{"env_file", "*", "path"}, view.fileLocation},
}

func (v view) dockerfileLocation(p *place, offset int) []feature.Location {
	if !p.onValue(offset) {
		return nil
	}
	return v.existing(v.sourceOf(p.service).dockerfile)
}

func (v view) fileLocation(p *place, offset int) []feature.Location {
	if !p.onValue(offset) {
		return nil
	}
	return v.existing(v.project.Path(p.entry.Value.Text))
}

func (v view) existing(path string) []feature.Location {
	if path == "" || v.snap.File(path) == nil {
		return nil
	}
	return []feature.Location{{Path: path}}
}

// dockerfile is the model of a service's Dockerfile, nil when there is none.
func (v view) dockerfile(s *compose.ServiceDecl) (*dockerfile.File, source) {
	src := v.sourceOf(s)
	if src.dockerfile == "" {
		return nil, src
	}
	f := v.snap.File(src.dockerfile)
	if f == nil {
		return nil, src
	}
	return f.Dockerfile(), src
}

func (v view) stageLocation(p *place, offset int) []feature.Location {
	model, src := v.dockerfile(p.service)
	if model == nil || !p.onValue(offset) {
		return nil
	}
	stage := model.StageNamed(src.stage, len(model.Stages))
	if stage == nil {
		return nil
	}
	return []feature.Location{{Path: src.dockerfile, Span: stage.From.Span, Name: stage.Name.Span}}
}

// argLocation finds the ARGs of a name, one in each stage that declares it.
func (v view) argLocation(p *place, _ int) []feature.Location {
	model, src := v.dockerfile(p.service)
	if model == nil {
		return nil
	}
	name, _, _ := strings.Cut(argName(p), "=")
	var found []feature.Location
	for _, ins := range model.Instructions {
		if ins.Cmd != "ARG" {
			continue
		}
		for _, pair := range ins.Pairs {
			if pair.Key == name {
				found = append(found, feature.Location{Path: src.dockerfile, Span: ins.Span, Name: pair.KeySpan})
			}
		}
	}
	return found
}

// argName is the key of a mapping or the text of a list's element.
func argName(p *place) string {
	if p.entry.KeySpan.Len() == 0 && p.entry.Value != nil {
		return p.entry.Value.Text
	}
	return p.entry.Key
}

func (v view) namedContextLocation(p *place, _ int) []feature.Location {
	if p.entry.Value == nil {
		return nil
	}
	name, ok := strings.CutPrefix(p.entry.Value.Text[strings.Index(p.entry.Value.Text, "=")+1:], "service:")
	if !ok {
		return nil
	}
	return v.services(name)
}

// serviceLocation finds the service that a value, an element or a key names.
func (v view) serviceLocation(p *place, offset int) []feature.Location {
	if p.onValue(offset) {
		return v.services(p.entry.Value.Text)
	}
	if p.keys[0] == "depends_on" {
		return v.services(p.entry.Key)
	}
	return nil
}

// services finds the declarations of a service in the project's files.
func (v view) services(name string) []feature.Location {
	var found []feature.Location
	for _, m := range v.models() {
		if s := m.Service(name); s != nil {
			found = append(found, feature.Location{Path: m.File.Path, Span: s.Span, Name: s.NameSpan})
		}
	}
	return found
}

// included finds the file that the path at the offset includes.
func (v view) included(offset int) []feature.Location {
	include, ok := v.model.Top("include")
	if !ok {
		return nil
	}
	for _, n := range v.pathNodes(include.Value) {
		if n.Span.Contains(offset) {
			return v.existing(v.project.Path(n.Text))
		}
	}
	return nil
}

// References finds where the service under the cursor is used, and declared
// when that is asked for.
func References(ctx context.Context, snap *workspace.Snapshot, f *workspace.File, offset int, declarations bool) []feature.Location {
	v := open(ctx, snap, f)
	name := v.serviceNameAt(offset)
	if name == "" {
		return nil
	}
	var found []feature.Location
	for _, m := range v.models() {
		if s := m.Service(name); s != nil && declarations {
			found = append(found, feature.Location{Path: m.File.Path, Span: s.NameSpan, Name: s.NameSpan})
		}
		for _, span := range serviceUses(m, name) {
			found = append(found, feature.Location{Path: m.File.Path, Span: span, Name: span})
		}
	}
	return found
}

// serviceNameAt is the service that the cursor names, "" when it names none.
func (v view) serviceNameAt(offset int) string {
	for _, s := range v.model.Services {
		if s.NameSpan.Contains(offset) {
			return s.Name
		}
		for _, use := range usesIn(s) {
			if use.span.Contains(offset) {
				return use.name
			}
		}
	}
	return ""
}

// serviceUse is a place that names a service.
type serviceUse struct {
	name string
	span text.Span
}

func serviceUses(m *compose.Model, name string) []text.Span {
	var spans []text.Span
	for _, s := range m.Services {
		for _, use := range usesIn(s) {
			if use.name == name {
				spans = append(spans, use.span)
			}
		}
	}
	return spans
}

// usesIn lists the services that one names: in depends_on, extends and
// additional_contexts.
func usesIn(s *compose.ServiceDecl) []serviceUse {
	var uses []serviceUse
	if e, ok := s.Attr("depends_on"); ok && !e.Merged && e.Alias.IsZero() {
		for _, item := range e.Value.Items {
			uses = append(uses, serviceUse{item.Text, item.Span})
		}
		for _, entry := range e.Value.Entries {
			uses = append(uses, serviceUse{entry.Key, entry.KeySpan})
		}
	}
	file, _ := s.Attr("extends", "file")
	if e, ok := s.Attr("extends", "service"); ok && !e.Merged && file.Value == nil {
		uses = append(uses, serviceUse{e.Value.Text, e.Value.Span})
	}
	contexts, _ := s.Attr("build", "additional_contexts")
	for _, n := range contextValues(contexts) {
		if at := strings.Index(n.Text, "service:"); at >= 0 && n.Span.Len() == len(n.Text) {
			start := n.Span.Start + at + len("service:")
			uses = append(uses, serviceUse{n.Text[at+len("service:"):], text.Span{Start: start, End: n.Span.End}})
		}
	}
	return uses
}

func contextValues(e compose.Entry) []*compose.Node {
	if e.Value == nil || e.Merged || !e.Alias.IsZero() {
		return nil
	}
	nodes := append([]*compose.Node(nil), e.Value.Items...)
	for _, entry := range e.Value.Entries {
		if entry.Value != nil && !entry.Merged && entry.Alias.IsZero() {
			nodes = append(nodes, entry.Value)
		}
	}
	return nodes
}
