package engine_test

import (
	"fmt"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/engine"
	"github.com/buildlens/buildlens/internal/testenv"
)

// fiveSteps is the build whose cost is held against buildctl's.
const fiveSteps = "FROM busybox\nCOPY in.txt .\nRUN echo 1\nRUN echo 2\nRUN echo 3\nRUN echo 4\n"

// benchRig is a rig for benchmarks: without the checks of tests.
func benchRig(b *testing.B) *rig {
	b.Helper()
	r := &rig{TB: b, daemon: testenv.BuildKit(b), busybox: testenv.Busybox(b), env: map[string]string{}}
	r.engine = engine.New(r.deps())
	return r
}

// BenchmarkCached builds five steps that are all in the cache.
func BenchmarkCached(b *testing.B) {
	r := benchRig(b)
	req := r.request("default", r.context(fiveSteps, "in.txt", "x"))
	r.must(req)
	for b.Loop() {
		r.must(req)
	}
}

// BenchmarkTargets builds targets that share a context, all in the cache.
func BenchmarkTargets(b *testing.B) {
	r := benchRig(b)
	dir := r.context(fiveSteps, "in.txt", "x")
	for _, n := range []int{1, 20, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var reqs []buildengine.Request
			for i := range n {
				reqs = append(reqs, r.request(fmt.Sprintf("t%03d", i), dir))
			}
			r.must(reqs...)
			for b.Loop() {
				r.must(reqs...)
			}
		})
	}
}
