package compose

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/override"
	"github.com/compose-spec/compose-go/v2/paths"
)

// extendsKey names an extended file within a scope.
type extendsKey struct{ path, dir string }

// extendsBase is what an extended file offers.
type extendsBase struct {
	services map[string]any
	resets   resets
}

// serviceRef is one step of a chain of extends.
type serviceRef struct{ file, service string }

// applyExtends merges every service of fields over the one it extends. It
// goes by name, so that of several errors always the same is reported.
func (s *stages) applyExtends(sc *scope, file string, fields map[string]any, r resets) error {
	for _, section := range []string{"services", "jobs"} {
		value, ok := fields[section]
		if !ok {
			continue
		}
		entries, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("%s must be a mapping", section)
		}
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			e := extension{stages: s, scope: sc, file: file}
			merged, err := e.apply(name, entries, r, nil)
			if err != nil {
				return err
			}
			entries[name] = merged
		}
	}
	return nil
}

// extension resolves one service's chain of extends.
type extension struct {
	*stages
	scope *scope
	file  string // the definition's file the chain starts in
}

func (e extension) apply(name string, services map[string]any, r resets, chain []serviceRef) (any, error) {
	if services[name] == nil {
		return nil, nil
	}
	service, ok := services[name].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("services.%s must be a mapping", name)
	}
	if _, ok := service["extends"]; !ok {
		return service, nil
	}
	ref, refFile, err := extendsTarget(name, service["extends"])
	if err != nil {
		return nil, err
	}
	base, err := e.base(name, ref, refFile, services, r, chain)
	if err != nil || base == nil {
		return service, err
	}
	inherited := clone(base).(map[string]any)
	r.apply(map[string]any{"services": map[string]any{name: inherited}})
	merged, err := override.ExtendService(inherited, service)
	if err != nil {
		return nil, err
	}
	delete(merged, "extends")
	services[name] = merged
	return merged, nil
}

// base is the extended service with its own extends applied; nil when it is empty.
func (e extension) base(name, ref, refFile string, services map[string]any, r resets, chain []serviceRef) (any, error) {
	file := e.file
	if refFile != "" {
		from, err := e.openBase(name, ref, refFile)
		if err != nil {
			return nil, err
		}
		file, services, r = refFile, from.services, from.resets
	} else if _, ok := services[ref]; !ok {
		return nil, &serviceError{name, []string{"extends", "service"},
			fmt.Errorf("cannot extend service %q in %s: service %q not found", name, file, ref)}
	}
	step := serviceRef{file, name}
	if slices.Contains(chain, step) {
		return nil, &serviceError{name, []string{"extends"}, circular(append(chain, step))}
	}
	chain = append(slices.Clip(chain), step)
	return e.apply(ref, services, r, chain)
}

func circular(chain []serviceRef) error {
	lines := []string{"Circular reference:", fmt.Sprintf("  %s in %s", chain[0].service, chain[0].file)}
	for _, step := range chain[1:] {
		lines = append(lines, fmt.Sprintf("  extends %s in %s", step.service, step.file))
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}

func extendsTarget(name string, extends any) (service, file string, err error) {
	switch v := extends.(type) {
	case string:
		return v, "", nil
	case map[string]any:
		service, ok := v["service"].(string)
		if !ok {
			return "", "", &serviceError{name, []string{"extends"}, fmt.Errorf("extends.%s.service is required", name)}
		}
		file, ok := v["file"].(string)
		if !ok && v["file"] != nil {
			return "", "", &serviceError{name, []string{"extends", "file"}, fmt.Errorf("services.%s.extends.file must be a string", name)}
		}
		return service, file, nil
	}
	return "", "", &serviceError{name, []string{"extends"}, fmt.Errorf("services.%s.extends must be a mapping or string", name)}
}

// openBase finds the extended service in another file.
func (e extension) openBase(name, ref, refFile string) (extendsBase, error) {
	key := extendsKey{
		path: inFolder(e.scope.base, refFile),
		dir:  e.folderOf(e.scope, refFile),
	}
	base, ok := e.scope.extended[key]
	if !ok {
		var err error
		if base, err = e.loadBase(name, key); err != nil {
			return base, err
		}
		e.scope.extended[key] = base
	}
	if _, ok := base.services[ref]; !ok {
		return base, &serviceError{name, []string{"extends", "service"},
			fmt.Errorf("cannot extend service %q in %s: service %q not found in %s", name, e.file, ref, refFile)}
	}
	// Resolving a chain writes merged services back: hand out a copy.
	return extendsBase{clone(base.services).(map[string]any), base.resets}, nil
}

func (e extension) loadBase(name string, key extendsKey) (extendsBase, error) {
	src, err := e.open(key.path)
	if err != nil {
		return extendsBase{}, &serviceError{name, []string{"extends", "file"}, err}
	}
	inner := &scope{dir: key.dir, base: filepath.Dir(key.path), env: e.scope.env}
	model, r, err := e.loadFile(inner, src, map[string]any{}, rawService)
	if err != nil {
		return extendsBase{}, err
	}
	value, ok := model["services"]
	if !ok {
		return extendsBase{}, &serviceError{name, []string{"extends", "file"},
			fmt.Errorf("cannot extend service %q in %s: no services section", name, key.path)}
	}
	services, ok := value.(map[string]any)
	if !ok {
		return extendsBase{}, fmt.Errorf("cannot extend service %q in %s: services must be a mapping", name, key.path)
	}
	dropDevelop(model)
	e.expandHome(model)
	return extendsBase{services, r}, paths.ResolveRelativePaths(model, key.dir, nil)
}
