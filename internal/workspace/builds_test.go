package workspace

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/google/go-cmp/cmp"
)

const built = `ARG V=1
FROM alpine AS base
RUN one
FROM base AS mid
RUN two
FROM alpine AS other
RUN three
FROM scratch
COPY --from=mid /x /x
COPY --from=other /y /y
`

// outcomeOf is a build of src in which every instruction below FROM took a second.
func outcomeOf(path, src string) buildinfo.Build {
	f := buildinfo.File{Path: path, Hash: buildinfo.Hash([]byte(src))}
	for _, line := range []string{"RUN one", "RUN two", "RUN three", "COPY --from=mid /x /x", "COPY --from=other /y /y"} {
		at := strings.Index(src, line)
		f.Instructions = append(f.Instructions, buildinfo.Instruction{Span: text.Span{Start: at, End: at + len(line)}, Duration: time.Second, Target: "t"})
	}
	return buildinfo.Build{ID: "b1", Files: []buildinfo.File{f}, Targets: []buildinfo.Target{{Name: "t", Path: path}}}
}

// known lists the instructions that facts are known about, as they are written.
func known(snap *Snapshot, path string) []string {
	var out []string
	for _, fact := range snap.Facts(path) {
		out = append(out, fact.Span.In(snap.File(path).Text()))
	}
	return out
}

func TestFactsFollowEdits(t *testing.T) {
	const path = "/w/Dockerfile"
	all := []string{"RUN one", "RUN two", "RUN three", "COPY --from=mid /x /x", "COPY --from=other /y /y"}
	tests := []struct {
		name         string
		before, with string
		want         []string
	}{
		{"nothing", "", "", all},
		{"a comment above", "RUN one", "# why\n\nRUN one", all},
		{"the instruction itself", "RUN two", "RUN 2", []string{"RUN one", "RUN three"}},
		{"an ancestor", "RUN one", "RUN 1", []string{"RUN three"}},
		{"a stage that is copied from", "RUN three", "RUN 3", []string{"RUN one", "RUN two", "COPY --from=mid /x /x"}},
		{"an instruction between", "RUN two", "ENV a=b\nRUN two", []string{"RUN one", "RUN three"}},
		{"a global ARG", "V=1", "V=2", nil},
		{"the base image", "FROM alpine AS other", "FROM debian AS other", []string{"RUN one", "RUN two", "COPY --from=mid /x /x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := NewSession(world())
			s.Apply(Opened{Path: path, LanguageID: "dockerfile", Text: built})
			s.ApplyBuild(outcomeOf(path, built))
			at := strings.Index(built, test.before)
			e := text.Edit{Span: text.Span{Start: at, End: at + len(test.before)}, New: test.with}
			if diff := cmp.Diff(test.want, known(edit(s, path, e), path)); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
			undo := text.Edit{Span: text.Span{Start: at, End: at + len(test.with)}, New: test.before}
			if diff := cmp.Diff(all, known(edit(s, path, undo), path)); diff != "" {
				t.Errorf("facts after undoing the edit (-want +got):\n%s", diff)
			}
		})
	}
}

// A result that arrives after edits still finds the text that was built.
func TestResultOfAnEditedFile(t *testing.T) {
	const path = "/w/Dockerfile"
	s := NewSession(world())
	s.Apply(Opened{Path: path, LanguageID: "dockerfile", Text: "FROM nothing\n"})
	edit(s, path, text.Edit{Span: text.Span{Start: 0, End: 13}, New: built})
	s.Pin(path) // a build starts
	for range 10 {
		edit(s, path, text.Edit{Span: text.At(len(built)), New: "# typing\n"})
	}
	if got := known(s.ApplyBuild(outcomeOf(path, built)), path); len(got) != 5 {
		t.Errorf("got %q", got)
	}
}

func TestFailureGoesWhenTheNextBuildPasses(t *testing.T) {
	const path = "/w/Dockerfile"
	at := strings.Index(built, "RUN two")
	s := NewSession(world())
	s.Apply(Opened{Path: path, LanguageID: "dockerfile", Text: built})
	failure := &buildinfo.Failure{Message: "exit code 1", ExitCode: 1, Path: path, Hash: buildinfo.Hash([]byte(built)), Span: text.Span{Start: at, End: at + 7}}
	snap := s.ApplyBuild(buildinfo.Build{ID: "b0", Files: []buildinfo.File{{Path: path, Hash: failure.Hash}}, Targets: []buildinfo.Target{{Name: "t", Path: path, Failure: failure}}})
	facts := snap.Facts(path)
	if len(facts) != 1 || facts[0].Failure != failure || facts[0].Span.Start != at {
		t.Fatalf("got %+v", facts)
	}
	if last, ok := snap.LastBuild("t", path, ""); !ok || last.Failure != failure {
		t.Errorf("last build is %+v, %v", last, ok)
	}
	for _, fact := range s.ApplyBuild(outcomeOf(path, built)).Facts(path) {
		if fact.Failure != nil {
			t.Errorf("the failure is still there: %+v", fact)
		}
	}
	snap = edit(s, path, text.Edit{Span: text.Span{Start: at, End: at + 3}, New: "ENV"})
	if last, ok := snap.LastBuild("t", path, ""); ok {
		t.Errorf("the stage has changed, but its last build is still shown: %+v", last)
	}
}

// A failure in a file that is no Dockerfile is carried through edits.
func TestFailureInABakeFile(t *testing.T) {
	dir := folder(t, nil)
	path := filepath.Join(dir, "docker-bake.hcl")
	src := "target \"a\" {\n  dockerfile-inline = \"RUN x\"\n}\n"
	at := strings.Index(src, "RUN x")
	s := NewSession(world())
	s.Apply(Opened{Path: path, Text: src})
	failure := &buildinfo.Failure{Path: path, Hash: buildinfo.Hash([]byte(src)), Span: text.Span{Start: at, End: at + 5}}
	s.ApplyBuild(buildinfo.Build{Targets: []buildinfo.Target{{Name: "a", Failure: failure}}})
	snap := edit(s, path, text.Edit{New: "# \n"})
	if got := snap.Failures(path); len(got) != 1 || got[0].Span.In(snap.File(path).Text()) != "RUN x" {
		t.Errorf("got %+v", got)
	}
	if got := edit(s, path, text.Edit{Span: text.Span{Start: at + 4, End: at + 5}}).Failures(path); got != nil {
		t.Errorf("the failing text was edited, but %+v is left", got)
	}
}
