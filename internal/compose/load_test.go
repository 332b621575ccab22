package compose

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/buildlens/buildlens/internal/text"
)

var update = flag.Bool("update", false, "rewrite the golden sections of testdata")

// TestLoad runs testdata/load/*.txtar. The comment's first line names the
// input files; further lines are "env NAME=VALUE", "var NAME=VALUE" and
// "no-env-lookup". The section "want" is what came out.
func TestLoad(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join("testdata", "load", "*.txtar"))
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := loadArchive(t, archive)
			if *update {
				setSection(archive, "want", got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(section(archive, "want"), got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func loadArchive(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	files := memFS{}
	for _, f := range archive.Files {
		if f.Name != "want" {
			files[f.Name] = string(f.Data)
		}
	}
	inputs, rest, _ := strings.Cut(string(archive.Comment), "\n")
	env := mapEnv{}
	in := LoadInput{Dir: root, FS: files, Env: env, Vars: map[string]string{}}
	for _, name := range strings.Fields(inputs) {
		in.Files = append(in.Files, files.file(name))
	}
	for _, line := range strings.Split(strings.TrimSpace(rest), "\n") {
		verb, argument, _ := strings.Cut(line, " ")
		name, value, _ := strings.Cut(argument, "=")
		switch verb {
		case "env":
			env[name] = value
		case "var":
			in.Vars[name] = value
		case "no-env-lookup":
			in.DisableEnvLookup = true
		case "":
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	p, diags := Load(context.Background(), in)
	var out strings.Builder
	for _, d := range diags {
		name := shortName(d.File)
		at := text.NewLines(files[name]).Position(d.Span.Start)
		fmt.Fprintf(&out, "%s:%v: %v %s/%s: %s [%s]\n", name, at, d.Severity, d.Source, d.Code, d.Message, d.Span.In(files[name]))
	}
	for _, s := range p.Services {
		out.WriteString(describe(t, s))
	}
	return out.String()
}

func shortName(path string) string {
	name, err := inRoot(path)
	if err != nil {
		return path
	}
	return name
}

// describe prints a service as JSON without what it leaves empty.
func describe(t *testing.T, s Service) string {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var fields any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(withoutEmpty(fields)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func withoutEmpty(value any) any {
	fields, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for key, v := range fields {
		if key == "Args" || key == "Labels" || key == "Contexts" {
			continue // their empty values count
		}
		m, isMap := withoutEmpty(v).(map[string]any)
		if v == nil || v == "" || isMap && len(m) == 0 {
			delete(fields, key)
		}
	}
	return fields
}

func section(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setSection(archive *txtar.Archive, name, content string) {
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(content)})
}

func TestIsCompose(t *testing.T) {
	for text, want := range map[string]bool{
		"services: {web: {build: .}}\n":                 true,
		"{\"services\": {\"web\": {\"image\": \"x\"}}}": true,
		"{\"target\": {\"web\": {}}}":                   false,
		"target \"web\" {}\n":                           false,
		"":                                              false,
		"services: {web: {build: {args: {A: 1}}}}\n":    true,
	} {
		got, err := IsCompose(context.Background(), LoadInput{Dir: root}, File{Name: "f", Data: []byte(text)})
		if got != want || got == (err != nil) {
			t.Errorf("IsCompose(%q) = %v, %v", text, got, err)
		}
	}
}
