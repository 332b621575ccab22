package compose

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"
)

// reference loads files from the disk with compose-go's own loader, in the
// two steps that spec'd behaviour follows: all stages without validation, then
// validation and binding of what Bake looks at.
func reference(ctx context.Context, files []types.ConfigFile, env map[string]string) (*types.Project, error) {
	details := types.ConfigDetails{ConfigFiles: files, Environment: env}
	name := env[consts.ComposeProjectName]
	if name == "" {
		name = "bake"
	}
	model, err := loader.LoadModelWithContext(ctx, details, func(o *loader.Options) {
		o.SetProjectName(name, false)
		o.SkipNormalization = true
		o.SkipValidation = true
	})
	if err != nil {
		return nil, err
	}
	kept := keepForBake(model)
	if len(kept) == 0 {
		return nil, errors.New("empty compose file")
	}
	if err := schema.Validate(kept); err != nil {
		return nil, err
	}
	options := loader.ToOptions(&details, []func(*loader.Options){func(o *loader.Options) {
		o.SkipNormalization = true
		o.Profiles = []string{"*"}
	}})
	return loader.ModelToProject(kept, options, details)
}

// TestStagesEqualLoader holds our walk through compose-go's stages against its
// own loader, which reads the same files from the disk: includes, extends,
// resets, env files and paths must come out alike, or fail alike.
func TestStagesEqualLoader(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join("testdata", "reference", "*.txtar"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			files := memFS{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			compareWithReference(t, files, strings.Fields(string(archive.Comment)))
		})
	}
}

func compareWithReference(t *testing.T, files memFS, inputs []string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	t.Chdir(dir)
	env := map[string]string{"FROM_ENV": "env"}
	var configs []types.ConfigFile
	in := LoadInput{Dir: root, FS: files, Env: mapEnv(env)}
	for _, name := range inputs {
		configs = append(configs, types.ConfigFile{Filename: name, Content: []byte(files[name])})
		in.Files = append(in.Files, files.file(name))
	}
	want, wantErr := reference(context.Background(), configs, map[string]string{"FROM_ENV": "env"})
	got, gotErr := newStages(context.Background(), in).loadProject()
	if (wantErr != nil) != (gotErr != nil) {
		t.Fatalf("compose-go: %v\nwe:         %v", wantErr, gotErr)
	}
	if wantErr != nil {
		if wantErr.Error() != gotErr.Error() {
			t.Errorf("compose-go: %v\nwe:         %v", wantErr, gotErr)
		}
		return
	}
	ignored := cmp.Options{
		cmpopts.IgnoreUnexported(types.SecretConfig{}),
		cmpopts.SortSlices(func(a, b types.SSHKey) bool { return a.ID < b.ID }), // compose-go ranges over a map
	}
	if d := cmp.Diff(want.Services, got.Services, ignored); d != "" {
		t.Errorf("services (-compose-go +we):\n%s", d)
	}
	if d := cmp.Diff(want.Secrets, got.Secrets, ignored); d != "" {
		t.Errorf("secrets (-compose-go +we):\n%s", d)
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}
