package dockerfile

import (
	"context"
	"testing"

	"github.com/buildlens/buildlens/internal/diag"
)

// rejected tells whether BuildKit itself refuses the document.
func rejected(t *testing.T, src string) bool {
	t.Helper()
	res, err := run(context.Background(), src, LintOptions{}, newQuestions())
	if err != nil {
		t.Fatal(err)
	}
	return res.Error != nil
}

// reported tells whether Parse and Lint together report an error.
func reported(src string) bool {
	f := Parse(src)
	for _, d := range append(Lint(context.Background(), f, LintOptions{}), f.Diagnostics...) {
		if d.Severity == diag.Error {
			return true
		}
	}
	return false
}

// Our verdict about a document is BuildKit's.
func TestVerdictIsBuildKits(t *testing.T) {
	bodies := []string{
		"", "RUN", "CMD", "ENTRYPOINT", "RUN []", "CMD [1]", `CMD ["a", 1]`, `CMD ["a"`, "ENV", "ENV a", "ENV a b", "ENV a=", "ENV =b", "ENV a=b c",
		"LABEL", "LABEL a", `LABEL "a"=b`, "ARG", "ARG =", "ARG a b=c", "ARG --x a", "EXPOSE", "EXPOSE a", "EXPOSE 80/x", "EXPOSE 70000",
		"EXPOSE 8000-7000", "EXPOSE $nope", "USER", "WORKDIR", "WORKDIR $", "WORKDIR ${a", "WORKDIR ${a:=b}", "VOLUME", "VOLUME []", `VOLUME [""]`,
		"STOPSIGNAL", "STOPSIGNAL NOPE", "STOPSIGNAL 9", "STOPSIGNAL --x 9", "SHELL", "SHELL a", "SHELL []", `SHELL ["a"]`,
		"HEALTHCHECK", "HEALTHCHECK NONE", "HEALTHCHECK NONE a", "HEALTHCHECK CMD", "HEALTHCHECK CMD a", "HEALTHCHECK --interval=a CMD b",
		"HEALTHCHECK --interval=1ns CMD b", "HEALTHCHECK --retries=-1 CMD b", "HEALTHCHECK --retries=x CMD b", "HEALTHCHECK TEST a",
		"HEALTHCHECK --interval=1s --interval=2s CMD b", "ONBUILD", "ONBUILD ONBUILD RUN a", "ONBUILD FROM a", "ONBUILD NOPE", "ONBUILD COPY a",
		"COPY", "COPY a", "COPY a b", "COPY --from=$x a b", "COPY --from=0 a b", "COPY --from=1 a b", "COPY --from=nope a b", "COPY --frm=x a b",
		"COPY --from a b", "COPY --link=maybe a b", "COPY --link a b", "COPY --chmod=999 a b", "COPY --chmod=u+x a b", "COPY --parents a b",
		"COPY a <<EOF\nx\nEOF", "COPY <<EOF b\nx\nEOF", "COPY <<EOF b\nx", "ADD --checksum=x https://e.org/a b", "ADD --unpack a b",
		"RUN --mount=type=nope a", "RUN --mount=type=cache a", "RUN --mount=type=cache,target=/a,sharing=x a", "RUN --mount=from=$x,target=/a a",
		"RUN --mount=type=secret,id=a,from=b c", "RUN --mount=type=tmpfs,target=/a,size=x b", "RUN --mount=type=bind,target=/a,uid=1 b",
		"RUN --network=x a", "RUN --network=none a", "RUN --security=x a", "RUN --device=a,b=c d", "RUN --mount a", "RUN --x a", "RUN -- a",
		"RUN <<EOF\na\nEOF", "RUN <<EOF\na", "RUN cat <<A <<-B\n1\nA\n\t2\n\tB", "MAINTAINER", "MAINTAINER a b", "NOPE", "R\\\nUN a", "RUN a \\",
		"\\\nRUN a", "FROM a AS 1b", "FROM a b", "FROM a as", "FROM", "FROM $nope", "FROM UPPER", "FROM --platform=x/y/z/w a", "FROM --platform= a",
		"FROM --platform=$TARGETPLATFORM a", "FROM --x=y a", "FROM a AS b c", "COPY --from=later a b\nFROM scratch AS later", "COPY --from=self a b",
	}
	for _, head := range []string{"FROM scratch AS self\n", "FROM alpine\nENV x=y\n", "# escape=`\nFROM scratch AS self\n"} {
		for _, body := range bodies {
			src := head + body
			if want, got := rejected(t, src), reported(src); got != want {
				t.Errorf("%q: an error is reported: %v, BuildKit rejects it: %v", src, got, want)
			}
		}
	}
	for _, src := range []string{
		"ARG a", "RUN a\nFROM b", "# c\n", "  \n", "ARG a=b\nFROM $a", "ARG a=${b\nFROM c", "# escape=x\nFROM a", "# escape=`\n# escape=`\nFROM a",
		"# check=nope\nFROM a", " # check=nope\nFROM a", "#check=skip=all;error=true\nFROM a AS B", "#check=error=true\nFROM a AS B",
		"\xef\xbb\xbfFROM a", "\xef\xbb\xbf# check=nope\nFROM a", "FROM a\r\nRUN b \\\r\n c\r\n", "FROM a\n\nFROM b AS c\nCOPY --from=c /x /y", "FROM a\rRUN b",
	} {
		if want, got := rejected(t, src), reported(src); got != want {
			t.Errorf("%q: an error is reported: %v, BuildKit rejects it: %v", src, got, want)
		}
	}
}
