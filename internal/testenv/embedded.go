package testenv

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/buildlens/buildlens/drivers/embedded"
	"github.com/buildlens/buildlens/internal/testenv/provide"
)

// superviseArg makes a test binary whose TestMain is Main a supervisor.
const superviseArg = "testenv-supervise"

// Main is the TestMain of packages that use Embedded: it lets the test binary
// be started again as the supervisor of the embedded builder.
func Main(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == superviseArg {
		os.Exit(supervise(os.Args[2]))
	}
	os.Exit(m.Run())
}

func supervise(arg string) int {
	cfg, err := embedded.ParseSupervisorConfig(arg)
	if err == nil {
		err = embedded.Supervise(context.Background(), cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Embedded returns the options of an embedded builder with a state folder of
// its own. Its daemon is stopped when the test ends. The package's TestMain must
// be Main.
func Embedded(t testing.TB) embedded.Options {
	t.Helper()
	return EmbeddedIn(t, ShortDir(t))
}

// EmbeddedIn is Embedded with its state below dir, which must outlive the test.
func EmbeddedIn(t testing.TB, dir string) embedded.Options {
	t.Helper()
	opts := embedded.Options{
		SupervisorArgs: []string{superviseArg},
		StateDir:       filepath.Join(dir, "embedded"),
		DiskLimit:      4e9,
	}
	for _, tool := range []provide.Tool{provide.Buildkitd, provide.Runc, provide.Rootlesskit} {
		opts.ToolDirs = append(opts.ToolDirs, filepath.Dir(Tool(t, tool)))
	}
	t.Cleanup(func() { stopEmbedded(t, opts) })
	return opts
}

func stopEmbedded(t testing.TB, opts embedded.Options) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	d, err := embedded.New(opts)
	if err != nil {
		t.Error(err)
		return
	}
	if err := d.Stop(ctx); err != nil {
		t.Error(err)
	}
}
