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

func BenchmarkDiagnostics(b *testing.B) {
	f := generated(3000)
	f.Syntax = bake.Parse(f)
	for b.Loop() {
		if diags := bake.New(testInput("/w", f)).Diagnostics(context.Background()); len(diags) > 0 {
			b.Fatal(diags[0])
		}
	}
}
