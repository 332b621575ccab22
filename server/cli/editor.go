package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/buildlens/buildlens/buildengine/builder"
	"github.com/buildlens/buildlens/buildengine/engine"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/command"
	"github.com/buildlens/buildlens/lsp/handler"
	"github.com/buildlens/buildlens/lsp/progress"
)

// serve answers one editor: the language features, and the commands that build.
func (a *App) serve(ctx context.Context, rwc io.ReadWriteCloser, log serverLog) error {
	eng, err := a.engine()
	if err != nil {
		return err
	}
	return ended(handler.Serve(ctx, rwc, handler.Options{
		Version:  a.Version,
		Logger:   log.Logger,
		Level:    log.level,
		Commands: func(h *handler.Host) handler.Commands { return commands(h, editorEngine{eng}) },
	}))
}

// commands joins what builds to one editor's session.
func commands(h *handler.Host, eng command.Engine) *command.Server {
	tasks := progress.NewManager(h.Conn, h.Progress, h.Logger)
	var server *command.Server
	consent := &command.Consent{
		Trusted: func() (bool, bool) { return h.Trusted, h.Governed },
		Path:    consentFile(),
		Ask: func(ctx context.Context, question string, answers ...string) string {
			return server.Question(ctx, question, answers...)
		},
	}
	server = command.New(command.Deps{
		Engine: eng, Session: h.Session, Client: h.Conn, Progress: tasks, Positions: positions{h},
		Consent: consent, Logger: h.Logger, LookupEnv: os.LookupEnv, PathOf: h.Path, Built: h.Built,
		BuildEvents: h.BuildEvents, Actions: h.MessageActions, ShowDocument: h.ShowDocument,
	})
	return server
}

// consentFile is where remembered answers are kept; empty when there is no
// place for it, and then nothing is remembered.
func consentFile() string {
	if base := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "buildlens", "consent.json")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".local", "state", "buildlens", "consent.json")
}

// positions speaks of places in the editor's terms.
type positions struct{ *handler.Host }

func (p positions) Range(source string, span text.Span) command.Range {
	r := p.Host.Range(source, span)
	return command.Range{
		Start: command.Position{Line: int(r.Start.Line), Character: int(r.Start.Character)},
		End:   command.Position{Line: int(r.End.Line), Character: int(r.End.Character)},
	}
}

// editorEngine is the engine with the list of builders an editor offers.
type editorEngine struct{ *engine.Engine }

// Builders lists the builders of the store and the embedded one; the one that
// a build would use comes first.
func (e editorEngine) Builders(context.Context) ([]command.Builder, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, err
	}
	instances, err := builder.Store{Dir: builder.StoreDir(os.LookupEnv, home)}.Instances()
	if err != nil {
		return nil, err
	}
	var out []command.Builder
	current, err := e.Builder("")
	var none *builder.NoBuilderError
	switch {
	case err == nil:
		out = append(out, command.Builder{Name: current.Name, Driver: current.Driver})
	case !errors.As(err, &none):
		return nil, err
	}
	for i := range instances {
		out = append(out, command.Builder{Name: instances[i].Name, Driver: instances[i].Driver})
	}
	out = append(out, command.Builder{Name: "embedded", Driver: "embedded"})
	return distinctBuilders(out), nil
}

func distinctBuilders(list []command.Builder) []command.Builder {
	seen := map[string]bool{}
	out := list[:0]
	for _, b := range list {
		if !seen[b.Name] {
			seen[b.Name] = true
			out = append(out, b)
		}
	}
	return out
}
