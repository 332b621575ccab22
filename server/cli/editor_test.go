package cli

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/cli/cli/config/configfile"
	"go.lsp.dev/jsonrpc2"

	"github.com/buildlens/buildlens/buildengine/builder"
	"github.com/buildlens/buildlens/buildengine/engine"
	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/remote"
	"github.com/buildlens/buildlens/internal/testenv"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/command"
	"github.com/buildlens/buildlens/lsp/handler"
	"github.com/buildlens/buildlens/lsp/lsptest"
)

// A desk is an editor in front of a real server that builds on a real BuildKit.
type desk struct {
	*testing.T
	dir    string
	client *lsptest.Client
	daemon *testenv.Daemon
	served chan error
}

const definition = `
target "app" {
  contexts = { busybox = "oci-layout://images/busybox" }
  output   = ["type=oci,dest=out/app.tar"]
}
target "slow" {
  inherits   = ["app"]
  target     = "slow"
  output     = ["type=cacheonly"]
}
target "bare" {
  inherits = ["app"]
  output   = []
}
target "pushed" {
  inherits = ["app"]
  tags     = ["127.0.0.1:1/app:1"]
  output   = ["type=registry"]
}
`

const instructions = `FROM busybox AS base
ARG GREETING=hello
RUN echo "$GREETING" > /greeting

FROM base AS slow
RUN echo waiting && sleep 60

FROM base
RUN cat /greeting
`

// sit makes the workspace and starts the server. options are the editor's.
func sit(t *testing.T, change ...func(*lsptest.Options)) *desk {
	t.Helper()
	d := &desk{T: t, dir: t.TempDir(), daemon: testenv.BuildKit(t), served: make(chan error, 1)}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	d.write("docker-bake.hcl", definition)
	d.write("Dockerfile", instructions)
	if err := os.MkdirAll(filepath.Join(d.dir, "images"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(d.dir, "images", "busybox"), os.DirFS(testenv.Busybox(t))); err != nil {
		t.Fatal(err)
	}
	eng := engine.New(engine.Deps{
		Drivers: []drivers.Driver{remote.New()}, StoreDir: storeWith(t, d.daemon.Address), Home: t.TempDir(),
		DockerConfig: func() (*configfile.ConfigFile, error) { return configfile.New(""), nil },
		DockerSocket: "/nonexistent.sock",
	})
	mine, theirs := lsptest.Pipe()
	go func() {
		d.served <- handler.Serve(context.Background(), theirs, handler.Options{
			Version: "test", Logger: slog.New(slog.DiscardHandler),
			Commands: func(h *handler.Host) handler.Commands { return commands(h, editorEngine{eng}) },
		})
	}()
	o := lsptest.Options{
		Folders:               []string{d.dir},
		InitializationOptions: map[string]any{"buildEvents": true, "trust": true},
		Settings:              func(string) any { return map[string]any{"builder": "test"} },
	}
	for _, f := range change {
		f(&o)
	}
	var err error
	if d.client, err = lsptest.New(t.Context(), mine, o); err != nil {
		t.Fatal(err)
	}
	d.open("docker-bake.hcl", "dockerbake")
	d.open("Dockerfile", "dockerfile")
	if err := d.client.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

func storeWith(t *testing.T, address string) string {
	t.Helper()
	dir := t.TempDir()
	raw, err := json.Marshal(builder.Instance{Name: "test", Driver: "remote", Nodes: []builder.InstanceNode{{Name: "test0", Endpoint: address}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "instances"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "instances", "test"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) write(name, content string) {
	d.Helper()
	if err := os.WriteFile(d.path(name), []byte(content), 0o644); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) open(name, language string) {
	d.Helper()
	if err := d.client.OpenFile(d.path(name), language); err != nil {
		d.Fatal(err)
	}
}

// change replaces text of an open document without saving it.
func (d *desk) change(name, from, to string) {
	d.Helper()
	at := strings.Index(d.client.Text(d.path(name)), from)
	if at < 0 {
		d.Fatalf("%q is not in %s", from, name)
	}
	if err := d.client.Change(d.path(name), text.Edit{Span: text.Span{Start: at, End: at + len(from)}, New: to}); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) bake(args command.BakeArgs) (command.BuildResult, error) {
	d.Helper()
	if len(args.Files) == 0 {
		args.Files, args.Dir = []string{"docker-bake.hcl"}, d.dir
	}
	var result command.BuildResult
	err := d.client.ExecuteCommand(d.Context(), command.Bake, args, &result)
	return result, err
}

// events are those of one build, in order.
func (d *desk) events(id string) []command.BuildEvent {
	d.Helper()
	var out []command.BuildEvent
	for _, raw := range d.client.Record().BuildEvents {
		var batch command.BuildEvents
		if err := json.Unmarshal(raw, &batch); err != nil {
			d.Fatal(err)
		}
		if batch.BuildID == id {
			out = append(out, batch.Events...)
		}
	}
	return out
}

// step waits until a step whose name holds text is in a state.
func (d *desk) step(id, name, state string) {
	d.Helper()
	ctx, cancel := context.WithTimeout(d.Context(), time.Minute)
	defer cancel()
	err := d.client.Wait(ctx, "step "+name, func(r *lsptest.Record) bool {
		for _, raw := range r.BuildEvents {
			var batch command.BuildEvents
			if json.Unmarshal(raw, &batch) != nil || batch.BuildID != id {
				continue
			}
			if slices.ContainsFunc(batch.Events, func(e command.BuildEvent) bool {
				return e.Step != nil && e.Step.State == state && strings.Contains(e.Step.Name, name)
			}) {
				return true
			}
		}
		return false
	})
	if err != nil {
		d.Fatal(err)
	}
}

func failureData(t *testing.T, err error) command.FailureData {
	t.Helper()
	var e *jsonrpc2.Error
	if !errors.As(err, &e) || e.Code != -32803 {
		t.Fatalf("got %v, want an error of a failed request", err)
	}
	var data command.FailureData
	if jsonErr := json.Unmarshal(e.Data, &data); jsonErr != nil {
		t.Fatalf("%v: its data are %s: %v", err, e.Data, jsonErr)
	}
	return data
}
