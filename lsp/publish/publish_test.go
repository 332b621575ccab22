package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/convert"
	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
)

// harness is a session whose publications are written down.
type harness struct {
	*Publisher
	t       *testing.T
	session *workspace.Session
	log     []string
}

func newHarness(t *testing.T) *harness {
	h := &harness{t: t, session: workspace.NewSession(workspace.RealWorld())}
	h.Publisher = New(h.convert, func(m *protocol.PublishDiagnosticsParams) { h.log = append(h.log, describe(m)) })
	return h
}

func (h *harness) convert(f *workspace.File, list []diag.Diagnostic) *protocol.PublishDiagnosticsParams {
	m := convert.NewMapper(f.Lines(), convert.UTF16)
	out := &protocol.PublishDiagnosticsParams{URI: convert.URI(f.Path)}
	if f.Open {
		out.Version = protocol.NewOptional(f.Version)
	}
	for _, d := range list {
		out.Diagnostics = append(out.Diagnostics, protocol.Diagnostic{Range: m.Range(d.Span), Message: protocol.String(d.Message)})
	}
	return out
}

// describe writes "path@version: message line:char, ...".
func describe(m *protocol.PublishDiagnosticsParams) string {
	var items []string
	for _, d := range m.Diagnostics {
		items = append(items, fmt.Sprintf("%s %d:%d", d.Message, d.Range.Start.Line, d.Range.Start.Character))
	}
	version, open := m.Version.Get()
	at := ""
	if open {
		at = fmt.Sprintf("@%d", version)
	}
	return fmt.Sprintf("%s%s: %s", m.URI.Path(), at, strings.Join(items, ", "))
}

func (h *harness) open(path, content string) *workspace.File {
	f := h.session.Apply(workspace.Opened{Path: path, LanguageID: "dockerfile", Version: 1, Text: content}).File(path)
	h.Opened(f)
	return f
}

func (h *harness) edit(f *workspace.File, e text.Edit) *workspace.File {
	edits := []text.Edit{e}
	next := h.session.Apply(workspace.Edited{Path: f.Path, Version: f.Version + 1, Lines: f.Lines().Edit(e), Edits: edits}).File(f.Path)
	h.Edited(next, edits)
	return next
}

func found(offset int, message string) diag.Diagnostic {
	return diag.Diagnostic{Span: text.Span{Start: offset, End: offset + 1}, Severity: diag.Error, Message: message}
}

func (h *harness) put(owner, source string, generation uint64, f *workspace.File, list ...diag.Diagnostic) {
	h.Put(Pass{Owner: owner, Source: source, Generation: generation, Results: []Result{{f, list}}})
}

func (h *harness) want(lines ...string) {
	h.t.Helper()
	if diff := cmp.Diff(lines, h.log); diff != "" {
		h.t.Errorf("publications (-want +got):\n%s", diff)
	}
	h.log = nil
}

func TestMergesSourcesAndSendsOnlyChanges(t *testing.T) {
	h := newHarness(t)
	f := h.open("/w/a", "FROM x\nRUN y\n")
	h.put("/w/a", "syntax", 1, f)
	h.want() // nothing found, nothing known: nothing to say
	h.put("/w/a", "syntax", 1, f, found(7, "s"))
	h.put("/w/a", "lint", 1, f, found(0, "l"))
	h.put("/w/a", "lint", 2, f, found(0, "l"))
	h.want("/w/a@1: s 1:0", "/w/a@1: l 0:0, s 1:0")
	h.put("/w/a", "syntax", 3, f)
	h.put("/w/a", "lint", 3, f)
	h.want("/w/a@1: l 0:0", "/w/a@1: ")
}

func TestOlderGenerationChangesNothing(t *testing.T) {
	h := newHarness(t)
	f := h.open("/w/a", "FROM x\n")
	h.put("/w/a", "lint", 2, f, found(0, "new"))
	h.put("/w/a", "lint", 1, f, found(0, "old"))
	h.want("/w/a@1: new 0:0")
}

func TestResultAboutAnOldStateIsLeftOut(t *testing.T) {
	h := newHarness(t)
	f := h.open("/w/a", "FROM x\n")
	h.edit(f, text.Edit{New: "#\n"})
	h.put("/w/a", "lint", 1, f, found(0, "about version 1"))
	h.want()
}

func TestEditsMoveWhatIsKnown(t *testing.T) {
	h := newHarness(t)
	f := h.open("/w/a", "FROM x\nRUN y\nRUN z\n")
	h.put("/w/a", "lint", 1, f, found(7, "y"), found(13, "z"))
	h.log = nil
	f = h.edit(f, text.Edit{Span: text.Span{Start: 7, End: 8}, New: "# \nR"})
	h.put("/w/a", "syntax", 2, f, found(0, "s"))
	h.want("/w/a@2: s 0:0, z 3:0")
}

func TestPassMayFindThingsInOtherFiles(t *testing.T) {
	h := newHarness(t)
	a, b := h.open("/w/a", "a"), h.open("/w/b", "b")
	both := []Result{{a, []diag.Diagnostic{found(0, "in a")}}, {b, []diag.Diagnostic{found(0, "in b")}}}
	h.Put(Pass{Owner: "/w/a", Source: "references", Generation: 1, Results: both})
	if len(h.log) != 2 {
		t.Errorf("got %v", h.log)
	}
	h.log = nil
	h.put("/w/b", "lint", 1, b, found(0, "own"))
	h.Put(Pass{Owner: "/w/a", Source: "references", Generation: 2, Results: both[:1]})
	h.want("/w/b@1: in b 0:0, own 0:0", "/w/b@1: own 0:0")
}

// Closing a file clears what its own passes found, here and elsewhere; what
// other files' passes found in it stays as long as its text does.
func TestClose(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := os.WriteFile(path, []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := newHarness(t)
	a, b := h.open(path, "a"), h.open(other, "b")
	h.Put(Pass{Owner: path, Source: "references", Generation: 1, Results: []Result{{a, []diag.Diagnostic{found(0, "own")}}, {b, []diag.Diagnostic{found(0, "a says")}}}})
	h.Put(Pass{Owner: other, Source: "references", Generation: 1, Results: []Result{{a, []diag.Diagnostic{found(0, "b says")}}, {b, nil}}})
	h.log = nil
	onDisk := h.session.Apply(workspace.Closed{Path: path}).File(path)
	h.Closed(path, a, onDisk)
	slices.Sort(h.log)
	h.want(path+": b says 0:0", other+"@1: ")
	h.Closed(path, onDisk, nil) // deleted
	h.want(path + ": ")
}

// A close that is handled late does not disturb a file that is open again.
func TestClosedAndOpenedAgain(t *testing.T) {
	h := newHarness(t)
	was := h.open("/w/a", "a")
	now := h.open("/w/a", "a")
	h.Closed("/w/a", was, nil)
	h.put("/w/a", "lint", 1, now, found(0, "new"))
	h.want("/w/a@1: new 0:0")
}
