package check

import (
	"fmt"
	"strings"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
)

// failures reports what failed in the last builds, on the instructions that
// are still as they were built.
func failures(snap *workspace.Snapshot, f *workspace.File) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, fact := range snap.Facts(f.Path) {
		if fact.Failure != nil {
			out = append(out, failure(fact.Span, fact.Target, fact.Failure))
		}
	}
	for _, failed := range snap.Failures(f.Path) {
		out = append(out, failure(failed.Span, failed.Target, failed.Failure))
	}
	return out
}

// failure says what went wrong in as few words as are true: a process that
// ended badly has said why in its log, which follows, and BuildKit's own
// sentence would only repeat the command the mark is on.
func failure(at text.Span, target string, f *buildinfo.Failure) diag.Diagnostic {
	message := strings.TrimSuffix(f.Message, ".")
	if f.ExitCode >= 0 {
		message = fmt.Sprintf("Exit code %d", f.ExitCode)
	}
	if target != "" {
		message += " in the build of " + target
	}
	d := diag.Diagnostic{Span: at, Severity: diag.Error, Source: diag.SourceBuild, Code: "build-failed", Message: message + "."}
	if len(f.LogTail) > 0 {
		d.Related = []diag.Related{{Span: at, Message: strings.Join(f.LogTail, "\n")}}
	}
	return d
}
