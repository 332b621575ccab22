package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs the command line in a folder with files.
func runIn(t *testing.T, files map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	var out, errs bytes.Buffer
	app := &App{Name: "buildlens", Version: "v1", Revision: "abc", Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}
	code = app.Main(context.Background(), args)
	return code, out.String(), errs.String()
}

// The checks for CI: what they find, how it is printed, and the exit status.
func TestCheck(t *testing.T) {
	files := map[string]string{
		"docker-bake.hcl":         "target \"app\" {\n  context = \"svc\"\n  target  = \"relaese\"\n  bogus   = 1\n}\n",
		"svc/Dockerfile":          "FROM scratch as release\nCOPY Dockerfile /\n",
		"node_modules/Dockerfile": "NONSENSE\n",
	}
	code, out, errs := runIn(t, files, "check")
	if code != 1 || errs != "" {
		t.Errorf("exit status %d, %s", code, errs)
	}
	for _, want := range []string{"docker-bake.hcl:3:", "relaese", "release", "docker-bake.hcl:4:3: warning", "svc/Dockerfile:1:14: warning", "FromAsCasing"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "node_modules") {
		t.Error("other people's files were checked")
	}
	_, out, _ = runIn(t, files, "check", "--format", "json", "svc")
	var found []struct{ File, Code string }
	if err := json.Unmarshal([]byte(out), &found); err != nil || len(found) == 0 {
		t.Fatalf("%v in %s", err, out)
	}
	if want := filepath.FromSlash("svc/Dockerfile"); found[0].File != want {
		t.Errorf("found %+v, want all in %s", found, want)
	}
	if code, out, _ := runIn(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY . /\n"}, "check"); code != 0 {
		t.Errorf("a good file gives %d: %s", code, out)
	}
}

// What is misspelled is answered with what was probably meant.
func TestMisspelled(t *testing.T) {
	bake := map[string]string{"docker-bake.hcl": "target \"app\" {}\n"}
	for want, args := range map[string][]string{
		"did you mean --platform?":  {"build", "--platfrom", "linux/amd64", "."},
		"did you mean --print?":     {"bake", "--prnit"},
		`failed to find target ap`:  {"bake", "--print", "ap"},
		"unknown command \"biuld\"": {"biuld"},
		"unknown format \"yaml\"":   {"check", "--format", "yaml"},
		`path "nowhere" not found`:  {"build", "nowhere"},
		"only loopback addresses":   {"serve", "--listen", "192.0.2.1:0"},
		"expected key=value":        {"bake", "--print", "--var", "X"},
	} {
		code, _, errs := runIn(t, bake, args...)
		if code != 1 || !strings.Contains(errs, want) || !strings.Contains(errs, "ERROR:") {
			t.Errorf("%v: exit status %d, %q, want %q in it", args, code, errs, want)
		}
	}
}

func TestVersion(t *testing.T) {
	if code, out, _ := runIn(t, nil, "version"); code != 0 || out != "github.com/buildlens/buildlens v1 abc\n" {
		t.Errorf("exit status %d, %q", code, out)
	}
}
