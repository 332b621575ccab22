package bake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/diag"
)

var update = flag.Bool("update", false, "write what is found into the want files")

// disk is the real file system, for cases in testdata.
type disk struct{}

func (disk) Read(path string) ([]byte, error)        { return os.ReadFile(path) }
func (disk) Stat(path string) (fs.FileInfo, error)   { return os.Stat(path) }
func (disk) List(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }

// environment is a process environment of a test.
type environment map[string]string

func (e environment) Lookup(name string) (string, bool) {
	v, ok := e[name]
	return v, ok
}

func (e environment) Names() []string {
	var names []string
	for name := range e {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// zeros is a source of randomness that tests can predict.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func testInput(dir string, files ...bake.File) bake.Input {
	return bake.Input{
		Dir: dir, Files: files, Env: environment{}, Vars: map[string]string{}, FS: disk{}, Rand: zeros{},
		Now:  func() time.Time { return time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC) },
		Home: "/home/somebody", LocalPlatform: "linux/amd64",
	}
}

// A goldenCase is what a case file says: one directive a line.
type goldenCase struct {
	files   []string // "file NAME", in order; the default lookup without any
	env     environment
	vars    map[string]string
	request bake.PlanRequest // "target NAME" and "set OVERRIDE"
	flags   bake.Shorthands  // "push", "load", "check", "no-cache", "pull", "call X", "sbom X", "provenance X"
	list    string           // "list targets" or "list variables"
	disable bool             // "no-env-lookup"
	rebase  bool             // "relative-paths"
}

func readCase(t *testing.T, path string) goldenCase {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := goldenCase{env: environment{}, vars: map[string]string{}}
	yes := true
	for _, line := range strings.Split(string(data), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		key, value, _ := strings.Cut(rest, "=")
		switch word {
		case "", "#":
		case "file":
			c.files = append(c.files, rest)
		case "env":
			c.env[key] = value
		case "var":
			c.vars[key] = value
		case "target":
			c.request.Targets = append(c.request.Targets, strings.Fields(rest)...)
		case "set":
			c.request.Overrides = append(c.request.Overrides, rest)
		case "list":
			c.list = rest
		case "push":
			c.flags.Push = true
		case "load":
			c.flags.Load = true
		case "check":
			c.flags.Check = true
		case "no-cache":
			c.flags.NoCache = &yes
		case "pull":
			c.flags.Pull = &yes
		case "call":
			c.flags.Call = rest
		case "sbom":
			c.flags.SBOM = rest
		case "provenance":
			c.flags.Provenance = rest
		case "policy":
			c.flags.Policy = append(c.flags.Policy, rest)
		case "no-env-lookup":
			c.disable = true
		case "relative-paths":
			c.rebase = true
		default:
			t.Fatalf("%s: unknown directive %q", path, word)
		}
	}
	return c
}

// definition reads the files of a case.
func (c goldenCase) definition(t *testing.T, dir string) *bake.Definition {
	t.Helper()
	names := c.files
	if len(names) == 0 {
		var err error
		if names, err = bake.Lookup(disk{}, dir, c.env); err != nil {
			t.Fatal(err)
		}
	}
	in := testInput(dir)
	in.Env, in.Vars, in.DisableEnvLookup, in.FileRelativePaths = c.env, c.vars, c.disable, c.rebase
	for _, name := range names {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		in.Files = append(in.Files, bake.File{Name: name, Path: path, Data: data})
	}
	return bake.New(in)
}

// run answers what the command line would write.
func (c goldenCase) run(d *bake.Definition) ([]byte, error) {
	ctx := context.Background()
	var out any
	var err error
	switch c.list {
	case "targets":
		out, err = d.ListTargets(ctx)
	case "variables":
		out, err = d.ListVariables(ctx)
	default:
		shorthands, err := c.flags.Overrides()
		if err != nil {
			return nil, err
		}
		plan, err := d.Plan(ctx, bake.PlanRequest{Targets: c.request.Targets, Overrides: append(c.request.Overrides, shorthands...)})
		if err != nil {
			return nil, err
		}
		return plan.Print(), d.Check(plan)
	}
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(out, "", "  ")
	return append(data, '\n'), err
}

// TestGolden runs every case of testdata/bake: a folder with definition files
// and a case file. want.json holds what is printed; want.txt the error, if any,
// and all diagnostics.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("../testdata/bake/*/case")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		dir, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			c := readCase(t, path)
			d := c.definition(t, dir)
			printed, err := c.run(d)
			if err != nil {
				printed = nil
			}
			compareGolden(t, filepath.Join(dir, "want.json"), printed)
			compareGolden(t, filepath.Join(dir, "want.txt"), problems(dir, d, err))
		})
	}
}

// problems renders an error as the command line does, and the diagnostics of
// the definition.
func problems(dir string, d *bake.Definition, err error) []byte {
	var b bytes.Buffer
	var e *bake.Error
	if errors.As(err, &e) {
		b.WriteString(strings.Join(e.Excerpts, ""))
	}
	if err != nil {
		fmt.Fprintf(&b, "ERROR: %v\n", err)
	}
	for _, one := range d.Diagnostics(context.Background()) {
		fmt.Fprintln(&b, diagnosticLine(dir, d, one))
	}
	return b.Bytes()
}

func diagnosticLine(dir string, d *bake.Definition, one diag.Diagnostic) string {
	place := ""
	if s := d.Syntax(one.File); s != nil {
		rel, _ := filepath.Rel(dir, one.File)
		from, to := s.Lines().Position(one.Span.Start), s.Lines().Position(one.Span.End)
		place = fmt.Sprintf("%s:%v-%v: ", filepath.ToSlash(rel), from, to)
	}
	return fmt.Sprintf("%s%s %s: %s", place, one.Severity, one.Code, one.Message)
}

// compareGolden holds got against a file; nothing means that there is no file.
func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if len(got) == 0 {
			_ = os.Remove(path)
			return
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs; want:\n%s\ngot:\n%s", filepath.Base(path), want, got)
	}
}
