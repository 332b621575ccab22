package bake_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/testenv/gen"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func TestSplit(t *testing.T) {
	cases := []struct {
		name, src string
		want      []string
	}{
		{"blocks", "a {\n}\nb {\n}\n", []string{"a {\n}\n", "b {\n}\n"}},
		{"comment belongs to what follows", "# x\n\na = 1\n# y\n", []string{"# x\n\na = 1\n", "# y\n"}},
		{"brackets", "a = [\n1,\n]\nb = 2", []string{"a = [\n1,\n]\n", "b = 2"}},
		{"braces in strings", "a = \"{ ${ \"}\" } $${ {\"\nb = 1\n", []string{"a = \"{ ${ \"}\" } $${ {\"\n", "b = 1\n"}},
		{"heredoc", "a = <<EOT\n} \"\n  EOT\nb = 1\n", []string{"a = <<EOT\n} \"\n  EOT\n", "b = 1\n"}},
		{"heredoc with interpolation", "a = <<-E\n${ {\nx = 1 } }\nE\nb = 1\n", []string{"a = <<-E\n${ {\nx = 1 } }\nE\n", "b = 1\n"}},
		{"braces in comments", "a { # {\n/* { */ // {\n}\nb = 1\n", []string{"a { # {\n/* { */ // {\n}\n", "b = 1\n"}},
		{"unclosed string", "a = \"x\nb = 1\n", []string{"a = \"x\n", "b = 1\n"}},
		{"unclosed block", "target \"a\" {\n\ntarget \"b\" {\n}\n", []string{"target \"a\" {\n\n", "target \"b\" {\n}\n"}},
		{"unclosed list", "target \"a\" {\n  x = [1\n}\ntarget \"b\" {\n}\n", []string{"target \"a\" {\n  x = [1\n}\n", "target \"b\" {\n}\n"}},
		{"windows line ends", "a {\r\n}\r\nb = 1\r\n", []string{"a {\r\n}\r\n", "b = 1\r\n"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := bake.Split(c.src); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestPiecesEqualWhole holds that parsing item by item finds what the HCL
// library finds in the whole text, at the same places.
func TestPiecesEqualWhole(t *testing.T) {
	paths, err := filepath.Glob("../testdata/bake/*/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string][]byte{"generated": gen.Bake(40)}
	for _, path := range paths {
		if texts[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	compared := 0
	for path, src := range texts {
		file, diags := hclsyntax.ParseConfig(src, "f", hcl.InitialPos)
		if diags.HasErrors() {
			continue
		}
		compared++
		got := written(bake.Parse(bake.File{Name: "docker-bake.hcl", Data: src}))
		if want := whole(file.Body.(*hclsyntax.Body)); got != want {
			t.Errorf("%s: got\n%swant\n%s", path, got, want)
		}
	}
	if compared < 40 {
		t.Errorf("only %d texts were compared", compared)
	}
}

// written lists a parsed file's items and their places.
func written(s *bake.Syntax) string {
	return lines(s.Attributes(), s.Blocks())
}

func lines(attrs []bake.Attribute, blocks []bake.Block) string {
	var out []string
	for _, a := range attrs {
		out = append(out, fmt.Sprintf("%06d %s %d %d-%d", a.Span.Start, a.Name, a.Span.End, a.Value.Span.Start, a.Value.Span.End))
	}
	for _, b := range blocks {
		out = append(out, fmt.Sprintf("%06d %s %s %d", b.Span.Start, b.Kind, b.Name(), b.Span.End))
		out = append(out, strings.Fields(strings.ReplaceAll(lines(b.Attributes, b.Blocks), " ", "\x00"))...)
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(a[:6], b[:6]) })
	return strings.ReplaceAll(strings.Join(out, "\n"), "\x00", " ") + "\n"
}

// whole lists the same of a body of the HCL library.
func whole(body *hclsyntax.Body) string {
	var convert func(b *hclsyntax.Body) ([]bake.Attribute, []bake.Block)
	convert = func(b *hclsyntax.Body) (attrs []bake.Attribute, blocks []bake.Block) {
		for _, a := range b.Attributes {
			one := bake.Attribute{Name: a.Name}
			one.Span.Start, one.Span.End = a.SrcRange.Start.Byte, a.SrcRange.End.Byte
			one.Value.Span.Start, one.Value.Span.End = a.Expr.Range().Start.Byte, a.Expr.Range().End.Byte
			attrs = append(attrs, one)
		}
		for _, nested := range b.Blocks {
			one := bake.Block{Kind: nested.Type}
			one.Span.Start, one.Span.End = nested.TypeRange.Start.Byte, nested.CloseBraceRange.End.Byte
			for _, l := range nested.Labels {
				one.Labels = append(one.Labels, bake.Label{Text: l})
			}
			one.Attributes, one.Blocks = convert(nested.Body)
			blocks = append(blocks, one)
		}
		return attrs, blocks
	}
	return lines(convert(body))
}

// TestUnclosedItems holds that many items without an end take linear time to
// part: each is cut at the next one's head.
func TestUnclosedItems(t *testing.T) {
	const count = 5_000
	s := bake.Parse(bake.File{Name: "docker-bake.hcl", Data: []byte(strings.Repeat("target \"a\" {\n", count))})
	if got := bake.Chunks(s); got != count {
		t.Errorf("%d unclosed items make %d chunks", count, got)
	}
}

// TestLongNumbers holds that digits are counted where they stand in a row.
func TestLongNumbers(t *testing.T) {
	long := strings.Repeat("9", 10_001)
	short := "A = 1" + strings.Repeat(".5+1", 2_500)
	for text, want := range map[string]bool{"A = " + long: true, "A = [1, -" + long + "]": true, `{"A": ` + long + "}": true, short: false} {
		name := "docker-bake.hcl"
		if text[0] == '{' {
			name = "docker-bake.json"
		}
		diags := bake.New(testInput("/w", bake.File{Name: name, Data: []byte(text)})).Diagnostics(t.Context())
		if got := len(diags) > 0 && strings.Contains(diags[0].Message, "digits"); got != want {
			t.Errorf("%.20s… is refused: %v", text, got)
		}
	}
}
