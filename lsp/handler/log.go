package handler

import (
	"context"
	"log/slog"
	"strings"

	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/lsp/rpc"
	"go.lsp.dev/protocol"
)

// clientLog passes records on, and warnings and errors to the client too.
type clientLog struct {
	slog.Handler
	conn  *rpc.Conn
	attrs []slog.Attr
}

// Enabled lets warnings through whatever the log's own level is.
func (l *clientLog) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || l.Handler.Enabled(ctx, level)
}

// Handle writes one record.
func (l *clientLog) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		kind := protocol.MessageTypeWarning
		if r.Level >= slog.LevelError {
			kind = protocol.MessageTypeError
		}
		l.conn.Post(protocol.MethodWindowLogMessage, &protocol.LogMessageParams{Type: kind, Message: l.message(r)})
	}
	if !l.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return l.Handler.Handle(ctx, r)
}

// message is the record in one line, stacks left to the log.
func (l *clientLog) message(r slog.Record) string {
	var b strings.Builder
	b.WriteString(r.Message)
	write := func(a slog.Attr) bool {
		if a.Key != "stack" {
			b.WriteString(" " + a.Key + "=" + a.Value.String())
		}
		return true
	}
	for _, a := range l.attrs {
		write(a)
	}
	r.Attrs(write)
	return b.String()
}

// WithAttrs keeps the attributes for the client too.
func (l *clientLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &clientLog{l.Handler.WithAttrs(attrs), l.conn, append(l.attrs[:len(l.attrs):len(l.attrs)], attrs...)}
}

// WithGroup groups in the log only.
func (l *clientLog) WithGroup(name string) slog.Handler {
	return &clientLog{l.Handler.WithGroup(name), l.conn, l.attrs}
}

var logLevels = map[settings.LogLevel]slog.Level{
	settings.LogDebug: slog.LevelDebug, settings.LogInfo: slog.LevelInfo,
	settings.LogWarning: slog.LevelWarn, settings.LogError: slog.LevelError,
}
