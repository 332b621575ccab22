//go:build unix

package rpc

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// pollInterval is how often a process is looked for.
const pollInterval = time.Second

// waitForEnd returns true when no process of that id is left, false when ctx
// ends before. A process of another user counts as alive.
func waitForEnd(ctx context.Context, pid int) bool {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
}
