package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/drivers"
)

var update = flag.Bool("update", false, "write what is found into the want files")

// TestGolden runs the command line in copies of the folders of testdata/cli.
// "args" has an argument a line, "env" a variable a line; "want" holds the
// exit status and what was printed. None of them reaches a builder.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/cli/*")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, dir := range cases {
		t.Run(filepath.Base(dir), func(t *testing.T) { golden(t, dir) })
	}
}

func golden(t *testing.T, dir string) {
	want, err := filepath.Abs(filepath.Join(dir, "want"))
	if err != nil {
		t.Fatal(err)
	}
	args, env := fileLines(t, filepath.Join(dir, "args")), fileLines(t, filepath.Join(dir, "env"))
	work, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(work, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"BUILDX_BAKE_FILE", "SSH_AUTH_SOCK", "SOURCE_DATE_EPOCH", "BUILDKIT_PROGRESS"} {
		t.Setenv(name, "") // to be restored
		os.Unsetenv(name)
	}
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		t.Setenv(name, value)
	}
	t.Chdir(work)
	var stdout, stderr bytes.Buffer
	app := &App{
		Name: "buildlens", Version: "test", Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
		Drivers: func() ([]drivers.Driver, error) { return nil, nil },
	}
	status := app.Main(t.Context(), args)
	got := fmt.Sprintf("exit %d\n-- stdout --\n%s-- stderr --\n%s", status, stdout.String(), stderr.String())
	got = strings.ReplaceAll(got, work, "$DIR")
	if *update {
		if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	expected, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(expected) {
		t.Errorf("got:\n%s\nwant:\n%s", got, expected)
	}
}

// fileLines are the lines of a file, none when there is no file.
func fileLines(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}
