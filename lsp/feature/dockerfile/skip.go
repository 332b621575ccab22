package dockerfile

import (
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// fileRules are found while the whole file is looked at: a comment above the
// instruction does not reach them.
var fileRules = map[string]bool{
	"ConsistentInstructionCasing": true, "DuplicateStageName": true, "ReservedStageName": true,
	"InvalidDefaultArgInFrom": true, "NoEmptyContinuation": true, "MultipleInstructionsDisallowed": true,
}

// skipActions offers to skip the rule of d on its instruction and in the
// whole file, merged with what is skipped already.
func skipActions(f *df.File, d *diag.Diagnostic) []feature.CodeAction {
	if d.URL == "" && d.Severity == diag.Error {
		return nil
	}
	var out []feature.CodeAction
	ins := f.At(d.Span.Start)
	if ins != nil && !fileRules[d.Code] {
		out = append(out, feature.CodeAction{
			Title: "Skip " + d.Code + " for this instruction", Kind: feature.ActionQuickFix, Diagnostic: d, Edits: skipHere(f, ins, d.Code),
		})
	}
	return append(out, feature.CodeAction{
		Title: "Skip " + d.Code + " in this file", Kind: feature.ActionQuickFix, Diagnostic: d, Edits: skipFile(f, d.Code),
	})
}

// skipHere adds the rule to the "# check=skip=" comment above ins, or writes
// one.
func skipHere(f *df.File, ins *df.Instruction, code string) []diag.FileEdit {
	for _, c := range ins.Leading {
		if at, ok := skipList(c.Text); ok {
			return insert(c.Span.End-len(c.Text)+at, ","+code)
		}
	}
	start := lineStart(f.Source, ins.Span.Start)
	indent := f.Source[start:ins.Span.Start]
	return insert(start, indent+"# check=skip="+code+newline(f))
}

// ignoreAction offers the comment that hides a best-practice rule on its
// instruction, merged with one that is there.
func ignoreAction(f *df.File, d *diag.Diagnostic) []feature.CodeAction {
	ins := f.At(d.Span.Start)
	if ins == nil {
		return nil
	}
	action := feature.CodeAction{Title: "Ignore " + d.Code + " for this instruction", Kind: feature.ActionQuickFix, Diagnostic: d}
	for _, c := range ins.Leading {
		if list, ok := strings.CutPrefix(c.Text, "hadolint ignore="); ok {
			end := len(list) - len(strings.TrimLeft(list, "DLSC0123456789,"))
			action.Edits = insert(c.Span.End-len(list)+end, ","+d.Code)
			return []feature.CodeAction{action}
		}
	}
	start := lineStart(f.Source, ins.Span.Start)
	action.Edits = insert(start, f.Source[start:ins.Span.Start]+"# hadolint ignore="+d.Code+newline(f))
	return []feature.CodeAction{action}
}

// skipFile adds the rule to the file's check directive, or writes one below
// the other directives.
func skipFile(f *df.File, code string) []diag.FileEdit {
	if d := f.Directive(df.DirectiveCheck); d != nil {
		if at, ok := skipList(d.Key.In(f.Source) + "=" + d.Value); ok {
			return insert(d.Val.Start+at-len(d.Key.In(f.Source))-1, ","+code)
		}
		return insert(d.Val.Start, "skip="+code+";")
	}
	at := 0
	if n := len(f.Directives); n > 0 {
		at = min(lineEnd(f.Source, f.Directives[n-1].Span.End)+len(newline(f)), len(f.Source))
	} else if strings.HasPrefix(f.Source, "\ufeff") {
		at = len("\ufeff")
	}
	return insert(at, "# check=skip="+code+newline(f))
}

// skipList finds the end of the list in "check=...skip=A,B...".
func skipList(s string) (end int, ok bool) {
	if !strings.HasPrefix(strings.ToLower(s), df.DirectiveCheck) {
		return 0, false
	}
	i := strings.Index(s, "skip=")
	if i < 0 {
		return 0, false
	}
	end = i + len("skip=")
	for end < len(s) && (isWord(s[end]) || s[end] == ',') {
		end++
	}
	return end, true
}

func insert(at int, s string) []diag.FileEdit {
	return []diag.FileEdit{{Edit: text.Edit{Span: text.At(at), New: s}}}
}

// newline is the line break the file uses.
func newline(f *df.File) string {
	if i := strings.IndexByte(f.Source, '\n'); i > 0 && f.Source[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
