package dockerfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

func everyPractice() map[string]diag.Severity {
	all := map[string]diag.Severity{}
	for _, p := range Practices() {
		all[p.Code] = diag.Information
	}
	return all
}

// hits lists what one rule finds, as "token" or "token -> line after the fix".
func hits(t *testing.T, code, src string) []string {
	t.Helper()
	f := Parse(src)
	opt := LintOptions{Practices: map[string]diag.Severity{code: diag.Information}, Registries: []string{"docker.io"}}
	var out []string
	for _, d := range Lint(t.Context(), f, opt) {
		if d.Source != diag.SourcePractice {
			continue
		}
		hit := d.Span.In(src)
		if len(d.Fixes) > 0 {
			var edits []text.Edit
			for _, e := range d.Fixes[0].Edits {
				edits = append(edits, e.Edit)
			}
			fixed, err := text.Apply(src, edits)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(fixed, "\n") {
				if !slices.Contains(strings.Split(src, "\n"), line) {
					hit += " -> " + line
				}
			}
		}
		out = append(out, hit)
	}
	return out
}

// A name that stands for a build context is no image.
func TestPracticesKnowContexts(t *testing.T) {
	f := Parse("FROM base\nCOPY --from=other /a /b\n")
	opt := LintOptions{Practices: DefaultPractices()}
	codes := func() (out []string) {
		for _, d := range Lint(t.Context(), f, opt) {
			out = append(out, d.Code)
		}
		return out
	}
	if got := strings.Join(codes(), " "); got != "DL3006 DL3022" {
		t.Errorf("without contexts: %s", got)
	}
	opt.Contexts = []string{"base", "other"}
	if got := codes(); len(got) != 0 {
		t.Errorf("with contexts: %v", got)
	}
}

func TestPractices(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range []struct {
		code, body string // body stands behind "FROM alpine:3 AS base"
		want       []string
	}{
		{"DL3001", "RUN ps aux && echo ssh", []string{"ps"}},
		{"DL3002", "USER app\nUSER root", []string{"root"}},
		{"DL3002", "USER root\nUSER app", nil},
		{"DL3003", "RUN cd /x && make", []string{"cd"}},
		{"DL3004", "RUN sudo apk update", []string{"sudo -> RUN apk update"}},
		{"DL3004", `RUN echo "sudo make me a sandwich" && echo sudo`, nil},
		{"DL3004", "# hadolint ignore=DL3003,DL3004\nRUN sudo a", nil},
		{"DL3004", "# hadolint global ignore=DL3004\nRUN a\nRUN sudo a", nil},
		{"DL3004", "RUN <<EOF\nset -e\n  sudo a\nEOF", []string{"sudo ->   a"}},
		{"DL3004", "RUN cat <<EOF > /x\nsudo a\nEOF", nil},
		{"DL3004", `SHELL ["powershell"]` + "\nRUN sudo a", nil},
		{"DL3006", "FROM debian\nFROM base\nFROM scratch\nFROM debian@sha256:00", []string{"debian"}},
		{"DL3006", "FROM localhost:5000/x\nFROM ${X}", []string{"localhost:5000/x"}},
		{"DL3007", "FROM a:latest", []string{"a:latest"}},
		{"DL3009", "RUN apt-get update && apt-get install -y a", []string{"apt-get update -> RUN apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*"}},
		{"DL3009", "RUN apt-get update && rm -rf /var/lib/apt/lists/*", nil},
		{"DL3009", "RUN --mount=type=cache,target=/var/lib/apt apt-get update", nil},
		{"DL3010", "COPY a.tar.gz b.tgz /x/\nRUN tar -xzf /x/a.tar.gz", []string{"a.tar.gz"}},
		{"DL3014", "RUN apt-get -o A=b install --foo vim", []string{"apt-get -o A=b install -> RUN apt-get -o A=b install -y --foo vim"}},
		{"DL3014", "RUN apt-get -qqy install a && apt-get -yq install b && apt-get -q -q install c && apt-get update", nil},
		{"DL3014", `RUN ["apt-get", "install", "a"]`, []string{`apt-get", "install -> RUN ["apt-get", "install", "-y", "a"]`}},
		{"DL3015", "RUN a; apt-get install -y b", []string{"apt-get install -> RUN a; apt-get install --no-install-recommends -y b"}},
		{"DL3019", "RUN apk add \\\n  curl", []string{"apk add -> RUN apk add --no-cache \\"}},
		{"DL3019", "RUN --mount=type=cache,target=/var/cache/apk apk add curl", nil},
		{"DL3020", "ADD a b /x\nADD https://e.org/a /x\nADD a.tar /x\nADD $a /x\nadd c /d", []string{"ADD -> COPY a b /x", "add -> copy c /d"}},
		{"DL3021", "COPY a b /x", []string{"/x -> COPY a b /x/"}},
		{"DL3022", "FROM scratch\nCOPY --from=bse a /b\nCOPY --from=base a b\nCOPY --from=alpine:3 a b\nCOPY --from=0 a b", []string{"bse -> COPY --from=base a /b"}},
		{"DL3022", "COPY --from=images a b", []string{"images"}},
		{"DL3026", "FROM ghcr.io/a/b:1", []string{"ghcr.io/a/b:1"}},
		{"DL3027", "RUN apt update && /usr/bin/apt moo", []string{"apt -> RUN apt-get update && /usr/bin/apt moo", "/usr/bin/apt -> RUN apt update && /usr/bin/apt-get moo"}},
		{"DL3042", "RUN pip install a && pip3.11 install b && python3 -m pip install c", []string{
			"pip install -> RUN pip install --no-cache-dir a && pip3.11 install b && python3 -m pip install c",
			"pip3.11 install -> RUN pip install a && pip3.11 install --no-cache-dir b && python3 -m pip install c",
			"python3 -m pip install -> RUN pip install a && pip3.11 install b && python3 -m pip install --no-cache-dir c",
		}},
		{"DL3042", "ENV PIP_NO_CACHE_DIR=1\nRUN pip install a", nil},
		{"DL3045", "COPY a b\nWORKDIR /x\nCOPY a b", []string{"b"}},
		{"DL3045", "COPY a /b\nCOPY a $b\nCOPY a C:/b", nil},
		{"DL3046", "RUN useradd -u 123456 a && useradd -l -u 123456 b && useradd -u 1000 c", []string{"123456 -> RUN useradd --no-log-init -u 123456 a && useradd -l -u 123456 b && useradd -u 1000 c"}},
		{"DL3047", "RUN wget x && wget -qO- y && wget --progress=bar z", []string{"wget -> RUN wget --progress=dot:giga x && wget -qO- y && wget --progress=bar z"}},
		{"DL3048", "LABEL Bad=1 good.key=2 com.docker.x=3 a..b=4", []string{"Bad", "com.docker.x", "a..b"}},
		{"DL3057", "RUN a", []string{"alpine:3"}},
		{"DL3057", "HEALTHCHECK CMD a\nFROM base", nil},
		{"DL3059", "RUN a\nRUN b\nRUN --network=none c\nRUN d", []string{"RUN"}},
		{"DL3060", "RUN yarn install", []string{"yarn install"}},
		{"DL3060", "RUN yarn install && yarn cache clean", nil},
		{"DL3062", "RUN go install -ldflags -s example.org/x ./... example.org/y@v1", []string{"example.org/x"}},
		{"DL3066", "USER app:app\nUSER 10\nUSER $u", []string{"app:app"}},
		{"DL4001", "RUN curl a\nRUN wget b && curl c && wget d", []string{"wget"}},
		{"DL4005", "RUN ln -sf /bin/bash /bin/sh", []string{"ln -sf /bin/bash /bin/sh"}},
		{"DL4006", "RUN a | b || c", []string{`| -> SHELL ["/bin/bash", "-o", "pipefail", "-c"]`}},
		{"DL4006", "RUN set -o pipefail && a | b\nRUN echo 'a | b'\n" + `SHELL ["/bin/bash", "-euo", "pipefail", "-c"]` + "\nRUN a | b", nil},
		{"DL3008", "RUN apt-get install -t sid a b=1 $c ./d.deb", []string{"a"}},
		{"DL3013", "RUN pip install -r x.txt a b==1 'c>=2' 'd[x]~=3' ./e git+https://f", []string{"a"}},
		{"DL3016", "RUN npm install -g a b@1 @c/d @c/e@2 && npm install", []string{"a", "@c/d"}},
		{"DL3018", "RUN apk add -t x a b=1 c~2", []string{"a"}},
		{"DL3028", "RUN gem install a b:1 && gem install c -v 1", []string{"a"}},
		{"DL3033", "RUN yum install -y a-b c-1.2 @group", []string{"a-b"}},
		{"DL3037", "RUN zypper in a b=1", []string{"a"}},
		{"DL3041", "RUN dnf install a b-1", []string{"a"}},
	} {
		covered[c.code] = true
		if diff := cmp.Diff(c.want, hits(t, c.code, "FROM alpine:3 AS base\n"+c.body+"\n")); diff != "" {
			t.Errorf("%s in %s\n%s", c.code, c.body, diff)
		}
	}
	for _, p := range Practices() {
		if !covered[p.Code] || p.Doc == "" {
			t.Errorf("%s has no case or no description", p.Code)
		}
	}
}

// Only the rules that the list of wanted ones turns on are on.
func TestDefaultPractices(t *testing.T) {
	want := "DL3004 DL3006 DL3007 DL3009 DL3014 DL3015 DL3019 DL3020 DL3022 DL3027 DL3042 DL3045 DL4006"
	var got []string
	for code := range DefaultPractices() {
		got = append(got, code)
	}
	slices.Sort(got)
	if strings.Join(got, " ") != want {
		t.Errorf("got %v", got)
	}
}

func TestShellProblems(t *testing.T) {
	for src, want := range map[string]string{
		"RUN if true; then a":                                  "[if]",
		"RUN echo 'a":                                          "['a]",
		"RUN a && \\\n  (b":                                    "[(]",
		"RUN <<EOF\na\nfor x in b; done\nEOF":                  "[for]",
		"RUN <<EOF\n#!/usr/bin/env python3\nx = (\nEOF":        "[]",
		"RUN <<EOF\n#!/bin/bash\n[[ a == b ]] && ((c++))\nEOF": "[]",
		"RUN cat <<EOF > /x\n((('\nEOF":                        "[]",
		"RUN [\"a\", \"(\"]":                                   "[]",
		"SHELL [\"pwsh\", \"-c\"]\nRUN if ($x) { ('":           "[]",
		"RUN powershell -c if ($x) { (":                        "[]",
		"CMD echo $(":                                          "[$]",
		"HEALTHCHECK CMD a || (":                               "[(]",
		"RUN a # comment's":                                    "[]",
		"RUN f() { a; }; f":                                    "[]",
		"ONBUILD RUN echo )":                                   "[)]",
	} {
		f := Parse("FROM alpine:3\n" + src)
		var got []string
		for _, d := range Lint(t.Context(), f, LintOptions{Shell: true}) {
			if d.Source == diag.SourceShell {
				got = append(got, d.Span.In(f.Source))
			}
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%q: %q, want %s", src, got, want)
		}
	}
	if found := Lint(t.Context(), Parse("FROM mcr.microsoft.com/windows/nanoserver:1\nRUN if exist a ("), LintOptions{Shell: true}); len(found) != 0 {
		t.Errorf("on Windows: %v", found)
	}
}

// What could not be checked is said once.
func TestUnchecked(t *testing.T) {
	f := Parse("FROM b\nCOPY x /y\nFROM a\nFROM scratch\n")
	opt := LintOptions{Unchecked: true, NoContext: "several targets build this file, each with a context of its own"}
	found := Lint(t.Context(), f, opt)
	want := "InvalidBaseImagePlatform was not checked, and UndefinedVar without what the base image sets: the configuration of a, b is not known. " +
		"CopyIgnoredFile was not checked: several targets build this file, each with a context of its own."
	if len(found) != 1 || found[0].Code != CodeUnchecked || found[0].Severity != diag.Information || found[0].Message != want {
		t.Errorf("got %+v", found)
	}
	if found := Lint(t.Context(), Parse("FROM scratch\nCOPY x /y\n"), LintOptions{Unchecked: true}); len(found) != 0 {
		t.Errorf("all was checked, but: %v", found)
	}
}
