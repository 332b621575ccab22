package dockerfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/diag"
	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// cursor cuts the mark '|' out of a text and returns its offset.
func cursor(t *testing.T, src string) (string, int) {
	t.Helper()
	before, after, ok := strings.Cut(src, "|")
	if !ok {
		t.Fatalf("no cursor in %q", src)
	}
	return before + after, len(before)
}

func apply(t *testing.T, src string, edits []text.Edit) string {
	t.Helper()
	out, err := text.Apply(src, edits)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRename(t *testing.T) {
	for _, c := range []struct{ name, src, to, want string }{
		{"stage", "FROM a AS b|ase\nFROM BASE\nCOPY --from=base --chown=1 x y\nRUN --mount=from=base,target=/x z\nCOPY --from=0 x y",
			"root", "FROM a AS root\nFROM root\nCOPY --from=root --chown=1 x y\nRUN --mount=from=root,target=/x z\nCOPY --from=0 x y"},
		{"global arg and the stages that repeat it", "ARG |V=1\nFROM a:$V\nARG V\nRUN echo ${V:-x}\nFROM b\nRUN echo $V",
			"W", "ARG W=1\nFROM a:$W\nARG W\nRUN echo ${W:-x}\nFROM b\nRUN echo $V"},
		{"inherited", "FROM a AS x\nENV K=1 L=2\nFROM x\nRUN echo $|K $L\nENV K=3\nRUN echo $K",
			"N", "FROM a AS x\nENV N=1 L=2\nFROM x\nRUN echo $N $L\nENV K=3\nRUN echo $K"},
		{"heredoc", "FROM a\nCOPY <<|EOF /x\nEOF stays\nEOF\n", "END", "FROM a\nCOPY <<END /x\nEOF stays\nEND\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, at := cursor(t, c.src)
			edits, err := Rename(df.Parse(src), at, c.to)
			if err != nil {
				t.Fatal(err)
			}
			if got := apply(t, src, edits); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestRenameRefuses(t *testing.T) {
	for _, c := range []struct{ src, to, part string }{
		{"FROM |alpine", "b", "nothing can be renamed"},
		{"FROM a AS |b", "1x", "not a stage name"},
		{"FROM a AS |b\nFROM b AS c", "C", "already"},
		{"FROM a\nENV |b=c", "x-y", "not a variable name"},
	} {
		src, at := cursor(t, c.src)
		if _, err := Rename(df.Parse(src), at, c.to); err == nil || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%q to %q: %v, want an error with %q", c.src, c.to, err, c.part)
		}
	}
}

func TestReferencesCountUsesByNumber(t *testing.T) {
	src, at := cursor(t, "FROM a AS |x\nFROM b\nCOPY --from=0 /a /b\nCOPY --from=x /a /b\n")
	got := References(df.Parse(src), at, true)
	var names []string
	for _, l := range got {
		names = append(names, l.Name.In(src))
	}
	if want := []string{"x", "0", "x"}; !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

func TestSymbolsNest(t *testing.T) {
	src := "# syntax=docker/dockerfile:1\nARG V\nFROM a AS x\nRUN echo\nONBUILD COPY a b\nFROM x\nCOPY <<F /f\nF\n"
	var outline []string
	var walk func([]feature.Symbol, string, text.Span)
	walk = func(list []feature.Symbol, indent string, outer text.Span) {
		for _, s := range list {
			if !outer.Encloses(s.Span) || !s.Span.Encloses(s.Name) {
				t.Errorf("%s: name %v and span %v are not inside %v", s.Title, s.Name, s.Span, outer)
			}
			outline = append(outline, indent+s.Title)
			walk(s.Children, indent+"  ", s.Span)
		}
	}
	walk(Symbols(df.Parse(src)), "", text.Span{Start: 0, End: len(src)})
	want := []string{"syntax", "ARG V", "x", "  RUN", "  ONBUILD", "    COPY", "stage 1", "  COPY", "    F"}
	if diff := cmp.Diff(want, outline); diff != "" {
		t.Error(diff)
	}
}

func TestFolding(t *testing.T) {
	src := "# a\n# b\nFROM x\nRUN a \\\n  b\n\nRUN <<E\nz\nE\nFROM y\n"
	lines := text.NewLines(src)
	var got []string
	for _, f := range Folding(df.Parse(src)) {
		got = append(got, fmt.Sprintf("%d-%d", lines.Line(f.Span.Start), lines.Line(f.Span.End)))
	}
	if want := []string{"0-1", "2-8", "3-4", "6-8"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLinks(t *testing.T) {
	src := "FROM golang:1.25 AS b\nFROM b\nFROM ghcr.io/a/b/c@sha256:0000000000000000000000000000000000000000000000000000000000000000\nFROM localhost:5000/x\nCOPY --from=nginx:1 /a /b\nCOPY --from=0 /a /b\nFROM scratch\n"
	var got []string
	for _, l := range Links(df.Parse(src)) {
		got = append(got, l.Span.In(src)+" "+l.URL)
	}
	want := []string{
		"golang https://hub.docker.com/_/golang",
		"ghcr.io/a/b/c https://github.com/a/b/c/pkgs/container/b%2Fc",
		"nginx https://hub.docker.com/_/nginx",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLensesShowTheLastResult(t *testing.T) {
	f := df.Parse("FROM a AS Base\nFROM b\n")
	results := []buildinfo.Target{{Stage: "base", Steps: 4, Cached: 3, Duration: 1500 * time.Millisecond}, {Failure: &buildinfo.Failure{}}}
	want := []feature.Lens{
		{Span: text.Span{Start: 0, End: 14}, Title: "Build Base (built in 1.5s, 3 of 4 steps cached)", Command: BuildCommand, Argument: BuildArgument{URI: "u", Target: "base"}},
		{Span: text.Span{Start: 15, End: 21}, Title: "Build stage 1 (failed)", Command: BuildCommand, Argument: BuildArgument{URI: "u"}},
	}
	if diff := cmp.Diff(want, Lenses(f, "u", results)); diff != "" {
		t.Error(diff)
	}
}

func TestInlayHints(t *testing.T) {
	src := "FROM a\nRUN b \\\n c\nRUN d\n"
	f := df.Parse(src)
	facts := []buildinfo.Instruction{
		{Span: f.Instructions[1].Span, Duration: 1234 * time.Millisecond, Target: "t"},
		{Span: f.Instructions[2].Span, Cached: true},
	}
	var got []string
	for _, h := range InlayHints(f, text.Span{Start: 0, End: len(src)}, facts) {
		got = append(got, fmt.Sprintf("%d %s", h.Offset, h.Label))
	}
	if want := []string{"14 1.2s", "23 CACHED"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSkipActionsMerge(t *testing.T) {
	for _, c := range []struct{ src, title, want string }{
		{"FROM scratch\nCMD a\n", "this instruction", "FROM scratch\n# check=skip=JSONArgsRecommended\nCMD a\n"},
		{"FROM scratch\n# check=skip=X // why\nCMD a\n", "this instruction", "FROM scratch\n# check=skip=X,JSONArgsRecommended // why\nCMD a\n"},
		{"# syntax=docker/dockerfile:1\nFROM scratch\nCMD a\n", "this file", "# syntax=docker/dockerfile:1\n# check=skip=JSONArgsRecommended\nFROM scratch\nCMD a\n"},
		{"# check=skip=X;error=false\nFROM scratch\nCMD a\n", "this file", "# check=skip=X,JSONArgsRecommended;error=false\nFROM scratch\nCMD a\n"},
		{"# check=error=false\nFROM scratch\nCMD a\n", "this file", "# check=skip=JSONArgsRecommended;error=false\nFROM scratch\nCMD a\n"},
	} {
		f := df.Parse(c.src)
		found := df.Lint(t.Context(), f, df.LintOptions{})
		for _, a := range CodeActions(f, text.Span{Start: 0, End: len(c.src)}, found) {
			if !strings.Contains(a.Title, c.title) || a.Diagnostic.Code != "JSONArgsRecommended" {
				continue
			}
			fixed := apply(t, c.src, textEdits(a.Edits))
			if fixed != c.want {
				t.Errorf("%q: got %q, want %q", a.Title, fixed, c.want)
			}
			if again := df.Lint(t.Context(), df.Parse(fixed), df.LintOptions{}); len(again) != 0 {
				t.Errorf("%q is still reported: %v", fixed, again)
			}
		}
	}
}

func textEdits(edits []diag.FileEdit) []text.Edit {
	var out []text.Edit
	for _, e := range edits {
		out = append(out, e.Edit)
	}
	return out
}

// Fixing everything leaves nothing that can be fixed safely, in a few rounds.
func TestFixAll(t *testing.T) {
	src := "FROM scratch As Base\ncopy a /b\nCMD x\nCMD run it\nENV a b\nMAINTAINER me\nEXPOSE 80/TCP\nRUN a \\\n\n  b\nFROM Base\nCOPY --from=Base a b\n"
	want := "FROM scratch AS base\nCOPY a /b\nCMD [\"run\", \"it\"]\nENV a=b\nLABEL org.opencontainers.image.authors=\"me\"\nEXPOSE 80/tcp\nRUN a \\\n  b\nFROM base\nCOPY --from=base a b\n"
	for range 3 {
		f := df.Parse(src)
		all := FixAll(df.Lint(t.Context(), f, df.LintOptions{}))
		if all == nil {
			break
		}
		src = apply(t, src, textEdits(all.Edits))
	}
	if diff := cmp.Diff(want, src); diff != "" {
		t.Error(diff)
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"indentation", "  FROM a  \n\t# c \n\tRUN a \\   \nb\n", "FROM a\n# c\nRUN a \\\n    b\n"},
		{"alignment stays", "RUN a \\\n && b   \\\n &&  c\n", "RUN a \\\n && b   \\\n &&  c\n"},
		{"words and quotes stay whole", "RUN a\\\nb \"c \\\nd\"\n", "RUN a\\\nb \"c \\\nd\"\n"},
		{"heredocs stay", "COPY <<E /x\n  a  \n \nE\n \n", "COPY <<E /x\n  a  \n \nE\n\n"},
		{"directives stay", " # escape=`\nFROM a `\nAS b\n", " # escape=`\nFROM a `\n    AS b\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			opt := FormatOptions{TabSize: 4, Spaces: true}
			got := apply(t, c.src, Format(df.Parse(c.src), opt))
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if more := Format(df.Parse(got), opt); len(more) != 0 {
				t.Errorf("a second time changes %v", more)
			}
		})
	}
}

func TestSignatureHelp(t *testing.T) {
	for src, want := range map[string]string{
		"COPY |":                           "source",
		"COPY a |b":                        "dest",
		"COPY a| b c":                      "source",
		"COPY --fr|":                       "[flags]",
		`COPY ["a", |`:                     `"dest"`,
		"FROM a:|b":                        "tag",
		"FROM a AS |":                      "stage",
		"ENV a=|b":                         "value",
		"ONBUILD |":                        "INSTRUCTION",
		"ONBUILD WORKDIR |":                "path",
		"HEALTHCHECK --interval=1s CMD a|": "command",
	} {
		text, at := cursor(t, src)
		h := SignatureHelp(df.Parse(text), at)
		if h == nil || h.Parameter < 0 {
			t.Errorf("%q: no parameter: %+v", src, h)
			continue
		}
		p := h.Signatures[h.Active].Parameters[h.Parameter]
		if got := h.Signatures[h.Active].Label[p.Start:p.End]; got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
	for _, src := range []string{"# comment |", "RU|N", "RUN <<E\n|\nE", "|"} {
		text, at := cursor(t, src)
		if h := SignatureHelp(df.Parse(text), at); h != nil {
			t.Errorf("%q: unexpected help %+v", src, h)
		}
	}
}

func TestSemanticTokens(t *testing.T) {
	src := "FROM a AS b\nRUN --mount=type=cache,target=/c echo \"x $Y\" \\\n  # inner\n  z\nENV K=${V:-w}\n"
	var got []string
	last := 0
	for _, tok := range SemanticTokens(df.Parse(src), text.Span{Start: 0, End: len(src)}) {
		if tok.Span.Start < last || strings.Contains(tok.Span.In(src), "\n") {
			t.Errorf("token %v overlaps the one before it or a line break", tok.Span)
		}
		last = tok.Span.End
		got = append(got, feature.TokenTypes()[tok.Type]+" "+tok.Span.In(src))
	}
	for _, want := range []string{
		"keyword FROM", "class a", "keyword AS", "namespace b", "property mount", "property type", "string \"x", "variable $Y",
		"macro \\", "comment # inner", "parameter z", "variable K", "variable ${V", "operator :-", "variable }",
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return s == want || strings.HasPrefix(s, want+" ") }) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

// large is a Dockerfile of about 5,000 lines.
func large() string {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "FROM golang:1.25 AS s%d\nARG TARGETARCH\nENV NAME=app%d\n", i, i)
		b.WriteString(strings.Repeat("RUN --mount=type=cache,target=/root/.cache \\\n    go build -o /out/$NAME ./cmd\n", 23))
		b.WriteString("COPY a b\n")
	}
	return b.String()
}

func BenchmarkFeatures5000(b *testing.B) {
	src := large()
	f := df.Parse(src)
	use := strings.LastIndex(src, "$NAME") + 2
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"completion", func() { Completion(f, use, Context{}) }},
		{"hover", func() { Hover(f, use, Context{}) }},
		{"definition", func() { Definition(f, use) }},
		{"highlights", func() { Highlights(f, use) }},
		{"symbols", func() { Symbols(f) }},
		{"tokens", func() { SemanticTokens(f, text.Span{Start: 0, End: len(src)}) }},
		{"formatting", func() { Format(f, FormatOptions{}) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.run()
			}
		})
	}
}
