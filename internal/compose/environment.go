package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
)

// readSet reads through an FS and remembers what was asked for. Relative names
// are relative to dir.
type readSet struct {
	fs    FS
	dir   string
	asked map[string]bool // absolute paths
	files map[string]File // the included and extended ones, by absolute path
	opens int             // of such files, repeated ones counted
}

func newReadSet(fsys FS, dir string) *readSet {
	return &readSet{fs: fsys, dir: dir, asked: map[string]bool{}, files: map[string]File{}}
}

func (r *readSet) abs(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(r.dir, name)
}

func (r *readSet) sorted() []string { return slices.Sorted(maps.Keys(r.asked)) }

func (r *readSet) read(name string) ([]byte, error) {
	path := r.abs(name)
	r.asked[path] = true
	if r.fs == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	data, err := r.fs.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return data, nil
}

// maxOpens bounds the Compose files that one definition may draw in: links
// between folders can make a handful look like ever more of them.
const maxOpens = 1000

// addFile notes a file that another one includes or extends.
func (r *readSet) addFile(name string, data []byte) error {
	if r.opens++; r.opens > maxOpens {
		return fmt.Errorf("more than %d files are included or extended", maxOpens)
	}
	path := r.abs(name)
	if _, ok := r.files[path]; !ok {
		r.files[path] = File{Name: name, Path: path, Data: data}
	}
	return nil
}

func (r *readSet) stat(name string) (fs.FileInfo, error) {
	path := r.abs(name)
	r.asked[path] = true
	if r.fs == nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return r.fs.Stat(path)
}

// environment is what interpolation looks up in: the process's environment
// unless that is off, .env of the working directory where it has no such name,
// and the --var values over both.
func (s *stages) environment() (types.Mapping, error) {
	env := types.Mapping{}
	if s.in.Env != nil && !s.in.DisableEnvLookup {
		for _, name := range s.in.Env.Names() {
			if v, ok := s.in.Env.Lookup(name); ok {
				env[name] = v
			}
		}
	}
	if err := s.addDotEnv(env); err != nil {
		return env, err
	}
	maps.Copy(env, s.in.Vars)
	return env, nil
}

func (s *stages) addDotEnv(env types.Mapping) error {
	info, err := s.reads.stat(".env")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("looking for .env: %w", err)
	case info.IsDir():
		return nil
	}
	data, err := s.reads.read(".env")
	if err != nil {
		return err
	}
	values := map[string]string{}
	if err := parseEnvFile(data, ".env", values, env.Resolve, ""); err != nil {
		return &fileError{".env", err}
	}
	env.Merge(values)
	return nil
}

// parseEnvFile adds what an env file sets to values.
func parseEnvFile(data []byte, name string, values map[string]string, lookup dotenv.LookupFn, format string) error {
	if nesting(string(data)) > maxNesting {
		return fmt.Errorf("failed to read %s: references are nested deeper than %d levels", name, maxNesting)
	}
	return dotenv.ParseWithFormat(bytes.NewReader(data), name, values, lookup, format)
}

// home is the person's home as the environment tells it.
func (s *stages) home() (string, bool) {
	if s.in.Env == nil {
		return "", false
	}
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if v, ok := s.in.Env.Lookup(name); ok && v != "" {
			return v, true
		}
	}
	return "", false
}

// resolveEnvFiles completes every service's environment: names without a value
// from the project's environment, then env_file, under what the service says itself.
func (s *stages) resolveEnvFiles(p *types.Project) error {
	for _, name := range p.ServiceNames() {
		service := p.Services[name]
		service.Environment = service.Environment.Resolve(p.Environment.Resolve)
		values := service.Environment.ToMapping()
		lookup := func(key string) (string, bool) {
			if v, ok := p.Environment.Resolve(key); ok {
				return v, true
			}
			if v := service.Environment[key]; v != nil {
				return *v, true
			}
			return "", false
		}
		for _, f := range service.EnvFiles {
			if err := s.addEnvFile(values, f, lookup); err != nil {
				return &serviceError{name, []string{"env_file", f.Path}, err}
			}
		}
		service.Environment = values.ToMappingWithEquals().OverrideBy(service.Environment)
		p.Services[name] = service
	}
	return nil
}

func (s *stages) addEnvFile(values types.Mapping, f types.EnvFile, lookup dotenv.LookupFn) error {
	if _, err := s.reads.stat(f.Path); errors.Is(err, fs.ErrNotExist) {
		if f.Required {
			return fmt.Errorf("env file %s not found", f.Path)
		}
		return nil
	}
	data, err := s.reads.read(f.Path)
	if err != nil {
		return err
	}
	return parseEnvFile(data, f.Path, values, lookup, f.Format)
}

// referencedModels are the models of the files that were included or extended
// and are no inputs, by path.
func (s *stages) referencedModels() []*Model {
	inputs := map[string]bool{}
	for _, f := range s.in.Files {
		inputs[f.Path] = true
	}
	var models []*Model
	for _, path := range slices.Sorted(maps.Keys(s.reads.files)) {
		if inputs[path] {
			continue
		}
		m := ParseModel(s.reads.files[path])
		m.Referenced = true
		models = append(models, m)
	}
	return models
}
