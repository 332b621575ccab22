// Package compose is the model of Compose files, with the place of everything
// in it, and the boundary to compose-go: what a definition includes, extends
// and reads beside itself is resolved here, over the FS of the caller.
package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// A File is one Compose file as it was named.
type File struct {
	Name string // as typed: what errors print; "-" for standard input
	Path string // absolute; empty for standard input
	Data []byte
}

// label is how diagnostics name the file: by path where it has one.
func (f File) label() string {
	if f.Path != "" {
		return f.Path
	}
	return f.Name
}

// LoadInput is everything a Compose definition is made of.
type LoadInput struct {
	Files []File // in merge order; all of them are one definition
	Dir   string // absolute working directory: relative paths, .env included, are relative to it, never to the file's folder
	Env   Env    // the process environment; nil is an empty one
	Vars  map[string]string
	FS    FS // for .env, include, extends and env_file; nil reads nothing

	// DisableEnvLookup keeps Env out of interpolation and of the lookup of
	// valueless args (BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP). .env still counts.
	DisableEnvLookup bool
}

// A Project is the merged definition of all files, as far as Bake looks at it.
type Project struct {
	// Name is COMPOSE_PROJECT_NAME, a file's own `name`, or "bake".
	Name string
	// Services holds every service, built or not, sorted by name. It is empty
	// when a diagnostic without a service in it says that loading failed.
	Services []Service
	// Models are the input files with their spans, in order, then the files
	// they include or extend, sorted by path.
	Models []*Model
	// Reads lists, sorted, the absolute paths that loading asked for, found or
	// not: a change to any of them changes the project.
	Reads []string
	// Environment is what interpolation looks names up in: Env, .env where Env
	// has no such name, then Vars over both.
	Environment map[string]string
}

// A Service is one service of a Project after merging.
type Service struct {
	Name   string // as written; may contain dots
	Target string // the Bake target it becomes: dots are underscores
	Image  string // empty when there is none
	Build  *Build // nil when the service is not built: Bake skips it
}

// Place is a span of a file; File is as in diag.Diagnostic.
type Place struct {
	File string
	Span text.Span
}

// Service finds a service by its name or by its target's name; nil when there is none.
func (p *Project) Service(name string) *Service {
	for i := range p.Services {
		if s := &p.Services[i]; s.Name == name || s.Target == name {
			return s
		}
	}
	return nil
}

// Locate finds where a service's attribute stands: keys lead below the
// service, such as "build", "args", "VERSION"; without keys it is the service
// itself. The last input file that holds it wins, as in merging; then included
// files, then the services it extends. The place covers key and value.
func (p *Project) Locate(service string, keys ...string) (Place, bool) {
	m, e, ok := p.find(service, keys)
	if !ok {
		return Place{}, false
	}
	return Place{m.File.label(), e.Span()}, true
}

// maxExtends bounds how far Locate follows a chain of extends.
const maxExtends = 16

func (p *Project) find(service string, keys []string) (*Model, Entry, bool) {
	models := searchOrder(p.Models)
	for range maxExtends {
		base := ""
		for _, m := range models {
			s := m.Service(service)
			if s == nil {
				continue
			}
			if e, ok := s.entry(keys); ok {
				return m, e, true
			}
			if e, ok := s.Attr("extends", "service"); ok && base == "" {
				base = e.Value.Text
			}
		}
		if service = base; base == "" {
			break
		}
	}
	return nil, Entry{}, false
}

// searchOrder puts the file that wins a merge first.
func searchOrder(models []*Model) []*Model {
	var inputs, others []*Model
	for _, m := range models {
		if m.Referenced {
			others = append(others, m)
		} else {
			inputs = append(inputs, m)
		}
	}
	slices.Reverse(inputs)
	return append(inputs, others...)
}

// Load merges the files the way Buildx does before it bakes: compose-go's
// stages in their order, over in.FS, with normalisation and the validation of
// what Bake ignores left out. The project is never nil. Problems of one
// service leave the others in place; any problem of SeverityError makes Buildx
// refuse the whole definition.
func Load(ctx context.Context, in LoadInput) (*Project, []diag.Diagnostic) {
	s := newStages(ctx, in)
	p := &Project{}
	for _, f := range in.Files {
		p.Models = append(p.Models, ParseModel(f))
	}
	diags := syntaxDiagnostics(p.Models)
	loaded, err := s.loadProject()
	p.Reads = s.reads.sorted()
	p.Models = append(p.Models, s.referencedModels()...)
	p.Environment = s.env
	if err != nil {
		if len(diags) == 0 || !errors.As(err, new(*syntaxError)) {
			diags = append(diags, p.diagnose(err)...)
		}
		return p, diags
	}
	p.Name = s.name
	diags = append(diags, p.addServices(loaded)...)
	return p, append(diags, s.unsetWarnings(p.Models)...)
}

// Environment is what interpolation would look names up in, whatever the files
// hold; see Project.Environment. COMPOSE_PROJECT_NAME is there only when it is set.
func Environment(ctx context.Context, in LoadInput) (map[string]string, error) {
	return newStages(ctx, in).environment()
}

// IsCompose tells whether a file without a telling extension is a Compose
// file: whether it loads as one by itself. The error says why it is not.
func IsCompose(ctx context.Context, in LoadInput, f File) (bool, error) {
	in.Files = []File{f}
	s := newStages(ctx, in)
	s.alone = true
	_, err := s.loadProject()
	return err == nil, err
}

func syntaxDiagnostics(models []*Model) []diag.Diagnostic {
	var all []diag.Diagnostic
	for _, m := range models {
		for _, d := range m.Diagnostics {
			d.File = m.File.label()
			all = append(all, d)
		}
	}
	return all
}

// addServices maps what compose-go loaded; each service that cannot be mapped
// is reported and stays without its build.
func (p *Project) addServices(loaded *types.Project) []diag.Diagnostic {
	var diags []diag.Diagnostic
	for _, name := range loaded.ServiceNames() {
		s := loaded.Services[name]
		service := Service{Name: name, Target: TargetName(name), Image: s.Image}
		if s.Build != nil {
			build, err := mapBuild(s, loaded)
			if err != nil {
				for _, e := range flatten(err) {
					diags = append(diags, p.serviceDiagnostic(name, e))
				}
			}
			service.Build = build
		}
		p.Services = append(p.Services, service)
	}
	return diags
}

func (p *Project) serviceDiagnostic(service string, err error) diag.Diagnostic {
	d := diag.Diagnostic{
		Severity: diag.Error,
		Source:   diag.SourceCompose,
		Code:     codeInvalid,
		Message:  err.Error(),
	}
	keys := []string{"build"}
	var at *attributeError
	if errors.As(err, &at) {
		keys = at.keys
		d.Code = at.code
	}
	place := p.nearest(service, keys)
	d.File, d.Span = place.File, place.Span
	return d
}

// nearest is the place of the value of the deepest of keys that is written anywhere.
func (p *Project) nearest(service string, keys []string) Place {
	for n := len(keys); n >= 0; n-- {
		if m, e, ok := p.find(service, keys[:n]); ok {
			if n == 0 {
				return Place{m.File.label(), e.KeySpan}
			}
			return Place{m.File.label(), valueSpan(e)}
		}
	}
	if len(p.Models) == 0 {
		return Place{}
	}
	return Place{p.Models[0].File.label(), p.Models[0].firstLine()}
}

// attributeError is a problem with one attribute of a service.
type attributeError struct {
	keys []string // below the service
	code string
	err  error
}

func (e *attributeError) Error() string { return e.err.Error() }
func (e *attributeError) Unwrap() error { return e.err }

func attributef(code string, keys []string, format string, args ...any) error {
	return &attributeError{keys: keys, code: code, err: fmt.Errorf(format, args...)}
}
