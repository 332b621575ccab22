package cli

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/workspace"
)

// bakeInput reads the definition's files, found or named, and gathers what
// else it is evaluated with.
func (a *App) bakeInput(b *bakeFlags) (bake.Input, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return bake.Input{}, err
	}
	vars, err := parseVars(b.vars)
	if err != nil {
		return bake.Input{}, err
	}
	home, err := os.UserHomeDir()
	if err != nil { // only homedir() needs it, and says so
		home = ""
	}
	in := bake.Input{
		Dir: cwd, Env: workspace.NewEnv(os.Environ()), Vars: vars, FS: workspace.OSDisk{},
		Now: time.Now, Rand: rand.Reader, Home: home, LocalPlatform: "linux/" + runtime.GOARCH,
	}
	in.DisableEnvLookup = envBool("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP")
	in.FileRelativePaths = envBool("BUILDX_BAKE_FILE_RELATIVE_PATHS")
	in.Files, err = a.bakeFiles(b.files, cwd, in.Env)
	return in, err
}

// bakeFiles reads the named files, or those that the lookup finds.
func (a *App) bakeFiles(names []string, cwd string, env compose.Env) ([]bake.File, error) {
	if len(names) == 0 {
		found, err := bake.Lookup(workspace.OSDisk{}, cwd, env)
		if err != nil {
			return nil, err
		}
		names = found
	}
	files := make([]bake.File, 0, len(names))
	for _, name := range names {
		f, err := a.bakeFile(strings.TrimPrefix(name, "cwd://"), cwd)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func (a *App) bakeFile(name, cwd string) (bake.File, error) {
	if name == "-" {
		data, err := io.ReadAll(a.Stdin)
		if err != nil {
			return bake.File{}, fmt.Errorf("reading the definition from standard input: %w", err)
		}
		return bake.File{Name: "-", Data: data}, nil
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(cwd, name)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return bake.File{}, fmt.Errorf("reading the definition: %w", err)
	}
	return bake.File{Name: name, Path: path, Data: data}, nil
}
