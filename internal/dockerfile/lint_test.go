package dockerfile

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/buildlens/buildlens/internal/diag"
)

func TestLintStopsWhenCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if found := Lint(ctx, Parse("FROM scratch AS Base\n"), LintOptions{}); found != nil {
		t.Errorf("got %v from a lint that was canceled", found)
	}
}

// What is known of a base image decides whether a variable is undefined.
func TestLintUsesImageFacts(t *testing.T) {
	config, err := json.Marshal(ocispecs.Image{
		Platform: ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		Config:   ocispecs.ImageConfig{Env: []string{"NODE_VERSION=1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f := Parse("FROM node\nCOPY $NODE_VERSION $NOPE /\n")
	image := func(string, string) ([]byte, bool) { return config, true }
	known := Lint(context.Background(), f, LintOptions{Image: image})
	if len(known) != 1 || known[0].Severity != diag.Warning || known[0].Span.In(f.Source) != "$NOPE" {
		t.Errorf("with the image known: %+v", known)
	}
	for _, d := range Lint(context.Background(), f, LintOptions{}) {
		if d.Code == "UndefinedVar" && d.Severity != diag.Information {
			t.Errorf("with the image unknown: %+v", d)
		}
	}
}

// "# check=error=true" makes violations fail the build, so they are errors.
func TestLintErrorOption(t *testing.T) {
	found := Lint(context.Background(), Parse("# check=error=true\nFROM scratch AS Base\n"), LintOptions{})
	if len(found) != 1 || found[0].Severity != diag.Error || found[0].Code != "StageNameCasing" {
		t.Errorf("got %+v", found)
	}
}

// Arguments of the build can make an invalid base valid, and stay as they were.
func TestLintUsesBuildArguments(t *testing.T) {
	args := map[string]string{"BASE": "alpine"}
	found := Lint(context.Background(), Parse("ARG BASE\nFROM $BASE\n"), LintOptions{Args: args})
	if slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }) || len(args) != 1 {
		t.Errorf("got %+v, arguments %v", found, args)
	}
}

// Every rule of BuildKit is described and, but for those of the context, located.
func TestRulesAreComplete(t *testing.T) {
	located := map[string]bool{"CopyIgnoredFile": true}
	for _, r := range ruleTable {
		located[r.name] = true
	}
	for _, r := range Rules() {
		if !located[r.Name] || r.Doc == "" {
			t.Errorf("%s is not located or has no description", r.Name)
		}
		delete(located, r.Name)
	}
	if len(located) != 0 {
		t.Errorf("not listed: %v", located)
	}
}
