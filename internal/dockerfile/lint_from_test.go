package dockerfile

import (
	"context"
	"math/rand"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/linter"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// stagesFile has stages that build on, copy from and mount each other, and hits
// of most rules.
const stagesFile = `# check=experimental=all
# GO is the version
ARG GO=1.25
ARG SECRET_TOKEN
FROM golang:${GO} AS base
ARG NAME=app
ENV HOME=/root
WORKDIR src
RUN go build

FROM base AS Deps
# check=skip=UndefinedVar
COPY $NOPE /x
COPY $NAMES $HOME/x
RUN --mount=type=bind,from=base,target=/b go mod download \

    && true
SHELL ["/bin/bash", "-c"]
cmd echo a
CMD echo b

FROM --platform=linux/amd64 alpine AS tool
COPY --from=0 /a /b
COPY --from=deps /a /b
EXPOSE 80/TCP 127.0.0.1:80:80
WORKDIR tool
MAINTAINER me

FROM deps AS test
ENTRYPOINT run $HOME
ENV API_KEY=$NAME old=1
ENV legacy value
WORKDIR test

FROM scratch AS tool
COPY --from=test /x /
COPY .git /git

FROM --platform=$TARGETPLATFORM $BASE
COPY --from=test /a /b
HEALTHCHECK CMD a
HEALTHCHECK CMD b
`

// stagePieces are what random edits of stagesFile insert.
var stagePieces = []string{
	"\n", "\\\n", "#", " ", "$NAME", "${NAME", "x", "AS", "FROM base AS more\n", "FROM nope AS Tool\n", "ENV NAMES=1\n", "ARG NOPE\n", "EXPOSE 80/x\n",
	"COPY --from=7 a b\n", "COPY --from=later a b\n", "WORKDIR /abs\n", "COPY <<EOF /x\nEOF\n", "run a\n", "# check=skip=all\n", "RUN <<EOF\n", "STOPSIGNAL NOPE\n",
	"ONBUILD COPY $A b\n", "FROM UPPER\n", "FROM more\n", "USER $u\n", "\"", "é", "\t", "from alpine as c\n", "CMD [\"a\"]\n", "SHELL [\"a\"]\n",
}

func lintEdit(r *rand.Rand, src string) text.Edit {
	start := r.Intn(len(src) + 1)
	if r.Intn(2) == 0 { // at the start of a line
		start = strings.LastIndexByte(src[:start], '\n') + 1
	}
	end := min(len(src), start+r.Intn(30)*r.Intn(2)*r.Intn(2))
	if r.Intn(6) == 0 {
		return text.Edit{Span: text.Span{Start: start, End: end}}
	}
	return text.Edit{Span: text.Span{Start: start, End: end}, New: stagePieces[r.Intn(len(stagePieces))]}
}

// A lint that takes over earlier findings equals one from scratch, over many
// sequences of edits.
func TestLintFromEqualsLint(t *testing.T) {
	opt := LintOptions{DockerIgnore: []byte(".git\n"), Practices: everyPractice(), Shell: true, Unchecked: true}
	reused := 0
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		src := stagesFile
		f := Parse(src)
		result := f.LintFrom(t.Context(), nil, opt)
		for step := range 12 {
			e := lintEdit(r, src)
			next, err := text.Apply(src, []text.Edit{e})
			if err != nil {
				t.Fatal(err)
			}
			f = f.Update(next, []text.Edit{e})
			before := len(result.units)
			result = f.LintFrom(t.Context(), result, opt)
			if !result.whole && before > 0 {
				reused++
			}
			if diff := cmp.Diff(sameSuggestions(Lint(t.Context(), f, opt)), sameSuggestions(result.Diagnostics)); diff != "" {
				t.Fatalf("seed %d, step %d: %v of %q in\n%s\n%s", seed, step, e.Span, e.New, src, diff)
			}
			src = next
		}
	}
	if reused < 100 {
		t.Errorf("only %d lints could take over anything", reused)
	}
}

// sameSuggestions drops the choice that BuildKit makes at random between
// equally near names.
func sameSuggestions(list []diag.Diagnostic) []diag.Diagnostic {
	out := append([]diag.Diagnostic{}, list...)
	for i := range out {
		if head, _, ok := strings.Cut(out[i].Message, " (did you mean"); ok {
			out[i].Message, out[i].Fixes = head, nil
		}
	}
	return out
}

// The rule that is worked out here finds what BuildKit's own does.
func TestCasingIsBuildKits(t *testing.T) {
	for seed := range int64(40) {
		r := rand.New(rand.NewSource(seed))
		words := []string{"run", "RUN", "Run", "copy", "COPY"}
		var b strings.Builder
		b.WriteString([]string{"FROM", "from"}[r.Intn(2)] + " alpine\n")
		for range 1 + r.Intn(6) {
			b.WriteString(words[r.Intn(len(words))] + " a b\n")
		}
		f := Parse(b.String())
		res, err := run(context.Background(), f.Source, LintOptions{}, newQuestions())
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, w := range res.Warnings {
			if w.RuleName == linter.RuleConsistentInstructionCasing.Name {
				want = append(want, sentence(w.Detail))
			}
		}
		for _, d := range Lint(t.Context(), f, LintOptions{}) {
			if d.Code == linter.RuleConsistentInstructionCasing.Name {
				got = append(got, d.Message)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", f.Source, diff)
		}
	}
}

// Facts about an image that were not known at the last lint are looked at anew.
func TestLintFromAsksAgain(t *testing.T) {
	f := Parse("FROM node AS a\nCOPY $NODE_VERSION /\n")
	before := f.LintFrom(t.Context(), nil, LintOptions{})
	image := func(string, string) ([]byte, bool) {
		return []byte(`{"os":"linux","architecture":"amd64","config":{"Env":["NODE_VERSION=1"]}}`), true
	}
	if after := f.LintFrom(t.Context(), before, LintOptions{Image: image}); len(before.Diagnostics) != 1 || len(after.Diagnostics) != 0 {
		t.Errorf("before: %v, after: %v", before.Diagnostics, after.Diagnostics)
	}
}
