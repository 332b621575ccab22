package dockerfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Shell code is coloured by what it is to the shell, continuations and heredocs
// included.
func TestShellTokens(t *testing.T) {
	names := feature.TokenTypes()
	for _, c := range []struct{ src, want string }{
		{"RUN if a -b; then \\\n  echo \"c $d\" > e; fi", `keyword:RUN keyword:if function:a parameter:-b operator:; keyword:then macro:\ function:echo string:"c variable:$d string:" operator:> parameter:e operator:; keyword:fi`},
		{"RUN <<EOF\n# note\nx=1 make | tee 'log'\nEOF", `keyword:RUN operator:<< macro:EOF comment:# note variable:x function:make operator:| function:tee string:'log' macro:EOF`},
		{"ONBUILD RUN a && b", "keyword:ONBUILD keyword:RUN function:a operator:&& function:b"},
		{"SHELL [\"pwsh\"]\nRUN if a", `keyword:SHELL parameter:[ string:"pwsh" parameter:] keyword:RUN parameter:if a`},
	} {
		f := df.Parse("FROM x\n" + c.src)
		var got []string
		for _, tok := range SemanticTokens(f, text.Span{Start: len("FROM x\n"), End: len(f.Source)}) {
			got = append(got, names[tok.Type]+":"+tok.Span.In(f.Source))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s\n%s", c.src, diff)
		}
	}
}
