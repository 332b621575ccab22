package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

var update = flag.Bool("update", false, "write the golden files anew")

func findings() []Finding {
	docker := text.NewLines("FROM scratch AS Base\nRUN\techo ü > /é x\n")
	bake := text.NewLines("target \"a\" {\n  contxt = \".\"\n}\n")
	return []Finding{
		{diag.Diagnostic{
			File: "svc/Dockerfile", Span: text.Span{Start: 16, End: 20}, Severity: diag.Warning, Source: diag.SourceBuildKit,
			Code: "StageNameCasing", URL: "https://docs.docker.com/go/dockerfile/rule/stage-name-casing/",
			Message: "Stage name 'Base' should be lowercase",
			Fixes:   []diag.Fix{{Title: "Rename to 'base'"}},
		}, docker},
		{diag.Diagnostic{
			File: "svc/Dockerfile", Span: text.Span{Start: 35, End: 38}, Severity: diag.Error, Source: diag.SourceBuild,
			Message: "exit code 100%\nlast line", Related: []diag.Related{{Message: "log: boom"}},
		}, docker},
		{diag.Diagnostic{
			File: "docker-bake.hcl", Span: text.Span{Start: 15, End: 21}, Severity: diag.Warning, Source: diag.SourceBake,
			Code: "unknown-attribute", Message: "unknown attribute \"contxt\", did you mean \"context\"?",
		}, bake},
	}
}

func TestFormats(t *testing.T) {
	for _, format := range Formats {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			if err := Write(&out, format, "v1.2.3", findings()); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "findings."+format), out.Bytes())
			if format == "json" || format == "sarif" {
				if !json.Valid(out.Bytes()) {
					t.Error("the output is not JSON")
				}
			}
		})
	}
}

func TestNothingFound(t *testing.T) {
	for format, want := range map[string]string{"text": "", "json": "[]\n", "github": ""} {
		var out bytes.Buffer
		if err := Write(&out, format, "", nil); err != nil || out.String() != want {
			t.Errorf("%s prints %q, %v", format, out.String(), err)
		}
	}
	if err := Write(&bytes.Buffer{}, "yaml", "", nil); err == nil {
		t.Error("an unknown format was accepted")
	}
}

func TestWorst(t *testing.T) {
	if got := Worst(findings()); got != diag.Error {
		t.Errorf("the worst is %v", got)
	}
	if got := Worst(nil); got != 0 {
		t.Errorf("the worst of nothing is %v", got)
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update to accept):\n%s", file, got)
	}
}
