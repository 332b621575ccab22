package composefile

import (
	"context"
	"fmt"
	"time"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Lenses puts Build, Check and Print above each service with a build section,
// and one Build for all of them above the services.
func Lenses(ctx context.Context, snap *workspace.Snapshot, f *workspace.File) []feature.Lens {
	show := snap.Settings(f.Path).CodeLens
	if !show.Build {
		return nil
	}
	v := open(ctx, snap, f)
	built := v.builtServices()
	var lenses []feature.Lens
	if services, ok := v.model.Top("services"); ok && len(built) > 1 {
		lenses = append(lenses, v.lens(services.KeySpan, "Build all services", feature.CommandBake, "", built...))
	}
	for _, s := range built {
		title := "Build " + s.Name
		if show.LastResult {
			title += v.lastResult(s)
		}
		lenses = append(lenses,
			v.lens(s.NameSpan, title, feature.CommandBake, "", s),
			v.lens(s.NameSpan, "Check", feature.CommandBake, "check", s),
			v.lens(s.NameSpan, "Print", feature.CommandBakePrint, "", s))
	}
	return lenses
}

func (v view) lens(span text.Span, title, command, call string, services ...*compose.ServiceDecl) feature.Lens {
	argument := feature.BakeArguments{
		Files: v.project.Files, Dir: v.project.Dir, Set: v.project.Set, Vars: v.project.Vars, Call: call,
	}
	for _, s := range services {
		argument.Targets = append(argument.Targets, compose.TargetName(s.Name))
	}
	return feature.Lens{Span: span, Title: title, Command: command, Argument: argument}
}

// builtServices are the services of this file that some file of the project
// gives a build section, directly or by a service of these files that they extend.
func (v view) builtServices() []*compose.ServiceDecl {
	models := v.models()
	var built []*compose.ServiceDecl
	for _, s := range v.model.Services {
		if isBuilt(models, s.Name, 0) {
			built = append(built, s)
		}
	}
	return built
}

// maxExtends bounds a chain of extends, which may be a circle.
const maxExtends = 16

func isBuilt(models []*compose.Model, service string, depth int) bool {
	for _, m := range models {
		s := m.Service(service)
		if s == nil {
			continue
		}
		if e, ok := s.Attr("build"); ok && !e.Value.Null {
			return true
		}
		base, ok := s.Attr("extends", "service")
		if ok && depth < maxExtends && isBuilt(models, base.Value.Text, depth+1) {
			return true
		}
	}
	return false
}

func (v view) lastResult(s *compose.ServiceDecl) string {
	fact, ok := v.snap.LastBuild(compose.TargetName(s.Name), "", "")
	switch {
	case !ok:
		return ""
	case fact.Canceled:
		return " (canceled)"
	case fact.Failure != nil:
		return " (failed)"
	}
	return fmt.Sprintf(" (built in %s, %d of %d steps cached)", fact.Duration.Round(time.Millisecond), fact.Cached, fact.Steps)
}
