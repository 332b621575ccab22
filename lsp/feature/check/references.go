package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/bakefile"
)

// references holds what the targets of a project name against what there is:
// Dockerfiles, contexts, stages and ARGs. Each problem is reported where the
// value is written, in whichever target that is, and once.
type references struct {
	ctx     context.Context
	snap    *workspace.Snapshot
	file    *workspace.File
	project *workspace.Project
	def     *bake.Definition

	declared []bake.Declaration
	labels   map[string]bake.Place // of the blocks that declare targets
	found    map[placed]*finding
	order    []placed
}

// placed is a kind of problem at a place.
type placed struct {
	at   bake.Place
	code string
}

// A finding is a problem at one place that several targets may share. It is
// reported when every target that is built with it has the problem: a base
// target may set arguments that only some of its children declare.
type finding struct {
	diag  diag.Diagnostic
	sound bool // some target has no problem with it
}

func (r *references) check() []diag.Diagnostic {
	targets := bakefile.ResolveAll(r.ctx, r.snap, r.def, r.project)
	r.labels, r.found = map[string]bake.Place{}, map[placed]*finding{}
	r.declared = bakefile.Declarations(r.ctx, r.snap, r.def, r.project)
	for _, d := range r.declared {
		if d.Kind == bake.DeclTarget || d.Kind == bake.DeclService {
			r.labels[d.Name] = d.Name_
		}
	}
	abstract := r.abstract(targets)
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		if !abstract[name] && r.ctx.Err() == nil {
			r.target(targets[name])
		}
	}
	var out []diag.Diagnostic
	for _, key := range r.order {
		if f := r.found[key]; !f.sound && f.diag.File == r.file.Path {
			out = append(out, f.diag)
		}
	}
	return out
}

// abstract lists the targets that are there to be inherited from: private by
// their name, or in no group.
func (r *references) abstract(targets map[string]*bake.Target) map[string]bool {
	grouped := r.grouped()
	out := map[string]bool{}
	for _, t := range targets {
		for _, parent := range t.Inherits {
			if strings.HasPrefix(parent, "_") || !grouped[parent] {
				out[parent] = true
			}
		}
	}
	return out
}

// maxSingly is how many groups are resolved one by one when one of them keeps
// all from being resolved together.
const maxSingly = 100

// grouped lists the members of all groups.
func (r *references) grouped() map[string]bool {
	var groups []string
	for _, d := range r.declared {
		if d.Kind == bake.DeclGroup {
			groups = append(groups, d.Name)
		}
	}
	members := map[string]bool{}
	add := func(plan *bake.Plan) {
		for _, g := range plan.Groups {
			for _, name := range g.Targets {
				members[name] = true
			}
		}
	}
	if len(groups) == 0 {
		return members
	}
	if plan := bakefile.Resolve(r.ctx, r.def, r.project, groups...); plan != nil {
		add(plan)
		return members
	}
	for _, name := range groups[:min(len(groups), maxSingly)] {
		if plan := bakefile.Resolve(r.ctx, r.def, r.project, name); plan != nil {
			add(plan)
		}
	}
	return members
}

func (r *references) target(t *bake.Target) {
	recipe := bakefile.RecipeOf(r.project, t)
	if recipe.Context != "" && !r.isFolder(recipe.Context) {
		r.report(r.origin(t, "context"), "missing-context", diag.Error, "There is no folder %s to build from.", r.relative(recipe.Context))
		return
	}
	r.sound(r.origin(t, "context"), "missing-context")
	r.namedContexts(t)
	model := recipe.Model(r.snap)
	if model == nil {
		if recipe.Path != "" {
			r.report(r.dockerfileOrigin(t), "missing-dockerfile", diag.Error, "There is no Dockerfile at %s.", r.relative(recipe.Path))
		}
		return
	}
	r.sound(r.dockerfileOrigin(t), "missing-dockerfile")
	if model.Foreign() || len(model.Stages) == 0 || t.Args["BUILDKIT_SYNTAX"] != "" {
		return
	}
	if t.Target != nil {
		r.stage(r.origin(t, "target"), recipe, model, *t.Target)
	}
	r.args(t, recipe, model)
}

// namedContexts checks the folders among a target's further contexts.
func (r *references) namedContexts(t *bake.Target) {
	for _, name := range slices.Sorted(maps.Keys(t.Contexts)) {
		value := t.Contexts[name]
		if strings.Contains(value, "://") || strings.HasPrefix(value, "target:") || bake.IsRemote(value) || value == "" {
			continue
		}
		at := r.origin(t, "contexts."+name)
		if path := r.project.Path(filepath.FromSlash(value)); !r.isFolder(path) {
			r.report(at, "missing-context", diag.Error, "There is no folder %s for the context %q.", r.relative(path), name)
			continue
		}
		r.sound(at, "missing-context")
	}
}

func (r *references) stage(at bake.Place, recipe bakefile.Recipe, model *dockerfile.File, name string) {
	if name == "" || bakefile.FindStage(model, name) != nil {
		r.sound(at, "unknown-stage")
		return
	}
	var stages []string
	for _, s := range model.Stages {
		if s.Name.Text != "" {
			stages = append(stages, s.Name.Text)
		}
	}
	fixes := r.near(at, name, stages)
	r.report(at, "unknown-stage", diag.Error, "%s has no stage %q.%s", r.recipeName(recipe), name, suggestion(fixes))
	r.fix(at, "unknown-stage", fixes)
}

// args checks a target's build arguments.
func (r *references) args(t *bake.Target, recipe bakefile.Recipe, model *dockerfile.File) {
	declared := declaredArgs(model)
	for _, name := range slices.Sorted(maps.Keys(t.Args)) {
		if t.Origins["args."+name].Place.IsZero() { // from outside the files
			continue
		}
		at := r.keyOrigin(t, "args."+name)
		if slices.Contains(declared, name) || predefined(name) {
			r.sound(at, "undeclared-arg")
			continue
		}
		fixes := r.near(at, name, declared)
		r.report(at, "undeclared-arg", diag.Warning, "%s does not declare ARG %s: the value has no effect.%s", r.recipeName(recipe), name, suggestion(fixes))
		r.fix(at, "undeclared-arg", fixes)
	}
}

// declaredArgs lists the names of a Dockerfile's ARGs, those of ONBUILD too.
func declaredArgs(model *dockerfile.File) []string {
	var out []string
	for _, ins := range model.Instructions {
		if ins.Trigger != nil {
			ins = ins.Trigger
		}
		if ins.Cmd != "ARG" {
			continue
		}
		for _, p := range ins.Pairs {
			out = append(out, p.Key)
		}
	}
	return out
}

// predefined tells whether BuildKit itself knows an argument.
func predefined(name string) bool {
	if strings.HasPrefix(name, "BUILDKIT_") || name == "SOURCE_DATE_EPOCH" {
		return true
	}
	return slices.ContainsFunc(dockerfile.PredefinedVariables(), func(p dockerfile.Predefined) bool { return p.Name == name })
}

func (r *references) at(at bake.Place, code string) *finding {
	key := placed{at, code}
	if r.found[key] == nil {
		r.found[key] = &finding{}
	}
	return r.found[key]
}

// sound says that some target has no such problem with what stands at a place.
func (r *references) sound(at bake.Place, code string) { r.at(at, code).sound = true }

func (r *references) report(at bake.Place, code string, severity diag.Severity, format string, args ...any) {
	f := r.at(at, code)
	if f.diag.Code != "" || at.IsZero() {
		return
	}
	f.diag = diag.Diagnostic{
		File: at.File, Span: at.Span, Severity: severity, Source: diag.SourceReferences, Code: code, Message: fmt.Sprintf(format, args...),
	}
	r.order = append(r.order, placed{at, code})
}

// near is the fix that replaces a name by one that was probably meant. It is
// there only where the name itself is what is written.
func (r *references) near(at bake.Place, name string, candidates []string) []diag.Fix {
	near := text.Near(name, candidates)
	if near == "" || near == name {
		return nil
	}
	fix := diag.Fix{Title: "Rename to '" + near + "'", Preferred: true}
	if f := r.source(at.File); f != nil && at.Span.In(f.Text()) == name {
		fix.Edits = []diag.FileEdit{{Edit: text.Edit{Span: at.Span, New: near}}}
	}
	return []diag.Fix{fix}
}

func suggestion(fixes []diag.Fix) string {
	if len(fixes) == 0 {
		return ""
	}
	_, name, _ := strings.Cut(fixes[0].Title, "'")
	return " Did you mean '" + name + "?"
}

// fix adds the fixes that can be made.
func (r *references) fix(at bake.Place, code string, fixes []diag.Fix) {
	if len(fixes) > 0 && len(fixes[0].Edits) > 0 && !at.IsZero() {
		r.at(at, code).diag.Fixes = fixes
	}
}

// isFolder tells whether there is a folder at a path. What cannot be told, as
// without permission, counts as there.
func (r *references) isFolder(path string) bool {
	info, err := r.snap.FS().Stat(path)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	return info.IsDir()
}

func (r *references) relative(path string) string {
	if rel, err := filepath.Rel(r.project.Dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

func (r *references) recipeName(recipe bakefile.Recipe) string {
	if recipe.Inline != nil {
		return "The inline Dockerfile"
	}
	return r.relative(recipe.Path)
}
