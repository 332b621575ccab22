// Command demo plays an editor that opens the storefront workspace: it shows
// what is wrong, builds the default group through its lens, breaks a RUN line,
// builds again, and shows the failure on that line. Everything is real: the
// server, the embedded builder, the images.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

func main() {
	binary := flag.String("binary", "bin/buildlens", "the server to run")
	scratch := flag.String("scratch", "scratch/storefront", "folder to copy the workspace to; its former content is removed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *binary, *scratch)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, scratch string) error {
	began := time.Now()
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	scratch, err = filepath.Abs(scratch)
	if err != nil {
		return err
	}
	say("The storefront workspace, copied to %s", scratch)
	if err := prepare(ctx, scratch); err != nil {
		return fmt.Errorf("preparing the workspace: %w", err)
	}
	e, err := open(ctx, binary, scratch)
	if err != nil {
		return err
	}
	defer e.kill()
	for _, act := range []func(context.Context) error{e.showProblems, e.showLenses, e.buildAll, e.breakAndBuild} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	if err := e.close(ctx); err != nil {
		return fmt.Errorf("closing the server: %w", err)
	}
	say("Done in %s. The images are in %s", time.Since(began).Round(100*time.Millisecond), filepath.Join(scratch, "dist"))
	return nil
}

// say opens a new part of the demo.
func say(format string, args ...any) {
	fmt.Printf("\n\033[1m%s\033[0m\n", fmt.Sprintf(format, args...))
}
