package settings

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecode(t *testing.T) {
	with := func(change func(*Settings)) Settings {
		s := Default()
		change(&s)
		return s
	}
	tests := []struct {
		name, raw string
		want      Settings
		problems  []string
	}{
		{"nothing", ``, Default(), nil},
		{"null", `null`, Default(), nil},
		{"nested null keeps the default", `{"build": {"unsaved": null}}`, Default(), nil},
		{"nested", `{"build": {"unsaved": "overlay"}}`,
			with(func(s *Settings) { s.Build.Unsaved = UnsavedOverlay }), nil},
		{"dotted", `{"log.level": "debug"}`,
			with(func(s *Settings) { s.Log.Level = LogDebug }), nil},
		{"project", `{"bake": {"projects": [{"files": ["a.hcl", "b.hcl"], "vars": {"TAG": "1"}}]}}`,
			with(func(s *Settings) {
				s.Bake.Projects = []Project{{Files: []string{"a.hcl", "b.hcl"}, Vars: map[string]string{"TAG": "1"}}}
			}), nil},
		{"unknown key", `{"bulder": "x"}`, Default(),
			[]string{`buildlens.bulder: unknown setting; did you mean "buildlens.builder"?`}},
		{"unknown nested key", `{"codeLens": {"zzz": true}}`, Default(),
			[]string{`buildlens.codeLens.zzz: unknown setting`}},
		{"bad type", `{"network": {"registry": "yes"}, "builder": "b"}`,
			with(func(s *Settings) { s.Builder = "b" }),
			[]string{`buildlens.network.registry: expected true or false, got "yes"`}},
		{"bad value", `{"trust": "alwys"}`, Default(),
			[]string{`buildlens.trust: expected one of "ask", "always", "never", got "alwys"; did you mean "always"?`}},
		{"one bad entry of a table", `{"lint": {"rules": {"A": "off", "B": 3}}}`,
			with(func(s *Settings) { s.Lint.Rules = map[string]Severity{"A": SeverityOff} }),
			[]string{`buildlens.lint.rules.B: expected a string, got 3`}},
		{"no object at all", `[1]`, Default(), []string{`buildlens: expected an object, got [1]`}},
		{"a list where a list is not", `{"bake": {"projects": {}}}`, Default(),
			[]string{`buildlens.bake.projects: expected a list, got {}`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, problems := Decode([]byte(test.raw))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			var messages []string
			for _, p := range problems {
				messages = append(messages, p.Message)
			}
			if diff := cmp.Diff(test.problems, messages); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"build": {"unsaved": "overlay"}, "x.y": [1]}`)
	f.Add(`{"": {"": 1}, "bake.projects": [null, {"files": [3]}]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		_, problems := Decode([]byte(raw))
		for _, p := range problems {
			if !strings.HasPrefix(p.Message, Section) {
				t.Errorf("message %q does not name the setting", p.Message)
			}
		}
	})
}
