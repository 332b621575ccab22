package bake_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/testenv/gen"
)

func generated(n int) bake.File {
	return bake.File{Name: "docker-bake.hcl", Path: "/w/docker-bake.hcl", Data: gen.Bake(n)}
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{30, 3000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := generated(n)
			for b.Loop() {
				bake.Parse(f)
			}
		})
	}
}

func BenchmarkReparse(b *testing.B) {
	for _, n := range []int{30, 3000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := generated(n)
			s := bake.Parse(f)
			changed := f
			changed.Data = bytes.Replace(f.Data, []byte("stage3"), []byte("stage4"), 1)
			for b.Loop() {
				bake.Reparse(s, changed)
			}
		})
	}
}

func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{2, 30, 3000, 6000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := generated(n)
			b.ReportAllocs()
			for b.Loop() {
				plan, err := bake.New(testInput("/w", f)).Plan(context.Background(), bake.PlanRequest{})
				if err != nil || len(plan.Print()) == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOneTarget asks for one target of many: the rest is not evaluated.
func BenchmarkOneTarget(b *testing.B) {
	f := generated(3000)
	f.Syntax = bake.Parse(f)
	for b.Loop() {
		if _, err := bake.New(testInput("/w", f)).Plan(context.Background(), bake.PlanRequest{Targets: []string{gen.BakeTarget(42)}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEdit is what an editor waits for after one edit: the new syntax
// and all diagnostics.
func BenchmarkEdit(b *testing.B) {
	f := generated(3000)
	f.Syntax = bake.Parse(f)
	d := bake.New(testInput("/w", f))
	d.Diagnostics(context.Background())
	stages := [2][]byte{[]byte("stage3\"\n"), []byte("stage4\"\n")}
	for i := 0; b.Loop(); i++ {
		next := f
		next.Data = bytes.Replace(f.Data, stages[i%2], stages[(i+1)%2], 1)
		next.Syntax = bake.Reparse(f.Syntax, next)
		in := testInput("/w", next)
		in.Previous = d
		d = bake.New(in)
		d.Diagnostics(context.Background())
		f = next
	}
}

func BenchmarkDiagnostics(b *testing.B) {
	f := generated(3000)
	f.Syntax = bake.Parse(f)
	for b.Loop() {
		if diags := bake.New(testInput("/w", f)).Diagnostics(context.Background()); len(diags) > 0 {
			b.Fatal(diags[0])
		}
	}
}
