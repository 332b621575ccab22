package embedded_test

import (
	"testing"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/internal/testenv"
)

// BenchmarkBoot measures how long a build waits for the daemon: when it has to
// be started, and when it runs.
func BenchmarkBoot(b *testing.B) {
	n, err := openNode(testenv.Embedded(b), drivers.NodeConfig{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			if err := n.Stop(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if err := n.Boot(b.Context(), nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			if err := n.Boot(b.Context(), nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
