package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/buildlens/buildlens/drivers"
	"github.com/moby/buildkit/client"
)

const (
	// bootTimeout is how long Boot waits for the daemon to answer, as Buildx does.
	bootTimeout = 20 * time.Second
	// infoTimeout keeps a listing of builders quick when a host is gone.
	infoTimeout = 5 * time.Second
	// retryPause lies between two attempts to reach the daemon.
	retryPause = 200 * time.Millisecond
)

type node struct {
	cfg      drivers.NodeConfig
	endpoint *url.URL
	opts     options
}

func (n *node) Config() drivers.NodeConfig { return n.cfg }

// Info asks the daemon for its version. A daemon that does not answer is
// Inactive, with the reason as detail.
func (n *node) Info(ctx context.Context) (drivers.Info, error) {
	asking, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	version, err := n.version(asking)
	if err == nil {
		return drivers.Info{Status: drivers.Running, Version: version, Detail: n.cfg.Endpoint}, nil
	}
	if ctx.Err() != nil {
		return drivers.Info{}, fmt.Errorf("asking %s for its state: %w", n.cfg.Endpoint, context.Cause(ctx))
	}
	return drivers.Info{Status: drivers.Inactive, Detail: err.Error()}, nil
}

// version makes one attempt to reach the daemon.
func (n *node) version(ctx context.Context) (string, error) {
	// BuildKit's client reports every failure to connect as a missing deadline;
	// dialing first keeps the reason.
	probe, err := n.Dial(ctx)
	if err != nil {
		return "", err
	}
	probe.Close()
	c, err := client.New(ctx, "", client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return n.Dial(ctx)
	}))
	if err != nil {
		return "", fmt.Errorf("connecting to %s: %w", n.cfg.Endpoint, err)
	}
	defer c.Close()
	info, err := c.Info(ctx)
	if err != nil {
		return "", fmt.Errorf("asking %s for its version: %w", n.cfg.Endpoint, err)
	}
	return info.BuildkitVersion.Version, nil
}

// Boot waits until the daemon answers, which may be still starting.
func (n *node) Boot(ctx context.Context, report func(drivers.Activity)) error {
	activity := drivers.Activity{Name: "waiting for connection to " + n.cfg.Endpoint}
	if report == nil {
		report = func(drivers.Activity) {}
	}
	report(activity)
	activity.Err = n.await(ctx)
	activity.Done = true
	report(activity)
	return activity.Err
}

func (n *node) await(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, bootTimeout)
	defer cancel()
	for {
		_, err := n.version(waiting)
		if err == nil {
			return nil
		}
		var wrong *credentialsError
		if errors.As(err, &wrong) {
			return err // waiting cannot mend it
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", n.cfg.Endpoint, context.Cause(ctx))
		case <-waiting.Done():
			return fmt.Errorf("no BuildKit daemon answered within %s: %w", bootTimeout, err)
		case <-time.After(retryPause):
		}
	}
}

// Features are those of any current BuildKit.
func (n *node) Features([]*client.WorkerInfo) drivers.Features {
	return drivers.Features{
		OCIExporter:    true,
		DockerExporter: true,
		CacheExport:    true,
		MultiPlatform:  true,
		DirectPush:     true,
		DefaultLoad:    n.opts.defaultLoad,
	}
}

// Stop does nothing: the daemon belongs to somebody else.
func (n *node) Stop(context.Context) error { return nil }

// Remove does nothing: Boot made nothing.
func (n *node) Remove(context.Context, drivers.RemoveOptions) error { return nil }
