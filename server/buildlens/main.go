// Command buildlens is the language server, the build engine's command line
// and, called as buildx or docker-buildx, a stand-in for docker buildx.
package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/buildlens/buildlens/server/cli"
)

// Set when the program is built; see the Makefile.
var (
	version  = "v0.0.0-dev"
	revision = ""
)

func main() { os.Exit(run()) }

// run ends with the status 130 when it is interrupted. A second interrupt ends
// the program at once.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	app := &cli.App{
		Name:     strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"),
		Version:  version,
		Revision: revision,
		Stdin:    os.Stdin,
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Drivers:  builtinDrivers,
	}
	return app.Main(ctx, os.Args[1:])
}
