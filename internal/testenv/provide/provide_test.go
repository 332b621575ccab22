package provide

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// hello is a tool of a module that newProvider writes.
var hello = Tool{
	Name: "hello", Dir: "tools", Module: "example.org/dep", Package: "example.org/tools",
	LDFlags: "-X main.version=VERSION", Takes: "a moment",
}

func newProvider(t *testing.T, program string) (*Provider, *bytes.Buffer) {
	t.Helper()
	root := t.TempDir()
	for name, content := range map[string]string{
		"tools/go.mod":  "module example.org/tools\n\ngo 1.26\n\nrequire example.org/dep v1.2.3\n\nreplace example.org/dep => ../dep\n",
		"tools/main.go": program,
		"dep/go.mod":    "module example.org/dep\n",
		"dep/dep.go":    "package dep\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	return &Provider{Root: root, Cache: filepath.Join(root, "cache"), Log: &log}, &log
}

const helloProgram = "package main\n\nimport _ \"example.org/dep\"\n\nvar version string\n\nfunc main() { print(version) }\n"

func TestToolIsBuiltOnceForAll(t *testing.T) {
	p, log := newProvider(t, helloProgram)
	p.Log = &syncWriter{w: log}
	paths := make([]string, 4)
	var wg sync.WaitGroup
	for i := range paths {
		wg.Go(func() {
			path, err := p.Tool(t.Context(), hello)
			if err != nil {
				t.Error(err)
			}
			paths[i] = path
		})
	}
	wg.Wait()
	if built := strings.Count(log.String(), "built hello v1.2.3 in "); built != 1 {
		t.Errorf("it was built %d times:\n%s", built, log)
	}
	out, err := exec.Command(paths[0]).CombinedOutput()
	if err != nil || string(out) != "v1.2.3" {
		t.Errorf("the program says %q, %v", out, err)
	}
	left, err := filepath.Glob(filepath.Join(p.Cache, ".building-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

type syncWriter struct {
	mu sync.Mutex // guards w
	w  *bytes.Buffer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func TestToolIsBuiltAnewWhenItsRecipeChanges(t *testing.T) {
	p, _ := newProvider(t, helloProgram)
	first, err := p.Tool(t.Context(), hello)
	if err != nil {
		t.Fatal(err)
	}
	other := hello
	other.LDFlags = "-X main.version=other"
	second, err := p.Tool(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	if first == second {
		t.Error("other flags give the same file")
	}
}

func TestToolThatDoesNotCompile(t *testing.T) {
	p, _ := newProvider(t, "package main\n\nfunc main() { undefined() }\n")
	_, err := p.Tool(t.Context(), hello)
	if err == nil || !strings.Contains(err.Error(), "building hello v1.2.3") || !strings.Contains(err.Error(), "undefined: undefined") {
		t.Errorf("got %v, want what was built and what the compiler said", err)
	}
}

func TestInstallReplaces(t *testing.T) {
	p, log := newProvider(t, helloProgram)
	dir := t.TempDir()
	target := filepath.Join(dir, "hello")
	if err := os.WriteFile(target, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.Install(t.Context(), hello, dir); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(target)
	if err != nil || info.Mode()&fs.ModePerm != 0o755 || info.Size() < 100 {
		t.Errorf("installed: %v, %v", info, err)
	}
	if n := strings.Count(log.String(), "installed "); n != 1 {
		t.Errorf("an unchanged program was installed %d times", n)
	}
}

// Where packages cannot be installed, the error names the command to do it.
func TestMissingPackageSaysWhatToDo(t *testing.T) {
	p, _ := newProvider(t, helloProgram)
	t.Setenv("PATH", t.TempDir())
	err := p.Debian(t.Context(), Package{"no-such-package", []string{"/no/such/file"}})
	if err == nil || !strings.Contains(err.Error(), "install by hand: apt-get install no-such-package") {
		t.Errorf("got %v", err)
	}
}
