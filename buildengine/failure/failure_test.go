package failure_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/failure"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/buildlens/buildlens/buildengine/sourcemap"
	"github.com/buildlens/buildlens/internal/text"
)

func TestExcerpt(t *testing.T) {
	src := "FROM a\nRUN 2\nRUN 3\nRUN 4\nRUN 5\nRUN 6\n"
	at := strings.Index(src, "RUN 3")
	f := &buildengine.Failure{
		Source:   []byte(src),
		Location: &buildengine.Location{Span: text.Span{Start: at, End: at + 5}},
	}
	var out strings.Builder
	failure.PrintExcerpt(&out, f, "Dockerfile")
	want := `Dockerfile:3
--------------------
   1 |     FROM a
   2 |     RUN 2
   3 | >>> RUN 3
   4 |     RUN 4
   5 |     RUN 5
--------------------
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestHints(t *testing.T) {
	var redact session.Redactor
	redact.Add("hunter22")
	c := failure.Context{
		Target: "web", Sources: sourcemap.New(), Redact: &redact,
		Step: func(string) (string, bool) { return "", false },
		Tail: func(string) []string { return nil },
	}
	for message, want := range map[string]string{
		"write /x: no space left on device":        "disk is full",
		"secret npmrc: not found":                  "--secret",
		"dial tcp: lookup r: no such host":         "cannot be reached",
		"push: 401 Unauthorized for hunter22":      "docker login",
		`process "/bin/sh -c make" did not finish`: "",
	} {
		f := failure.New(fmt.Errorf("failed to solve: %w", errors.New(message)), c)
		if want == "" && f.Hint != "" || !strings.Contains(f.Hint, want) {
			t.Errorf("%s: hint %q, want %q in it", message, f.Hint, want)
		}
		if strings.HasPrefix(f.Message, "failed to solve") || strings.Contains(f.Message, "hunter22") {
			t.Errorf("message %q", f.Message)
		}
		if f.ExitCode != -1 {
			t.Errorf("exit code %d without a process", f.ExitCode)
		}
	}
}
