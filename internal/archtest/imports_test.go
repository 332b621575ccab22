package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/buildlens/buildlens/"

// below lists what "workspace and below" stands for in the table.
var below = []string{
	"internal/workspace", "internal/workspace/xref", "bake", "internal/dockerfile", "internal/compose",
	"internal/settings", "internal/buildinfo", "internal/registry", "internal/text", "internal/diag",
}

// feature is what the protocol layers may import besides each other.
var protocol = slices.Concat([]string{
	"lsp/rpc", "lsp/convert", "lsp/handler", "lsp/publish", "lsp/progress", "lsp/command", "lsp/lsptest",
	"lsp/feature", "lsp/feature/*", "buildengine", "buildengine/*",
}, below)

// allowed is the import table of ARCHITECTURE.md: direct imports inside the
// module, by the importing package. A pattern ending in "/*" holds for everything below.
var allowed = []struct {
	pkg     string
	imports []string
}{
	{"internal/text", nil},
	{"internal/diag", []string{"internal/text"}},
	{"internal/settings", []string{"internal/text", "internal/diag"}},
	{"internal/settings/*", []string{"internal/settings"}},
	{"internal/buildinfo", []string{"internal/text", "internal/diag"}},
	{"internal/dockerfile", []string{"internal/text", "internal/diag"}},
	{"internal/dockerfile/*", []string{"internal/dockerfile", "internal/text", "internal/diag"}},
	{"internal/compose", []string{"internal/text", "internal/diag"}},
	{"internal/registry", []string{"internal/text", "internal/diag"}},
	{"bake", []string{"bake/*", "internal/compose", "internal/text", "internal/diag"}},
	{"bake/*", []string{"bake", "bake/*", "internal/compose", "internal/text", "internal/diag"}},
	{"internal/workspace", below},
	{"internal/workspace/*", below},
	{"lsp/feature", below},
	{"lsp/feature/*", append([]string{"lsp/feature", "lsp/feature/*"}, below...)},
	{"drivers", nil},
	{"drivers/*", []string{"drivers", "drivers/*"}},
	{"buildengine/frombake", []string{"bake", "buildengine", "buildengine/flags", "buildengine/definition", "internal/compose", "internal/diag", "internal/text"}},
	{"buildengine", []string{"buildengine/*", "drivers", "internal/buildinfo", "internal/diag", "internal/text"}},
	{"buildengine/*", []string{"buildengine", "buildengine/*", "drivers", "internal/buildinfo", "internal/diag", "internal/text"}},
	{"lsp/command/gen", nil},
	{"lsp/*", protocol},
	{"server/*", []string{"*"}},
	{"internal/testenv", []string{"internal/testenv/*", "drivers/embedded"}},
	{"internal/testenv/*", []string{"internal/testenv", "internal/testenv/*", "drivers/embedded"}},
	{"internal/archtest", nil},
	{"internal/editortest", nil},
}

// engineClient is imported only by the packages that talk to the Docker Engine.
var engineClient = []string{"drivers/docker", "drivers/dockercontainer"}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		rule, known := ruleFor(name)
		if !known {
			t.Errorf("%s has no row in the import table: add one here and in ARCHITECTURE.md", name)
			continue
		}
		for _, imp := range p.Imports {
			checkImport(t, name, imp, rule)
		}
	}
}

func checkImport(t *testing.T, name, imp string, rule []string) {
	t.Helper()
	switch {
	case strings.HasPrefix(imp, module):
		if dep := strings.TrimPrefix(imp, module); !matches(rule, dep) {
			t.Errorf("%s imports %s, which the import table does not allow", name, dep)
		}
	case strings.HasPrefix(imp, "go.lsp.dev/"):
		if !strings.HasPrefix(name, "lsp/") || strings.HasPrefix(name, "lsp/feature") {
			t.Errorf("%s imports %s: only lsp/ does, and not lsp/feature", name, imp)
		}
	case strings.HasPrefix(imp, "github.com/moby/moby/client"):
		if !matches(engineClient, name) {
			t.Errorf("%s imports the Docker Engine client %s", name, imp)
		}
	}
}

// ruleFor finds the most specific row: an exact name wins over a pattern, a
// longer pattern over a shorter one.
func ruleFor(name string) ([]string, bool) {
	best, known := -1, false
	var rule []string
	for _, row := range allowed {
		if !matches([]string{row.pkg}, name) {
			continue
		}
		weight := len(row.pkg)
		if row.pkg == name {
			weight += 1000
		}
		if weight > best {
			best, rule, known = weight, row.imports, true
		}
	}
	return rule, known
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if p == "*" || p == name {
			return true
		}
		prefix, wild := strings.CutSuffix(p, "/*")
		return wild && strings.HasPrefix(name, prefix+"/")
	})
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	cmd.Dir = path.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// go.mod must let `go install module@version` work: no replace, no exclude.
func TestGoMod(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct{ Replace, Exclude []any }
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	if len(mod.Replace) > 0 || len(mod.Exclude) > 0 {
		t.Errorf("go.mod has replace or exclude directives: %v %v", mod.Replace, mod.Exclude)
	}
}

// The pure packages do no I/O, read no clock and start no goroutine.
func TestPurity(t *testing.T) {
	forbidden := []string{"os", "os/exec", "net", "net/http", "io/ioutil", "syscall"}
	pure := []string{"bake", "bake/*", "internal/dockerfile", "internal/compose", "lsp/feature", "lsp/feature/*", "internal/text", "internal/diag", "internal/buildinfo"}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if !matches(pure, name) {
			continue
		}
		for _, imp := range p.Imports {
			if slices.Contains(forbidden, imp) {
				t.Errorf("%s imports %s: it may do no I/O", name, imp)
			}
		}
	}
}
