package compose

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/override"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
)

// applyIncludes loads what a document includes and imports it into fields.
func (s *stages) applyIncludes(sc *scope, name string, fields map[string]any, r resets) error {
	entries, err := includeEntries(fields["include"])
	if err != nil {
		return err
	}
	sc = sc.within(name)
	for _, entry := range entries {
		imported, err := s.include(sc, entry)
		if err != nil {
			return &topError{append([]string{"include"}, firstOf(entry.Path)...), err}
		}
		if err := importSections(imported, fields, r); err != nil {
			return err
		}
	}
	delete(fields, "include")
	return nil
}

func (s *stages) include(sc *scope, entry types.IncludeConfig) (map[string]any, error) {
	inner, names, err := s.includeScope(sc, entry)
	if err != nil {
		return nil, err
	}
	return s.loadIncluded(inner, names)
}

func firstOf(list []string) []string { return list[:min(1, len(list))] }

// within is the scope as the file's own includes see it.
func (sc *scope) within(file string) *scope {
	inner := *sc
	inner.chain = append(append([]string{}, sc.chain...), file)
	return &inner
}

func includeEntries(value any) ([]types.IncludeConfig, error) {
	if value == nil {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("`include` must be a list, got %v", value)
	}
	for i, entry := range list {
		if path, ok := entry.(string); ok {
			list[i] = map[string]any{"path": path}
		}
	}
	var entries []types.IncludeConfig
	err := loader.Transform(list, &entries)
	return entries, err
}

// includeScope resolves one entry of `include`. The first path of an entry
// gives the folder the rest is relative to; the others override it.
func (s *stages) includeScope(sc *scope, entry types.IncludeConfig) (*scope, []string, error) {
	inner := &scope{chain: sc.chain, base: entry.ProjectDirectory}
	var names []string
	for i, path := range entry.Path {
		path = inFolder(sc.base, path)
		names = append(names, path)
		if i > 0 {
			continue
		}
		switch {
		case inner.base == "":
			inner.dir, inner.base = s.folderOf(sc, path), filepath.Dir(path)
		case filepath.IsAbs(inner.base):
			inner.dir = inner.base
		default:
			inner.dir, inner.base = s.folderOf(sc, inner.base), filepath.Join(sc.dir, inner.base)
		}
		if err := checkCycle(sc.chain, path); err != nil {
			return nil, nil, err
		}
	}
	env, err := s.includeEnvironment(sc, inner.base, entry.EnvFile)
	inner.env = env
	return inner, names, err
}

func checkCycle(chain []string, path string) error {
	for _, f := range chain {
		if f == path {
			chain = append(chain[:len(chain):len(chain)], path)
			return fmt.Errorf("include cycle detected:\n%s\n include %s", chain[0], strings.Join(chain[1:], "\n include "))
		}
	}
	return nil
}

// inFolder is a name as compose-go spells it: joined to the folder unless absolute.
func inFolder(folder, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(folder, name)
}

// folderOf is the folder that values in a file are relative to, seen from the
// scope's own. The name is joined to the base once more, even when it has been
// before: compose-go does the same when it works with relative paths.
func (s *stages) folderOf(sc *scope, name string) string {
	path := inFolder(sc.base, name)
	if info, err := s.reads.stat(path); err != nil || !info.IsDir() {
		path = inFolder(sc.base, filepath.Dir(name))
	}
	relative, err := filepath.Rel(sc.base, path)
	if err != nil {
		return path
	}
	return relative
}

// includeEnvironment is the scope's environment and, where it has no such
// name, the entry's env files, or .env of the included folder.
func (s *stages) includeEnvironment(sc *scope, folder string, files []string) (types.Mapping, error) {
	names, err := s.includeEnvFiles(sc, folder, files)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	lookup := func(key string) (string, bool) {
		if v, ok := sc.env.Resolve(key); ok {
			return v, true
		}
		v, ok := values[key]
		return v, ok
	}
	for _, name := range names {
		data, err := s.reads.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("couldn't find env file: %s", name)
		}
		if err != nil {
			return nil, err
		}
		if err := parseEnvFile(data, name, values, lookup, ""); err != nil {
			return nil, err
		}
	}
	return sc.env.Clone().Merge(values), nil
}

func (s *stages) includeEnvFiles(sc *scope, folder string, files []string) ([]string, error) {
	if len(files) == 0 {
		name := filepath.Join(folder, ".env")
		if info, err := s.reads.stat(name); err == nil && !info.IsDir() {
			return []string{name}, nil
		}
		return nil, nil
	}
	var names []string
	for _, f := range files {
		if f == "/dev/null" {
			continue
		}
		f = inFolder(sc.dir, f)
		info, err := s.reads.stat(f)
		if err != nil {
			return nil, fmt.Errorf("env file of include: %w", err)
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s is not a file", f)
		}
		names = append(names, f)
	}
	return names, nil
}

// loadIncluded loads the files of an entry, once per folder and environment.
func (s *stages) loadIncluded(sc *scope, names []string) (map[string]any, error) {
	key, err := json.Marshal([]any{names, sc.dir, sc.base, sc.env})
	if err != nil {
		return nil, fmt.Errorf("naming an included model: %w", err)
	}
	if model, ok := s.included[string(key)]; ok {
		return clone(model).(map[string]any), nil
	}
	var sources []source
	for _, name := range names {
		src, err := s.open(name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, src)
	}
	model, err := s.loadModel(sc, sources)
	if err != nil {
		return nil, err
	}
	s.included[string(key)] = clone(model).(map[string]any)
	return model, nil
}

// importedSections are what an include brings along.
var importedSections = []string{"services", "jobs", "volumes", "networks", "secrets", "configs", "models"}

// importSections adds the included resources; those the file declares as well
// are merged under its own.
func importSections(from, into map[string]any, r resets) error {
	for _, section := range importedSections {
		resources, ok := from[section].(map[string]any)
		if !ok {
			continue
		}
		own, ok := into[section].(map[string]any)
		if !ok && into[section] != nil {
			return fmt.Errorf("%s must be a mapping", section)
		}
		if own == nil {
			own = map[string]any{}
		}
		into[section] = own
		for name, resource := range resources {
			if err := importResource(own, section, name, resource, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func importResource(own map[string]any, section, name string, resource any, r resets) error {
	declared, ok := own[name]
	if !ok {
		own[name] = resource
		return nil
	}
	if reflect.DeepEqual(resource, declared) {
		return nil // the same one on two ways; merging would double its lists
	}
	r.apply(map[string]any{section: map[string]any{name: resource}})
	merged, err := override.MergeYaml(resource, declared, tree.NewPath(section, name))
	if err != nil {
		return err
	}
	own[name] = merged
	return nil
}

// clone copies a model so that later stages can write into it.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for k, e := range v {
			c[k] = clone(e)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, e := range v {
			c[i] = clone(e)
		}
		return c
	}
	return value
}
