// Package provide makes real components available on this machine: it builds
// the Go programs that the tool modules pin and installs Debian packages. What
// is there already costs a few file checks; what cannot be provided is an error
// that says what to do.
package provide

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/mod/modfile"
)

const mainModule = "github.com/buildlens/buildlens"

// A Provider knows the checkout and the cache. Several processes may use the
// same cache at once.
type Provider struct {
	Root  string    // the checkout: the folder of the main go.mod
	Cache string    // built tools, by name, version and platform
	Log   io.Writer // one line on each thing that takes long
}

// New is the Provider of the checkout that the working directory lies in, with
// its cache in the user's cache directory.
func New(log io.Writer) (*Provider, error) {
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("finding a place for built tools: %w", err)
	}
	return &Provider{Root: root, Cache: filepath.Join(cache, "buildlens", "tools"), Log: log}, nil
}

// findRoot walks up from the working directory: go test runs tests in their
// package's folder, and paths compiled in are lost under -trimpath.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the checkout: %w", err)
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && modfile.ModulePath(data) == mainModule {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("the working directory is not inside a checkout of " + mainModule)
		}
		dir = parent
	}
}

func (p *Provider) say(format string, args ...any) {
	fmt.Fprintf(p.Log, format+"\n", args...)
}

// locked runs f while this process alone holds the named lock of the cache. A
// second process says what it waits for.
func (p *Provider) locked(ctx context.Context, name string, f func() error) error {
	if err := os.MkdirAll(p.Cache, 0o755); err != nil {
		return fmt.Errorf("making the tool cache: %w", err)
	}
	lock := flock.New(filepath.Join(p.Cache, name+".lock"))
	held, err := lock.TryLock()
	if err == nil && !held {
		p.say("waiting for another process that provides %s", name)
		_, err = lock.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("locking the tool cache for %s: %w", name, err)
	}
	defer lock.Unlock()
	return f()
}
