// Package cli is the command line: one file a verb, each of which turns flags
// into a call of the engine, the evaluator or the server, and prints the answer.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/containerd/log"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/internal/text"
)

// App is what the commands work with. main fills it in.
type App struct {
	Name     string // the program as it was called: "buildlens", "buildx" or "docker-buildx"
	Version  string
	Revision string

	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	// Drivers lists the drivers this program has.
	Drivers func() ([]drivers.Driver, error)

	args []string // as the program was called
}

// Exit statuses, as docker buildx has them.
const (
	exitOK       = 0
	exitError    = 1
	exitCanceled = 130
)

// An exitStatus ends the program with a status of its own. What there was to
// say has been said.
type exitStatus struct{ code int }

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// Main runs the command line and returns the exit status.
func (a *App) Main(ctx context.Context, args []string) int {
	a.args = args
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var status exitStatus
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return status.code
	}
	a.printError(err)
	if ctx.Err() != nil {
		return exitCanceled
	}
	return exitError
}

// options are the flags that every command has.
type options struct {
	builder string
	debug   bool
}

func (a *App) root() *cobra.Command {
	opt := &options{}
	root := &cobra.Command{
		Use:           a.Name,
		Short:         "Build container images, and understand the files they are built from",
		SilenceUsage:  true,
		SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{
			HiddenDefaultCmd: true,
		},
	}
	root.SetFlagErrorFunc(unknownFlag)
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.PersistentFlags().StringVar(&opt.builder, "builder", os.Getenv("BUILDX_BUILDER"), "Use this builder instance")
	root.PersistentFlags().BoolVarP(&opt.debug, "debug", "D", false, "Print more about errors")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if opt.debug {
			return nil
		}
		return log.SetLevel("error") // containerd's notes about its stores are nobody's business
	}
	root.AddCommand(
		a.bakeCommand(opt),
		a.buildCommand(opt),
		a.checkCommand(opt),
		a.serveCommand(opt),
		a.versionCommand(),
		a.superviseCommand(),
	)
	return root
}

// unknownFlag adds to the error about a flag the one that was probably meant.
func unknownFlag(cmd *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return err
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := text.Near(name, known); near != "" {
		return fmt.Errorf("%w, did you mean --%s?", err, near)
	}
	return fmt.Errorf("%w; '%s --help' lists the flags", err, cmd.CommandPath())
}
