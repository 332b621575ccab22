package bake_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/testenv/gen"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// define makes a definition of one HCL file without anything around it.
func define(src string, change ...func(*bake.Input)) *bake.Definition {
	in := testInput("/w", bake.File{Name: "docker-bake.hcl", Path: "/w/docker-bake.hcl", Data: []byte(src)})
	for _, f := range change {
		f(&in)
	}
	return bake.New(in)
}

const hclFile = "/w/docker-bake.hcl"

// marked takes the mark "|" out of a text.
func marked(t *testing.T, src string) (string, int) {
	t.Helper()
	at := strings.Index(src, "|")
	if at < 0 {
		t.Fatalf("no mark in %q", src)
	}
	return src[:at] + src[at+1:], at
}

func show(v cty.Value) string {
	data, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func TestValueAt(t *testing.T) {
	const before = `
variable "REGISTRY" {
  default = "example.com"
}
variable "SECRET" {
  default   = "hush"
  sensitive = true
}
variable "WRAPPED" {
  default = "x-${SECRET}"
}
v = "global"
function "img" {
  params = [n]
  result = "${REGISTRY}/${n}"
}
target "base" {
  args = { K = "k" }
}
`
	cases := []struct{ name, src, want string }{
		{"attribute name", `target "a" { ta|gs = ["${REGISTRY}/a", ""] }`, `tags ["example.com/a",""] 1`},
		{"variable", `target "a" { tags = ["${REG|ISTRY}/a"] }`, `REGISTRY "example.com" 4`},
		{"template", `target "a" { tags = ["${REGISTRY}/|a"] }`, ` "example.com/a" 1`},
		{"call", `target "a" { tags = [im|g("a")] }`, `img "example.com/a" 1`},
		{"argument of a call", `target "a" { tags = [upper(REGIS|TRY)] }`, `REGISTRY "example.com" 4`},
		{"map key", `target "a" { args = { VERS|ION = upper("v") } }`, `VERSION "V" 1`},
		{"reference", `target "a" { args = { X = target.base.args.|K } }`, `target "k" 1`},
		{"declaration", `variable "MO|RE" { default = 1 + 2 }`, `MORE 3 4`},
		{"matrix, first instance", "target \"m\" {\n  name = \"m-${x}\"\n  matrix = { x = [\"1\", \"2\"] }\n  tags = [x|]\n}", `x "1" 1`},
		{"parameter", "function \"f\" {\n  params = [REGISTRY]\n  result = upper(REGIS|TRY)\n}", "none"},
		{"loop variable", `target "a" { tags = [for v in ["x"] : upper(|v)] }`, ` ["X"] 1`},
		{"converted", `target "a" { no-c|ache = "true" }`, `no-cache true 1`},
		{"sensitive", `target "a" { tags = [SECR|ET] }`, `SECRET "(sensitive)" 4 sensitive`},
		{"sensitive through another", `target "a" { tags = ["a-${WRAP|PED}"] }`, `WRAPPED "(sensitive)" 4 sensitive`},
		{"sensitive attribute", `target "a" { ta|gs = ["a-${WRAPPED}"] }`, `tags "(sensitive)" 1 sensitive`},
		{"error", `target "a" { ta|gs = [NOPE] }`, "none"},
		{"blank", "target \"a\" {\n|\n}", "none"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			src, at := marked(t, before+c.src)
			got := "none"
			if v, ok := define(src).ValueAt(context.Background(), hclFile, at); ok {
				got = fmt.Sprintf("%s %s %d", v.Name, show(v.Value), v.Origin.Kind)
				if v.Sensitive {
					got += " sensitive"
				}
			}
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestRefs(t *testing.T) {
	src := `variable "V" {
  default = upper("a")
}
function "img" {
  params = [n]
  result = "${V}/${n}"
}
g = V
target "base" {}
target "app" {
  inherits = ["base", "gone"]
  matrix   = { os = ["a"] }
  name     = "app-${os}"
  tags     = [img("x"), target.base.context, BAKE_LOCAL_PLATFORM]
  contexts = { b = "target:base" }
}
group "default" {
  targets = ["app", "app-a"]
}
`
	want := `V 3 def V
upper 4 -
img 4 def img
n 6 def -
V 3 V
n 6 -
g 3 def g
V 3 V
base 1 def base
app 2 def app
base 1 base
gone 1 -
os 6 -
img 4 img
base 1 base
target.base.context 5 -
BAKE_LOCAL_PLATFORM 7 -
base 1 base
default 2 def default
app 2 app
app-a 1 app-a
`
	var got strings.Builder
	for _, r := range define(src).Refs(context.Background(), hclFile) {
		last := r.Name[strings.LastIndex(r.Name, ".")+1:]
		if r.Span.In(src) != last {
			t.Errorf("%s spans %q", r.Name, r.Span.In(src))
		}
		fmt.Fprintf(&got, "%s %d", r.Name, r.Kind)
		if r.Def {
			got.WriteString(" def")
		}
		if r.Decl != nil {
			fmt.Fprintf(&got, " %s\n", r.Decl.Name)
		} else {
			got.WriteString(" -\n")
		}
	}
	if got.String() != want {
		t.Errorf("got:\n%swant:\n%s", got.String(), want)
	}
}

func TestOrigins(t *testing.T) {
	src := `target "base" {
  args = { A = "1", B = "2" }
  tags = ["x"]
}
target "app" {
  inherits = ["base"]
  args = { B = "3" }
}
`
	plan, err := define(src).Plan(context.Background(), bake.PlanRequest{
		Targets: []string{"app"}, Overrides: []string{"app.args.C=4", "app.pull=true"},
	})
	if err != nil {
		t.Fatal(err)
	}
	origins := plan.Targets["app"].Origins
	for key, want := range map[string]string{
		"args.A": `2 base "1"`, "args.B": `1  "3"`, "args.C": `3 app.args.C=4 `, "tags": `2 base ["x"]`,
		"pull": `3 app.pull=true `, "dockerfile": `4  `,
	} {
		o := origins[key]
		if got := fmt.Sprintf("%d %s %s", o.Kind, o.Via, o.Place.Span.In(src)); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}

// TestLazy holds that a plan evaluates only what it needs: what is not needed
// here would fail.
func TestLazy(t *testing.T) {
	d := define(`
target "a" {
  tags = [target.b.tags[0]]
}
target "b" {
  tags = ["b"]
  args = { X = parseint("no", 10) }
}
target "c" {
  tags = [NOPE]
}`)
	plan, err := d.Plan(context.Background(), bake.PlanRequest{Targets: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Targets["a"].Tags; len(got) != 1 || got[0] != "b" {
		t.Errorf("tags %v", got)
	}
}

func TestCancelled(t *testing.T) {
	d := define(`target "default" { tags = [upper("a")] }`)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Plan(ctx, bake.PlanRequest{}); err == nil {
		t.Fatal("a cancelled plan succeeded")
	}
	plan, err := d.Plan(context.Background(), bake.PlanRequest{})
	if err != nil || plan.Targets["default"].Tags[0] != "A" {
		t.Errorf("after a cancelled call: %v, %v", plan, err)
	}
}

// TestConcurrentUse is for the race detector: all methods may be called at once.
func TestConcurrentUse(t *testing.T) {
	file := bake.File{Name: "docker-bake.hcl", Path: hclFile, Data: gen.Bake(30)}
	file.Syntax = bake.Parse(file)
	d := bake.New(testInput("/w", file))
	ctx := context.Background()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			in := testInput("/w", file)
			in.Previous = d
			next := bake.New(in)
			for _, one := range []*bake.Definition{d, next} {
				plan, err := one.Plan(ctx, bake.PlanRequest{Targets: []string{gen.BakeTarget(i)}})
				if err != nil {
					t.Error(err)
					return
				}
				if err := one.Check(plan); err != nil {
					t.Error(err)
				}
				one.Diagnostics(ctx)
				one.Refs(ctx, hclFile)
				one.ValueAt(ctx, hclFile, 600+i)
			}
		})
	}
	wg.Wait()
}

func TestAttributesOf(t *testing.T) {
	src := `target "app" {
  dockerfile = "deploy/D"
  args = { A = "1", "B" = V, (V) = 2 }
  platforms = ["linux/amd64", V]
}
variable "V" { default = "x" }
`
	d := define(src)
	for _, decl := range d.Declarations(context.Background()) {
		if decl.Name != "app" {
			continue
		}
		attrs := d.AttributesOf(decl)
		if len(attrs) != 3 {
			t.Fatalf("%d attributes", len(attrs))
		}
		if v := attrs[0].Value; !v.Literal || v.Text != "deploy/D" || v.Inner.In(src) != "deploy/D" {
			t.Errorf("dockerfile: %+v", v)
		}
		var keys []string
		for _, e := range attrs[1].Value.Entries {
			keys = append(keys, e.Key+"="+e.KeySpan.In(src))
		}
		if got := strings.Join(keys, " "); got != "A=A B=B =(V)" {
			t.Errorf("keys of args: %s", got)
		}
		if items := attrs[2].Value.Items; len(items) != 2 || items[0].Text != "linux/amd64" || items[1].Literal {
			t.Errorf("platforms: %+v", items)
		}
	}
}
