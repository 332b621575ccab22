package check_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/lsp/feature/check"
)

// What a Dockerfile copies is looked for in the context that its target names;
// practices follow the settings; what could not be checked is said.
func TestDockerfileChecks(t *testing.T) {
	d := newDisk(map[string]string{
		"docker-bake.hcl":   "target \"default\" {\n  context = \"app\"\n  dockerfile = \"../Dockerfile\"\n}\n",
		"app/main.go":       "",
		"app/x.log":         "",
		"app/.dockerignore": "*.log\n",
		"Dockerfile":        "FROM alpine\nCOPY main.go x.log gone /src/\nRUN sudo apk add curl | (\n",
		"other/Dockerfile":  "FROM scratch\nCOPY nothing /\n",
		"pin/Dockerfile":    "FROM alpine:3\nRUN pip install --no-cache-dir a && apk add --no-cache b\n",
	})
	for _, c := range []struct {
		name, file string
		rules      map[string]settings.Severity
		want       string
	}{
		{"default", "/w/Dockerfile", nil, "info DL3006, info rules-not-checked, warning CopyIgnoredFile, warning missing-source, warning shell-syntax"},
		{"settings", "/w/Dockerfile", map[string]settings.Severity{"DL3006": settings.SeverityOff, "DL3021": settings.SeverityHint, "DL3057": settings.SeverityWarning, "rules-not-checked": settings.SeverityOff},
			"warning DL3057, warning CopyIgnoredFile, warning missing-source, warning shell-syntax"},
		{"pinning", "/w/pin/Dockerfile", map[string]settings.Severity{"pinning": settings.SeverityHint, "DL3018": settings.SeverityOff, "rules-not-checked": settings.SeverityOff}, "hint DL3013"},
		{"no target", "/w/other/Dockerfile", nil, ""},
	} {
		set := settings.Default()
		set.Lint.Rules = c.rules
		snap := newSession(d, set).Snapshot()
		found := check.All(t.Context(), snap, snap.File(c.file))
		if got := strings.Join(codes(found), ", "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		for _, p := range found {
			if p.Code == "CopyIgnoredFile" && !slices.ContainsFunc(p.Fixes[0].Edits[:1], isIgnoreEdit) {
				t.Errorf("%s: the fix is %+v", c.name, p.Fixes)
			}
		}
	}
}

func isIgnoreEdit(e diag.FileEdit) bool {
	return e.Path == "/w/app/.dockerignore" && e.Edit.New == "!x.log\n"
}
