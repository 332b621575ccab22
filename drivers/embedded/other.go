//go:build !linux

package embedded

import (
	"context"
	"net"
	"runtime"

	"github.com/buildlens/buildlens/drivers"
)

func usable(context.Context, Options) error {
	return &drivers.UnusableError{
		Driver: Name,
		Reason: "BuildKit's workers need Linux, and this is " + runtime.GOOS,
		Hint:   "start Docker or create a builder on another machine",
	}
}

// Info says that the daemon is not there, and why.
func (n *node) Info(ctx context.Context) (drivers.Info, error) {
	return drivers.Info{Status: drivers.Inactive, Detail: usable(ctx, n.opts).Error()}, nil
}

func (n *node) Boot(ctx context.Context, _ func(drivers.Activity)) error { return usable(ctx, n.opts) }

func (n *node) Dial(ctx context.Context) (net.Conn, error) { return nil, usable(ctx, n.opts) }

func (n *node) Stop(context.Context) error { return nil }

func (n *node) Remove(context.Context, drivers.RemoveOptions) error { return nil }

// Supervise runs on Linux only.
func Supervise(ctx context.Context, _ SupervisorConfig) error { return usable(ctx, Options{}) }
