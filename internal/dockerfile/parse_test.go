package dockerfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline prints what the parser made of an instruction, with the source text
// of each span where that says more than the token itself.
func outline(f *File) string {
	var b strings.Builder
	for _, ins := range f.Instructions {
		outlineInstruction(&b, f.Source, ins, "")
	}
	return b.String()
}

func outlineInstruction(b *strings.Builder, src string, ins *Instruction, indent string) {
	fmt.Fprintf(b, "%s%s %q\n", indent, ins.Cmd, ins.Keyword.Span.In(src))
	for _, fl := range ins.Flags {
		fmt.Fprintf(b, "%s  --%s=%q %q\n", indent, fl.Name, fl.Value, fl.Val.In(src))
		for _, x := range fl.Fields {
			fmt.Fprintf(b, "%s    %s=%q %q\n", indent, x.Key, x.Value, x.Span.In(src))
		}
	}
	for _, p := range ins.Pairs {
		fmt.Fprintf(b, "%s  %s=%s %q\n", indent, p.Key, p.Value, p.Span.In(src))
	}
	if ins.Pairs == nil && ins.Trigger == nil {
		for _, w := range ins.Words {
			fmt.Fprintf(b, "%s  %q %q\n", indent, w.Text, w.Span.In(src))
		}
	}
	for _, h := range ins.Heredocs {
		fmt.Fprintf(b, "%s  <<%s %q expand=%v chomp=%v\n", indent, h.Name, h.Body.In(src), h.Expand, h.Chomp)
	}
	for _, u := range ins.Uses {
		fmt.Fprintf(b, "%s  $%s %s %q\n", indent, u.Name, u.Modifier, u.Span.In(src))
	}
	if ins.Trigger != nil {
		outlineInstruction(b, src, ins.Trigger, indent+"  ")
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"byte order mark and CRLF", "\xef\xbb\xbfFROM a\r\nRUN b \\\r\n c\r\n", `
FROM "FROM"
  "a" "a"
RUN "RUN"
  "b" "b"
  "c" "c"
`},
		{"tokens run over continuations", "FR\\\nOM al\\\n# c\n\npine A\\\nS x", `
FROM "FR\\\nOM"
  "alpine" "al\\\n# c\n\npine"
  "AS" "A\\\nS"
  "x" "x"
`},
		{"escape directive", "# escape=`\nFROM a`\n AS b\nCOPY c:\\x `\n y\n", `
FROM "FROM"
  "a" "a"
  "AS" "AS"
  "b" "b"
COPY "COPY"
  "c:\\x" "c:\\x"
  "y" "y"
`},
		{"flags and mounts", `RUN --mount=type=cache,"target=/a,b",ro --network="none" x`, `
RUN "RUN"
  --mount="type=cache,target=/a,b,ro" "type=cache,\"target=/a,b\",ro"
    type="cache" "type=cache"
    target="/a" "target=/a"
    b="" "b"
    ro="" "ro"
  --network="none" "\"none\""
  "x" "x"
`},
		{"JSON", `CMD ["a", "b \"c\""]`, `
CMD "CMD"
  "a" "a"
  "b \"c\"" "b \\\"c\\\""
`},
		{"pairs", `ENV a="b c" d=$e f\ g='h i'` + "\nENV old two  words\nARG x y=z\n", `
ENV "ENV"
  a="b c" "a=\"b c\""
  d=$e "d=$e"
  f\ g='h i' "f\\ g='h i'"
  $e  "$e"
ENV "ENV"
  old=two  words "old two  words"
ARG "ARG"
  x= "x"
  y=z "y=z"
`},
		{"heredocs", "COPY <<A <<-'B' /x/\n$v\nA\n\t$w\n\tB\nRUN <<E\necho ${u#x}\nE\n", `
COPY "COPY"
  "<<A" "<<A"
  "<<-'B'" "<<-'B'"
  "/x/" "/x/"
  <<A "$v\n" expand=true chomp=false
  <<B "\t$w\n" expand=false chomp=true
  $v  "$v"
RUN "RUN"
  "<<E" "<<E"
  <<E "echo ${u#x}\n" expand=true chomp=false
  $u # "${u#x}"
`},
		{"an arithmetic shift is no heredoc", "RUN echo $((1<<2)) <<EOF\nx\nEOF\n", `
RUN "RUN"
  "echo" "echo"
  "$((1<<2))" "$((1<<2))"
  "<<EOF" "<<EOF"
  <<EOF "x\n" expand=true chomp=false
`},
		{"trigger", "ONBUILD COPY --from=x $a \\\n b\n", `
ONBUILD "ONBUILD"
  $a  "$a"
  COPY "COPY"
    --from="x" "x"
    "$a" "$a"
    "b" "b"
    $a  "$a"
`},
		{"nested variables", "LABEL a=${b:-${c}x} d='$e' f=\\$g\n", `
LABEL "LABEL"
  a=${b:-${c}x} "a=${b:-${c}x}"
  d='$e' "d='$e'"
  f=\$g "f=\\$g"
  $b :- "${b:-${c}x}"
  $c  "${c}"
`},
		{"health check", `HEALTHCHECK --interval=1s CMD ["a", "b"]`, `
HEALTHCHECK "HEALTHCHECK"
  --interval="1s" "1s"
  "CMD" "CMD"
  "a" "a"
  "b" "b"
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), outline(Parse(c.src))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDirectives(t *testing.T) {
	f := Parse("# syntax = docker/dockerfile:1\n#escape=`\n# check=skip=all\n# other\n# check=x\nFROM a\n")
	var got []string
	for _, d := range f.Directives {
		got = append(got, d.Name+" "+d.Value+" "+d.Val.In(f.Source))
	}
	want := []string{"syntax docker/dockerfile:1 docker/dockerfile:1", "escape ` `", "check skip=all skip=all"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for value, want := range map[string]bool{
		"docker/dockerfile:1": false, "docker.io/docker/dockerfile": false, "docker/dockerfile-upstream:master": false,
		"docker/dockerfile@sha256:00": false, "example.org/docker/dockerfile:1": true, "dagger/x": true, "localhost:5000/docker/dockerfile": true,
	} {
		if got := Parse("# syntax=" + value + "\nX\n").Foreign(); got != want {
			t.Errorf("%s: foreign is %v", value, got)
		}
	}
}
