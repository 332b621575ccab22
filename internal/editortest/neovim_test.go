package editortest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/internal/testenv/provide"
)

var neovim = provide.Package{Name: "neovim", Files: []string{"/usr/bin/nvim", "/usr/local/bin/nvim"}}

// A line is what testdata/neovim.lua prints; Event tells which fields are set.
type line struct {
	Event    string          `json:"event"`
	Step     string          `json:"step"`
	Kind     string          `json:"kind"`
	State    string          `json:"state"`
	Seq      int             `json:"seq"`
	Line     int             `json:"line"`
	Severity int             `json:"severity"`
	Source   string          `json:"source"`
	Title    string          `json:"title"`
	Message  string          `json:"message"`
	Result   json.RawMessage `json:"result"`
	Error    *struct {
		Message string `json:"message"`
		Data    struct {
			ExitCode int    `json:"exitCode"`
			URI      string `json:"uri"`
			Range    *struct {
				Start struct {
					Line int `json:"line"`
				} `json:"start"`
			} `json:"range"`
		} `json:"data"`
	} `json:"error"`
}

// TestNeovim plays the main job in Neovim: a diagnostic that comes and goes, a
// hover, a build by its lens, a failure on its line, and the repaired build.
func TestNeovim(t *testing.T) {
	lines := neovimSession(t)

	casing := only1(t, lines, "diagnostic", "casing")
	if casing.Line != 3 {
		t.Errorf("StageNameCasing is on line %d, want 3", casing.Line)
	}
	only1(t, lines, "cleared", "casing")
	if hover := only1(t, lines, "hover", ""); !strings.Contains(hoverText(t, hover.Result), "registry.example.com/storefront/worker:dev") {
		t.Errorf("hover does not show the evaluated tag: %s", hover.Result)
	}
	if !slices.ContainsFunc(lines, func(l line) bool { return l.Event == "lens" && strings.Contains(l.Title, "Build") }) {
		t.Error("no lens is called Build")
	}
	built(t, only1(t, lines, "answer", "first build"))
	checkFailure(t, lines)
	built(t, only1(t, lines, "answer", "last build"))
	checkEvents(t, lines)
}

func hoverText(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var hover struct{ Contents struct{ Value string } }
	if err := json.Unmarshal(raw, &hover); err != nil {
		t.Fatalf("the hover %s: %v", raw, err)
	}
	return hover.Contents.Value
}

func checkFailure(t *testing.T, lines []line) {
	t.Helper()
	const failing = 11 // RUN printf ... of services/worker/Dockerfile
	answer := only1(t, lines, "answer", "failing build")
	if answer.Error == nil {
		t.Fatalf("the failing build answered %s", answer.Result)
	}
	data := answer.Error.Data
	if data.ExitCode != 1 || !strings.HasSuffix(data.URI, "/services/worker/Dockerfile") || data.Range == nil || data.Range.Start.Line != failing-1 {
		t.Errorf("the failure's data: %+v", data)
	}
	mark := only1(t, lines, "diagnostic", "failure")
	if mark.Line != failing || mark.Severity != 1 {
		t.Errorf("the failure is marked on line %d with severity %d, want an error on %d", mark.Line, mark.Severity, failing)
	}
	only1(t, lines, "cleared", "failure")
}

// checkEvents wants three whole builds, in order, and progress of each.
func checkEvents(t *testing.T, lines []line) {
	t.Helper()
	var ends []string
	began := 0
	for _, l := range lines {
		switch {
		case l.Event == "build" && l.Kind == "started":
			if l.Seq != 1 {
				t.Errorf("a build started with batch %d, want 1", l.Seq)
			}
			began++
		case l.Event == "build" && l.Kind == "finished":
			ends = append(ends, l.State)
		}
	}
	if want := []string{"succeeded", "failed", "succeeded"}; began != 3 || !slices.Equal(ends, want) {
		t.Errorf("%d builds started and ended %v, want 3 that ended %v", began, ends, want)
	}
	for _, kind := range []string{"begin", "report", "end"} {
		if !slices.ContainsFunc(lines, func(l line) bool { return l.Event == "progress" && l.Kind == kind }) {
			t.Errorf("no %q of a work-done progress", kind)
		}
	}
}

func built(t *testing.T, answer line) {
	t.Helper()
	var result struct {
		Targets map[string]struct {
			Steps   int
			Outputs []struct{ Type, Dest string }
		}
	}
	if answer.Error != nil {
		t.Fatalf("%s: %s", answer.Step, answer.Error.Message)
	}
	if err := json.Unmarshal(answer.Result, &result); err != nil {
		t.Fatalf("%s answered %s: %v", answer.Step, answer.Result, err)
	}
	worker, ok := result.Targets["worker"]
	if !ok || worker.Steps == 0 || len(worker.Outputs) != 1 {
		t.Errorf("%s answered %s", answer.Step, answer.Result)
	}
}

// only1 is the one line with the event and the step.
func only1(t *testing.T, lines []line, event, step string) line {
	t.Helper()
	var found []line
	for _, l := range lines {
		if l.Event == event && l.Step == step {
			found = append(found, l)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d lines are a %s of the step %q, want one", len(found), event, step)
	}
	return found[0]
}

func neovimSession(t *testing.T) []line {
	t.Helper()
	p, err := provide.New(os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Debian(t.Context(), neovim); err != nil {
		t.Fatal(err)
	}
	in := install(t)
	nvim := exec.CommandContext(t.Context(), "nvim", "--headless", "-u", "NONE", "-n", "-i", "NONE", "-S", "testdata/neovim.lua")
	nvim.Env = slices.Concat(in.env, []string{"BUILDLENS=" + filepath.Join(in.bin, "buildlens"), "WORKSPACE=" + in.workspace})
	var stderr bytes.Buffer
	nvim.Stderr = &stderr
	out, err := nvim.Output()
	if err != nil {
		t.Fatalf("Neovim: %v\n%s%s", err, out, stderr.Bytes())
	}
	return parse(t, out)
}

func parse(t *testing.T, out []byte) []line {
	t.Helper()
	var lines []line
	scanner := bufio.NewScanner(bytes.NewReader(out))
	scanner.Buffer(nil, 1<<22)
	for scanner.Scan() {
		text := bytes.TrimSpace(scanner.Bytes())
		if len(text) == 0 || text[0] != '{' {
			continue // what Neovim says by itself
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		lines = append(lines, l)
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
