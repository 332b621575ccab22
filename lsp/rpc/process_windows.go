package rpc

import (
	"context"
	"os"
)

// waitForEnd returns true when no process of that id is left, false when ctx
// ends before.
func waitForEnd(ctx context.Context, pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return true
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = p.Wait() // the handle was opened: all that can be learned is that it ended
	}()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
		return false
	}
}
