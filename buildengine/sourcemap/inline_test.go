package sourcemap

import (
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/moby/buildkit/solver/pb"
)

func TestInlinePlaces(t *testing.T) {
	const built = "FROM busybox:1\nRUN one\nRUN two\n"
	for name, tc := range map[string]struct {
		holder string
		want   string // the line of "RUN two", or where it falls back to
	}{
		"heredoc":      {"# FROM\nx = <<EOT\nFROM busybox:1\nRUN one\nRUN two\nEOT\n", "RUN two"},
		"indented":     {"x = <<-EOT\n  FROM busybox:1\n  RUN one\n  RUN two\nEOT\n", "RUN two"},
		"interpolated": {"x = <<EOT\nFROM busybox:${v}\nRUN one\nRUN two\nEOT\n", "RUN two"},
		"quoted":       {"a = 1\nx = \"FROM busybox:1\\nRUN one\\nRUN two\"\n", "x = "},
	} {
		start := strings.Index(tc.holder, "x = ")
		root := Root{Holder: []byte(tc.holder), Inline: &buildengine.Dockerfile{
			InlineFile: "/bake.hcl", InlineSpan: text.Span{Start: start, End: len(tc.holder)},
		}}
		f := inlineFile([]byte(built), root)
		at := f.location([]*pb.Range{{Start: &pb.Position{Line: 3}, End: &pb.Position{Line: 3}}})
		if got := at.Span.In(tc.holder); !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s: placed on %q, want %q", name, got, tc.want)
		}
	}
}
