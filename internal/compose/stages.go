package compose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/consts"
	interp "github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/override"
	"github.com/compose-spec/compose-go/v2/paths"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/transform"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
)

// stages runs the steps of compose-go's loader in its order. The loader itself
// cannot be used: it opens included and extended files, env files and .env on
// the disk by itself and offers no way to hand them in. Its steps are exported
// one by one, though, and none of those used here touches the disk; the walk
// between them, and the reading, is what this type adds.
type stages struct {
	ctx   context.Context
	in    LoadInput
	env   types.Mapping
	name  string // of the project
	reads *readSet
	alone bool // a single file is tried: references between services are not checked
	casts map[tree.Path]interp.Cast
	// included caches the models of included files, so that one reached on
	// several ways is loaded once.
	included map[string]map[string]any
}

func newStages(ctx context.Context, in LoadInput) *stages {
	options := loader.ToOptions(&types.ConfigDetails{}, nil)
	return &stages{
		ctx:      ctx,
		in:       in,
		reads:    newReadSet(in.FS, in.Dir),
		casts:    options.Interpolate.TypeCastMapping,
		included: map[string]map[string]any{},
	}
}

// scope is what all files of one list share: the definition's own files, or
// those of one include.
type scope struct {
	dir      string // what relative values are resolved against; "" is the working directory
	base     string // what the names of further files are relative to
	env      types.Mapping
	chain    []string // files that include one another, outermost first
	extended map[extendsKey]extendsBase
}

// source is one file of a scope.
type source struct {
	name string
	docs []document
}

// loadProject runs all stages. A panic inside compose-go, which trusts a
// schema that Bake does not let it check first, is an error here.
func (s *stages) loadProject() (project *types.Project, err error) {
	defer func() {
		if r := recover(); r != nil {
			project, err = nil, fmt.Errorf("a value has a type that Compose does not allow there: %v", r)
		}
	}()
	if s.env, err = s.environment(); err != nil {
		return nil, err
	}
	if err := s.checkAlone(); err != nil {
		return nil, err
	}
	model, err := s.loadDefinition()
	if err != nil {
		return nil, err
	}
	return s.bind(model)
}

// checkAlone loads each of several files by itself: Buildx looks at them one
// by one before it merges them, so each must be valid alone.
func (s *stages) checkAlone() error {
	if len(s.in.Files) < 2 {
		return nil
	}
	for _, f := range s.in.Files {
		in := s.in
		in.Files = []File{f}
		single := newStages(s.ctx, in)
		single.alone, single.reads = true, s.reads
		if _, err := single.loadProject(); err != nil {
			return err
		}
	}
	return nil
}

// loadDefinition merges the definition's own files into one model.
func (s *stages) loadDefinition() (map[string]any, error) {
	if len(s.in.Files) == 0 {
		return nil, errors.New("no compose file specified")
	}
	var sources []source
	for _, f := range s.in.Files {
		docs, err := decodeFile(f.Name, f.Data)
		if err != nil {
			return nil, err
		}
		sources = append(sources, source{f.Name, docs})
	}
	sc := &scope{env: s.env}
	if err := s.nameProject(sources); err != nil {
		return nil, err
	}
	model, err := s.loadModel(sc, sources)
	if err != nil {
		return nil, err
	}
	if len(model) == 0 {
		return nil, errors.New("empty compose file")
	}
	return model, nil
}

// nameProject finds the project's name and puts it into the environment.
func (s *stages) nameProject(sources []source) error {
	name := "bake"
	if v := s.env[consts.ComposeProjectName]; v != "" {
		name = v
	}
	written := ""
	for _, src := range sources {
		for _, doc := range src.docs {
			written = cmp.Or(doc.name(), written)
		}
	}
	named, err := interp.Interpolate(map[string]any{"name": written}, s.interpolation(s.env))
	if err != nil {
		return err
	}
	if v, _ := named["name"].(string); v != "" {
		name = v
	}
	s.name = name
	s.env[consts.ComposeProjectName] = name
	return nil
}

// interpolation looks names up in env. compose-go would log unset ones to
// standard error; they are diagnostics here.
func (s *stages) interpolation(env types.Mapping) interp.Options {
	return interp.Options{
		LookupValue:     env.Resolve,
		TypeCastMapping: s.casts,
		Substitute: func(value string, lookup template.Mapping) (string, error) {
			if nesting(value) > maxNesting {
				return "", fmt.Errorf("references are nested deeper than %d levels", maxNesting)
			}
			return template.SubstituteWithOptions(value, lookup, template.WithoutLogging)
		},
	}
}

// maxNesting bounds how deep references may stand in one another: compose-go
// takes a time that grows with the cube of it.
const maxNesting = 50

func nesting(value string) int {
	depth, deepest := 0, 0
	for i := range len(value) {
		switch {
		case value[i] == '{' && i > 0 && value[i-1] == '$':
			depth++
			deepest = max(deepest, depth)
		case value[i] == '}' && depth > 0:
			depth--
		}
	}
	return deepest
}

// loadModel merges the files of a scope and resolves its relative paths.
func (s *stages) loadModel(sc *scope, sources []source) (map[string]any, error) {
	sc.extended = map[extendsKey]extendsBase{}
	model := map[string]any{}
	for _, src := range sources {
		var err error
		if model, _, err = s.loadFile(sc, src, model, whole); err != nil {
			return nil, err
		}
	}
	model, err := transform.SetDefaultValues(model)
	if err != nil {
		return nil, err
	}
	dropDevelop(model)
	s.expandHome(model)
	if err := paths.ResolveRelativePaths(model, sc.dir, nil); err != nil {
		return nil, err
	}
	loader.ResolveEnvironment(model, sc.env)
	return model, nil
}

// filePart tells loadFile which references to follow.
type filePart int

const (
	whole      filePart = iota
	rawService          // the file is extended: its services are taken as they stand
)

// loadFile merges the documents of one file over model and returns with it
// what the last document resets.
func (s *stages) loadFile(sc *scope, src source, model map[string]any, part filePart) (map[string]any, resets, error) {
	var last resets
	for _, doc := range src.docs {
		if err := s.ctx.Err(); err != nil {
			return nil, nil, err
		}
		var err error
		if model, err = s.mergeDocument(sc, src.name, doc, model, part); err != nil {
			return nil, nil, inFile(src.name, err)
		}
		last = doc.resets
	}
	return model, last, nil
}

// open reads and parses a file that another one names.
func (s *stages) open(name string) (source, error) {
	content, err := s.reads.read(name)
	if err != nil {
		return source{}, err
	}
	if err := s.reads.addFile(name, content); err != nil {
		return source{}, err
	}
	docs, err := decodeFile(name, content)
	return source{name, docs}, err
}

func decodeFile(name string, content []byte) ([]document, error) {
	docs, err := decodeDocuments(content)
	if err != nil {
		return nil, &syntaxError{name, fmt.Errorf("failed to parse %s: %w", name, err)}
	}
	return docs, nil
}

// mergeDocument takes one document through interpolation, include, reset,
// extends, merge and canonical form, in the order compose-go has.
func (s *stages) mergeDocument(sc *scope, name string, doc document, model map[string]any, part filePart) (map[string]any, error) {
	fields, ok := doc.value.(map[string]any)
	if !ok {
		return nil, errors.New("top-level object must be a mapping")
	}
	fields, err := interp.Interpolate(fields, s.interpolation(sc.env))
	if err != nil {
		return nil, err
	}
	if part == whole {
		if err := s.applyIncludes(sc, name, fields, doc.resets); err != nil {
			return nil, err
		}
	}
	doc.resets.apply(model)
	if part == whole {
		if err := s.applyExtends(sc, name, fields, doc.resets); err != nil {
			return nil, err
		}
	}
	if model, err = override.Merge(model, fields); err != nil {
		return nil, err
	}
	if model, err = override.EnforceUnicity(model); err != nil {
		return nil, err
	}
	delete(model, "version")
	if model, err = transform.Canonical(model, false); err != nil {
		return nil, err
	}
	return override.EnforceUnicity(loader.OmitEmpty(model))
}

// bind drops what Bake does not look at, validates the rest against the
// Compose schema and fills compose-go's types.
func (s *stages) bind(model map[string]any) (*types.Project, error) {
	kept := keepForBake(model)
	if len(kept) == 0 {
		return nil, errors.New("empty compose file")
	}
	if err := schema.Validate(kept); err != nil {
		return nil, err
	}
	details := types.ConfigDetails{Environment: s.env}
	options := loader.ToOptions(&details, []func(*loader.Options){func(o *loader.Options) {
		o.SkipNormalization = true
		o.SkipConsistencyCheck = s.alone
		o.SkipResolveEnvironment = true // reads env_file from the disk: resolveEnvFiles does it
		o.SkipResolveLabels = true
		o.Profiles = []string{"*"}
	}})
	project, err := loader.ModelToProject(kept, options, details)
	if err != nil {
		return nil, err
	}
	return project, s.resolveEnvFiles(project)
}

// bakeServiceKeys are the attributes of a service that Bake looks at. All
// others are dropped before validation, so none of them can fail it.
var bakeServiceKeys = []string{"image", "build", "environment", "env_file"}

func keepForBake(model map[string]any) map[string]any {
	kept := map[string]any{}
	if services, ok := model["services"].(map[string]any); ok {
		keptServices := map[string]any{}
		for name, service := range services {
			if fields, ok := service.(map[string]any); ok || service == nil {
				keptServices[name] = pick(fields, bakeServiceKeys)
			}
		}
		kept["services"] = keptServices
	}
	if secrets, ok := model["secrets"]; ok {
		kept["secrets"] = secrets
	}
	return kept
}

func pick(fields map[string]any, keys []string) map[string]any {
	picked := map[string]any{}
	for _, k := range keys {
		if v, ok := fields[k]; ok {
			picked[k] = v
		}
	}
	return picked
}

// dropDevelop removes the one section whose paths compose-go resolves through
// the disk's symbolic links; Bake has no use for it.
func dropDevelop(model map[string]any) {
	for service := range eachMapping(model["services"]) {
		delete(service, "develop")
	}
}

// expandHome replaces a leading "~" where compose-go would, so that it does
// not ask the process for its home.
func (s *stages) expandHome(model map[string]any) {
	home, ok := s.home()
	if !ok {
		return
	}
	expand := func(fields map[string]any, key string) {
		if v, ok := fields[key].(string); ok && len(v) > 0 && v[0] == '~' {
			fields[key] = filepath.Join(home, v[1:])
		}
	}
	for service := range eachMapping(model["services"]) {
		build, _ := service["build"].(map[string]any)
		expand(build, "context")
		for _, nested := range []string{"additional_contexts", "ssh"} {
			fields, _ := build[nested].(map[string]any)
			for _, k := range slices.Collect(maps.Keys(fields)) {
				expand(fields, k)
			}
		}
		for f := range eachMapping(service["env_file"]) {
			expand(f, "path")
		}
		extends, _ := service["extends"].(map[string]any)
		expand(extends, "file")
	}
	for secret := range eachMapping(model["secrets"]) {
		expand(secret, "file")
	}
}

// eachMapping yields the mappings among the values of a mapping or list.
func eachMapping(value any) func(yield func(map[string]any) bool) {
	return func(yield func(map[string]any) bool) {
		var values []any
		switch v := value.(type) {
		case map[string]any:
			values = slices.Collect(maps.Values(v))
		case []any:
			values = v
		}
		for _, v := range values {
			if m, ok := v.(map[string]any); ok && !yield(m) {
				return
			}
		}
	}
}
