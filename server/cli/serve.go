package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"github.com/spf13/cobra"

	"github.com/buildlens/buildlens/lsp/rpc"
)

func (a *App) serveCommand(opt *options) *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the language server",
		Long: "Run the language server on standard input and output, for one editor. With --listen it accepts one editor\n" +
			"after the other on a loopback address instead, for debugging.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l := a.serverLog(opt)
			if listen != "" {
				return a.listen(cmd.Context(), listen, l)
			}
			return a.serve(cmd.Context(), stdio{a.Stdin, a.Stdout}, l)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", `Accept editors on a loopback address such as "127.0.0.1:9257"`)
	cmd.Flags().Bool("stdio", true, "Speak on standard input and output (the default; editors pass it)")
	return cmd
}

// A serverLog goes to standard error; its level follows the editor's setting.
type serverLog struct {
	*slog.Logger
	level *slog.LevelVar
}

func (a *App) serverLog(opt *options) serverLog {
	level := new(slog.LevelVar)
	if opt.debug {
		level.Set(slog.LevelDebug)
	}
	return serverLog{slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: level})), level}
}

// stdio is the connection to an editor that started this process.
type stdio struct {
	io.Reader
	io.Writer
}

// Close ends the input, so that a reader that waits for the editor returns.
func (s stdio) Close() error {
	if c, ok := s.Reader.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// listen serves editors one at a time on a loopback address: whoever can
// connect can run builds.
func (a *App) listen(ctx context.Context, address string, log serverLog) error {
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if !resolved.IP.IsLoopback() {
		return fmt.Errorf("--listen %s: only loopback addresses such as 127.0.0.1 are served, since a client can run builds", address)
	}
	l, err := net.ListenTCP("tcp", resolved)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	fmt.Fprintln(a.Stderr, "listening on", l.Addr())
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		if err := a.serve(ctx, conn, log); err != nil {
			log.Warn("the connection ended", "err", err)
		}
	}
}

// ended tells how the server's process ends: a client that leaves without
// saying so is no error that people need to read.
func ended(err error) error {
	if errors.Is(err, rpc.ErrNoShutdown) {
		return exitStatus{exitError}
	}
	return err
}
