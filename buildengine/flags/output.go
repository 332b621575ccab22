package flags

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/buildlens/buildlens/buildengine"
)

// stdout is the destination that means standard output.
const stdout = "-"

// Output parses a value of --output: a path, "-", or CSV with type=. Relative
// destinations are made absolute against cwd.
func Output(s, cwd string) (buildengine.Output, error) {
	list, err := fields("output", s)
	if err != nil {
		return buildengine.Output{}, err
	}
	if len(list) == 1 && !list[0].ok {
		return pathOutput(s, cwd)
	}
	out := buildengine.Output{Attrs: map[string]string{}}
	for _, f := range list {
		if !f.ok {
			return buildengine.Output{}, fmt.Errorf("invalid value %s", f.raw)
		}
		switch f.key {
		case "type":
			out.Type = f.value
		case "dest":
			out.Dest = f.value
		default:
			out.Attrs[f.key] = f.value
		}
	}
	return CheckOutput(out, cwd)
}

func pathOutput(s, cwd string) (buildengine.Output, error) {
	if s == stdout {
		return CheckOutput(buildengine.Output{Type: "tar", Dest: stdout}, cwd)
	}
	return CheckOutput(buildengine.Output{Type: "local", Dest: s}, cwd)
}

// CheckOutput completes an output that was written as an object, as Bake files
// do: it refuses one that cannot work and makes its destination absolute.
func CheckOutput(out buildengine.Output, cwd string) (buildengine.Output, error) {
	switch out.Type {
	case "":
		return out, errors.New("type is required for output")
	case "local":
		if out.Dest == "" {
			return out, errors.New("dest is required for local exporter")
		}
		if out.Dest == stdout {
			return out, errors.New("dest cannot be stdout for local exporter")
		}
	case "tar":
		if out.Dest == "" {
			out.Dest = stdout
		}
	}
	if out.Dest != "" && out.Dest != stdout {
		out.Dest = absolute(out.Dest, cwd)
	}
	if out.Attrs == nil {
		out.Attrs = map[string]string{}
	}
	return out, nil
}

func absolute(path, cwd string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(cwd, path)
}
