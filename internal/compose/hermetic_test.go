package compose

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// poison is put on the real disk under every name that the definition reads.
const poison = "services: {poison: {build: ./poison, image: poison}}\nPOISON=poison\n"

var hermetic = memFS{
	"compose.yaml": `
include:
  - inc/inc.yaml
  - {path: env/e.yaml, env_file: env/vars.env}
services:
  web:
    extends: {file: ext/base.yaml, service: base}
    image: web:${TAG}
    env_file: [{path: only-disk.env, required: false}, web.env]
    build:
      args: [FROM_FILE]
      additional_contexts: {home: ~/x}
    develop: {watch: [{path: ./link, action: sync, target: /t}]}
`,
	".env":          "TAG=memory\n",
	"web.env":       "FROM_FILE=memory\n",
	"inc/.env":      "INC=memory\n",
	"inc/inc.yaml":  "services: {inc: {build: ., image: \"inc:${INC}\"}}\n",
	"env/vars.env":  "VAR=memory\n",
	"env/e.yaml":    "services: {e: {build: ., image: \"e:${VAR}\"}}\n",
	"ext/base.yaml": "services: {base: {build: {context: ./ctx}}}\n",
}

// TestDiskIsNotRead runs with a current directory full of poisoned files, and
// a working directory that exists in memory alone: nothing of the disk may
// show, and a file that only the disk has must be missing.
func TestDiskIsNotRead(t *testing.T) {
	dir := t.TempDir()
	for name := range hermetic {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), poison)
	}
	writeFile(t, filepath.Join(dir, "only-disk.env"), "FROM_FILE=poison\n")
	t.Chdir(dir)
	t.Setenv("HOME", filepath.Join(dir, "poison"))
	t.Setenv("TAG", "poison")

	p, diags := Load(context.Background(), LoadInput{
		Files: []File{hermetic.file("compose.yaml")},
		Dir:   root,
		Env:   mapEnv{"HOME": filepath.FromSlash("/memory-home")},
		FS:    hermetic,
	})
	if len(diags) != 0 {
		t.Fatalf("diagnostics: %v", diags)
	}
	var images []string
	for _, s := range p.Services {
		images = append(images, s.Image)
	}
	if want := []string{"e:memory", "inc:memory", "web:memory"}; !slices.Equal(images, want) {
		t.Errorf("images %q, want %q", images, want)
	}
	web := p.Service("web").Build
	if web.Context != filepath.Join("ext", "ctx") || web.Args["FROM_FILE"] != "memory" {
		t.Errorf("context %q, args %v", web.Context, web.Args)
	}
	if want := filepath.FromSlash("/memory-home/x"); web.Contexts["home"] != want {
		t.Errorf("~/x is %q, want %q", web.Contexts["home"], want)
	}
	var reads []string
	for _, path := range p.Reads {
		name, _ := filepath.Rel(root, path)
		reads = append(reads, filepath.ToSlash(name))
	}
	for name := range hermetic {
		if name != "compose.yaml" && !slices.Contains(reads, name) {
			t.Errorf("%s is not among the reads %q", name, reads)
		}
	}
	if !slices.Contains(reads, "only-disk.env") {
		t.Errorf("a missing file is not among the reads %q", reads)
	}
}

// TestOnlyTheDiskHasIt holds that references to files that only the disk has
// are errors, not reads.
func TestOnlyTheDiskHasIt(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"inc.yaml", "base.yaml", "web.env"} {
		writeFile(t, filepath.Join(dir, name), poison)
	}
	t.Chdir(dir)
	for _, text := range []string{
		"include: [inc.yaml]\nservices: {web: {build: .}}\n",
		"include: [{path: c.yaml, env_file: web.env}]\nservices: {web: {build: .}}\n",
		"services: {web: {build: ., extends: {file: base.yaml, service: poison}}}\n",
		"services: {web: {build: ., env_file: web.env}}\n",
		"include: [" + filepath.ToSlash(filepath.Join(dir, "inc.yaml")) + "]\nservices: {web: {build: .}}\n",
	} {
		files := memFS{"c.yaml": text}
		p, diags := Load(context.Background(), LoadInput{Files: []File{files.file("c.yaml")}, Dir: root, FS: files})
		if len(diags) != 1 || len(p.Services) != 0 {
			t.Errorf("%s: diagnostics %v, services %v", text, diags, p.Services)
			continue
		}
		if d := diags[0]; d.Span.Len() == 0 || strings.Contains(d.Message, "poison") {
			t.Errorf("%s: %v", text, d)
		}
	}
}
