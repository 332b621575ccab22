package display_test

import (
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/progress/display"
	"github.com/moby/buildkit/client"
	digest "github.com/opencontainers/go-digest"
)

func TestDisplay(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	vertex := &client.Vertex{Digest: digest.FromString("a"), Name: "[1/1] RUN make", Started: &now, Completed: &now}
	warning := &client.VertexWarning{Vertex: vertex.Digest, Short: []byte("Rule: it is so")}
	for flag, want := range map[string]string{
		"plain":   "#0 building with \"b\" instance using remote driver",
		"auto":    "#1 [1/1] RUN make",
		"rawjson": `"name":"[1/1] RUN make"`,
		"quiet":   "",
	} {
		mode, err := display.Mode(flag, func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		d, err := display.New(&out, mode)
		if err != nil {
			t.Fatal(err)
		}
		d.Event(buildengine.Event{Started: &buildengine.Started{Builder: "b", Driver: "remote"}})
		d.Status(&client.SolveStatus{Vertexes: []*client.Vertex{vertex}, Warnings: []*client.VertexWarning{warning}})
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) || want == "" && out.Len() > 0 {
			t.Errorf("%s prints %q, want %q in it", flag, out.String(), want)
		}
		var warnings strings.Builder
		d.PrintWarnings(&warnings, false)
		if shown := strings.Contains(warnings.String(), "1 warning found (use docker --debug to expand):\n - Rule: it is so"); shown != (flag == "plain" || flag == "auto") {
			t.Errorf("%s: warnings %q", flag, warnings.String())
		}
	}
}

func TestMode(t *testing.T) {
	env := func(string) (string, bool) { return "rawjson", true }
	for flag, want := range map[string]string{"auto": "rawjson", "": "rawjson", "plain": "plain", "none": "quiet"} {
		if got, err := display.Mode(flag, env); err != nil || string(got) != want {
			t.Errorf("%q: %s, %v; want %s", flag, got, err, want)
		}
	}
	if _, err := display.Mode("fancy", env); err == nil {
		t.Error("an unknown mode is accepted")
	}
}
