package cli

import (
	"strings"
	"testing"

	"github.com/buildlens/buildlens/lsp/command"
	"github.com/buildlens/buildlens/lsp/lsptest"
)

func TestUntrustedWorkspace(t *testing.T) {
	d := sit(t, func(o *lsptest.Options) { o.InitializationOptions = map[string]any{"trust": false} })
	if _, err := d.bake(command.BakeArgs{Targets: []string{"app"}}); err == nil || !strings.Contains(err.Error(), "not trusted") {
		t.Errorf("got %v", err)
	}
	if n := len(d.client.Record().BuildEvents); n != 0 {
		t.Errorf("%d events, though none were asked for and nothing was built", n)
	}
}

// An editor without a trust of its own asks once.
func TestTrustIsAsked(t *testing.T) {
	asked := 0
	d := sit(t, func(o *lsptest.Options) {
		o.InitializationOptions = nil
		o.Answer = func(_ string, actions []string) string {
			asked++
			return actions[0]
		}
	})
	for range 2 {
		if _, err := d.bake(command.BakeArgs{Targets: []string{"app"}}); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// What is only in the cache is offered to be saved, and a push asks first.
func TestCacheOnlyResultAndPush(t *testing.T) {
	d := sit(t) // a person who closes every question
	if _, err := d.bake(command.BakeArgs{Targets: []string{"bare"}}); err != nil {
		t.Fatal(err)
	}
	if err := d.client.Wait(t.Context(), "the offer", func(r *lsptest.Record) bool { return len(r.Messages) > 0 }); err != nil {
		t.Fatal(err)
	}
	if m := d.client.Record().Messages[0]; !strings.Contains(m.Text, "only in the builder's cache") || len(m.Actions) != 1 {
		t.Fatalf("asked %+v", m)
	}
	_, err := d.bake(command.BakeArgs{Targets: []string{"pushed"}})
	if err == nil || !strings.Contains(err.Error(), "pushing was not agreed to") {
		t.Errorf("got %v", err)
	}
	if m := d.client.Record().Messages[1]; !strings.Contains(m.Text, "127.0.0.1:1/app:1") {
		t.Errorf("asked %+v", m)
	}
}

func TestBadCommands(t *testing.T) {
	d := sit(t)
	for _, test := range []struct {
		name     string
		argument any
		want     string
	}{
		{"buildlens.bakke", map[string]any{}, `did you mean "buildlens.bake"?`},
		{command.Bake, map[string]any{"tagets": []string{"app"}}, `argument "tagets"`},
		{command.Bake, command.BakeArgs{Files: []string{"docker-bake.hcl"}, Dir: d.dir, Targets: []string{"ap"}}, "ap"},
		{command.Bake, command.BakeArgs{Files: []string{"nothing.hcl"}, Dir: d.dir}, "nothing.hcl"},
		{command.Bake, command.BakeArgs{Files: []string{"docker-bake.hcl"}, Dir: d.dir, Targets: []string{"app"}, Builder: "tset"}, "tset"},
		{command.Build, map[string]any{}, "uri"},
		{command.BuildCancel, command.CancelArgs{BuildID: "none"}, `"none"`},
	} {
		err := d.client.ExecuteCommand(t.Context(), test.name, test.argument, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %v: got %v, want %s in it", test.name, test.argument, err, test.want)
		}
	}
}

// With the setting "refuse" nothing is built that is not on the disk.
func TestUnsavedTextIsRefused(t *testing.T) {
	d := sit(t, func(o *lsptest.Options) {
		o.Settings = func(string) any {
			return map[string]any{"builder": "test", "build": map[string]any{"unsaved": "refuse"}}
		}
	})
	d.change("Dockerfile", "cat /greeting", "true")
	_, err := d.bake(command.BakeArgs{Targets: []string{"app"}})
	if err == nil || !strings.Contains(err.Error(), "unsaved changes in "+d.path("Dockerfile")) {
		t.Errorf("got %v", err)
	}
}
