// Package composefile answers what editors ask about the build part of a
// Compose file: completion, hover, navigation, outline, folding, links and
// lenses.
//
// Every function is pure: it takes a context, a snapshot, the file and where
// it matters an offset. Where something stands comes from the file's own model,
// which survives syntax errors; what a service builds comes from the definition
// of the file's Project, so that it is what a build of it builds.
//
// A cancelled context gives an incomplete or empty answer; callers drop it.
package composefile

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/workspace"
)

// view is a file with what is known around it.
type view struct {
	ctx     context.Context
	snap    *workspace.Snapshot
	file    *workspace.File
	model   *compose.Model
	project *workspace.Project
}

func open(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) view {
	project := snap.Project(f.Path)
	if project == nil {
		project = &workspace.Project{Dir: filepath.Dir(f.Path), Files: []string{filepath.Base(f.Path)}}
	}
	return view{ctx: ctx, snap: snap, file: f, model: modelOf(ctx, f), project: project}
}

// modelOf is the file's model, made once for each state of its text.
func modelOf(ctx context.Context, f *workspace.File) *compose.Model {
	parse := func(context.Context) (*compose.Model, error) {
		return compose.ParseModel(compose.File{Name: filepath.Base(f.Path), Path: f.Path, Data: []byte(f.Text())}), nil
	}
	m, err := workspace.Memo(ctx, &f.Memos, "composefile.model", parse)
	if err != nil { // the context ended
		return compose.ParseModel(compose.File{Path: f.Path})
	}
	return m
}

// models are the Compose files of the project, this one first.
func (v view) models() []*compose.Model {
	models := []*compose.Model{v.model}
	for _, path := range v.project.Paths() {
		if path == v.file.Path {
			continue
		}
		if f := v.snap.File(path); f != nil && f.Language == workspace.Compose {
			models = append(models, modelOf(v.ctx, f))
		}
	}
	return models
}

// built is the target a service becomes in the project's definition; nil when
// the definition has errors or the service is not built.
func (v view) built(service string) *bake.Target {
	definition, err := v.snap.Definition(v.ctx, v.project)
	if err != nil {
		return nil
	}
	name := compose.TargetName(service)
	plan, err := definition.Plan(v.ctx, bake.PlanRequest{Targets: []string{name}, Overrides: v.project.Set})
	if err != nil {
		return nil
	}
	return plan.Targets[name]
}

// source says where a service's Dockerfile is and which stage it builds.
type source struct {
	context    string // absolute folder; empty when remote
	dockerfile string // absolute file; empty when remote or inline
	stage      string
}

// sourceOf resolves a service's build: evaluated where that works, else from
// the text as it stands.
func (v view) sourceOf(s *compose.ServiceDecl) source {
	text := func(key string) string {
		e, _ := s.Attr("build", key)
		if e.Value == nil {
			return ""
		}
		return e.Value.Text
	}
	folder, dockerfile, inline, stage := text("context"), text("dockerfile"), text("dockerfile_inline"), text("target")
	if t := v.built(s.Name); t != nil {
		folder, dockerfile, inline, stage = value(t.Context), value(t.Dockerfile), value(t.DockerfileInline), value(t.Target)
	}
	if isRemote(folder) {
		return source{stage: stage}
	}
	src := source{context: v.project.Path(folder), stage: stage}
	switch {
	case inline != "":
	case filepath.IsAbs(dockerfile):
		src.dockerfile = filepath.Clean(dockerfile)
	case dockerfile == "":
		src.dockerfile = filepath.Join(src.context, "Dockerfile")
	default:
		src.dockerfile = filepath.Join(src.context, dockerfile)
	}
	return src
}

func isRemote(folder string) bool {
	return strings.Contains(folder, "://") || strings.HasPrefix(folder, "git@") || strings.HasPrefix(folder, "github.com/")
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// place is where the cursor stands in a service: the keys below it lead to it.
type place struct {
	service *compose.ServiceDecl
	keys    []string      // below the service; empty on its name
	entry   compose.Entry // the innermost one
}

// placeAt is nil outside of services.
func (v view) placeAt(offset int) *place {
	path := v.model.PathAt(offset)
	if len(path) < 2 || path[0].Key != "services" {
		return nil
	}
	p := &place{service: v.model.Service(path[1].Key), entry: path[len(path)-1]}
	if p.service == nil {
		return nil
	}
	for _, e := range path[2:] {
		p.keys = append(p.keys, e.Key)
	}
	return p
}

// is tells whether the place's keys match the pattern, where "*" is any one
// key and a last "..." any rest.
func (p *place) is(pattern ...string) bool {
	for i, want := range pattern {
		if want == "..." {
			return true
		}
		if i >= len(p.keys) || want != "*" && want != p.keys[i] {
			return false
		}
	}
	return len(p.keys) == len(pattern)
}

// onValue tells whether the offset is on the entry's scalar value.
func (p *place) onValue(offset int) bool {
	v := p.entry.Value
	return v != nil && v.Kind == compose.Scalar && v.Span.Len() > 0 && v.Span.Contains(offset)
}
