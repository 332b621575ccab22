// Package drivertest holds the checks that every driver's nodes pass, run
// against real daemons.
package drivertest

import (
	"context"
	"net"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/buildlens/buildlens/drivers"
	"github.com/moby/buildkit/client"
)

// patience bounds each call; it is no expectation of speed.
const patience = time.Minute

// A Case is one node to check.
type Case struct {
	Driver drivers.Driver
	Config drivers.NodeConfig
	Owned  bool // the driver starts and stops the daemon itself
}

// Run puts the node through its life: opened, booted twice and at once, used,
// stopped, booted again and removed.
func Run(t *testing.T, c Case) {
	n, err := c.Driver.Open(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(n.Config(), c.Config) {
		t.Errorf("Config() = %+v, want what Open was given: %+v", n.Config(), c.Config)
	}
	if c.Owned {
		expectStatus(t, n, drivers.Inactive)
		expectNoDial(t, n)
	}
	boot(t, n)
	boot(t, n)
	bootTogether(t, c)
	use(t, n)
	checkFeatures(t, n)
	stop(t, n, c.Owned)
	boot(t, n)
	use(t, n)
	remove(t, n, c.Owned)
}

func boot(t *testing.T, n drivers.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	open := map[string]bool{}
	err := n.Boot(ctx, func(a drivers.Activity) {
		if a.Name == "" {
			t.Error("Boot reported an activity without a name")
		}
		open[a.Name] = !a.Done
	})
	if err != nil {
		t.Fatalf("Boot: %v", err)
	}
	for name, still := range open {
		if still {
			t.Errorf("Boot never ended its activity %q", name)
		}
	}
	expectStatus(t, n, drivers.Running)
}

// bootTogether boots nodes that were opened apart, as several processes would.
func bootTogether(t *testing.T, c Case) {
	t.Helper()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			n, err := c.Driver.Open(c.Config)
			if err != nil {
				t.Errorf("Open again: %v", err)
				return
			}
			if err := n.Boot(t.Context(), nil); err != nil {
				t.Errorf("Boot at once: %v", err)
			}
		})
	}
	wg.Wait()
}

// use speaks BuildKit's protocol over a dialed connection.
func use(t *testing.T, n drivers.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := client.New(ctx, "", client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return n.Dial(ctx)
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	workers, err := c.ListWorkers(ctx)
	if err != nil {
		t.Fatalf("ListWorkers: %v", err)
	}
	if len(workers) == 0 || len(workers[0].Platforms) == 0 {
		t.Errorf("the daemon lists no worker with platforms: %+v", workers)
	}
	info, err := c.Info(ctx)
	if err != nil {
		t.Fatalf("Info over the wire: %v", err)
	}
	if got := expectStatus(t, n, drivers.Running); got.Version != info.BuildkitVersion.Version {
		t.Errorf("Info says version %q, the daemon %q", got.Version, info.BuildkitVersion.Version)
	}
}

func checkFeatures(t *testing.T, n drivers.Node) {
	t.Helper()
	f := n.Features(nil)
	if !f.OCIExporter || !f.CacheExport || !f.MultiPlatform {
		t.Errorf("a daemon of its own can do more than %+v", f)
	}
}

func stop(t *testing.T, n drivers.Node, owned bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := n.Stop(ctx); err != nil {
		t.Fatalf("Stop: %v", err)
	}
	if !owned {
		expectStatus(t, n, drivers.Running)
		return
	}
	expectStatus(t, n, drivers.Stopped)
	expectNoDial(t, n)
	if err := n.Stop(ctx); err != nil {
		t.Errorf("Stop of a stopped node: %v", err)
	}
}

func remove(t *testing.T, n drivers.Node, owned bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := n.Remove(ctx, drivers.RemoveOptions{KeepDaemon: true, KeepState: true}); err != nil {
		t.Fatalf("Remove that keeps everything: %v", err)
	}
	expectStatus(t, n, drivers.Running)
	if err := n.Remove(ctx, drivers.RemoveOptions{}); err != nil {
		t.Fatalf("Remove: %v", err)
	}
	if !owned {
		expectStatus(t, n, drivers.Running)
		return
	}
	expectStatus(t, n, drivers.Inactive)
	expectNoDial(t, n)
}

func expectStatus(t *testing.T, n drivers.Node, want drivers.Status) drivers.Info {
	t.Helper()
	info, err := n.Info(t.Context())
	if err != nil {
		t.Fatalf("Info: %v", err)
	}
	if info.Status != want {
		t.Errorf("status %q (%s), want %q", info.Status, info.Detail, want)
	}
	return info
}

func expectNoDial(t *testing.T, n drivers.Node) {
	t.Helper()
	conn, err := n.Dial(t.Context())
	if err == nil {
		conn.Close()
		t.Error("Dial reached a daemon that is not there")
	}
}
