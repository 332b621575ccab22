package command

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/internal/settings"
)

// person answers questions from a list and remembers them.
type person struct {
	answers []string
	asked   []string
}

func (p *person) ask(_ context.Context, question string, _ ...string) string {
	p.asked = append(p.asked, question)
	if len(p.answers) == 0 {
		return ""
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer
}

func TestTrustIsAskedOnceAndRemembered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "consent.json")
	who := &person{answers: []string{"", answerTrust}}
	c := &Consent{Path: file, Ask: who.ask}
	if err := c.trust(t.Context(), "/w", settings.TrustAsk); !errors.Is(err, errDeclined) {
		t.Errorf("no answer gives %v", err)
	}
	for range 2 {
		if err := c.trust(t.Context(), "/w", settings.TrustAsk); err != nil {
			t.Error(err)
		}
	}
	another := &Consent{Path: file, Ask: who.ask}
	if err := another.trust(t.Context(), "/w", settings.TrustAsk); err != nil {
		t.Error(err)
	}
	if len(who.asked) != 2 {
		t.Errorf("asked %d times, want 2", len(who.asked))
	}
	if err := another.trust(t.Context(), "/other", settings.TrustAsk); err == nil {
		t.Error("another folder is trusted")
	}
}

func TestTrustOfTheEditorAndSettings(t *testing.T) {
	who := &person{}
	governed := func(trusted bool) func() (bool, bool) { return func() (bool, bool) { return trusted, true } }
	for _, test := range []struct {
		c       *Consent
		setting settings.Trust
		ok      bool
	}{
		{&Consent{Trusted: governed(true)}, settings.TrustNever, true},
		{&Consent{Trusted: governed(false)}, settings.TrustAlways, false},
		{&Consent{}, settings.TrustAlways, true},
		{&Consent{}, settings.TrustNever, false},
	} {
		test.c.Ask = who.ask
		if err := test.c.trust(t.Context(), "/w", test.setting); (err == nil) != test.ok {
			t.Errorf("%v: got %v", test.setting, err)
		}
	}
	if len(who.asked) != 0 {
		t.Errorf("questions were asked: %v", who.asked)
	}
}

func TestPushAsks(t *testing.T) {
	who := &person{answers: []string{answerNoPush, answerPush, "", answerPushAlways}}
	c := &Consent{Path: filepath.Join(t.TempDir(), "consent.json"), Ask: who.ask}
	var got []string
	for range 5 {
		push, err := c.push(t.Context(), "/w", []string{"example.com/a:1"})
		got = append(got, map[bool]string{true: "push", false: "no"}[push]+map[bool]string{true: "", false: " error"}[err == nil])
	}
	if s := strings.Join(got, ","); s != "no,push,no error,push,push" {
		t.Errorf("got %s", s)
	}
	if len(who.asked) != 4 || !strings.Contains(who.asked[0], "example.com/a:1") {
		t.Errorf("asked %q", who.asked)
	}
}

func TestPrivileges(t *testing.T) {
	who := &person{answers: []string{answerAllowAlways}}
	c := &Consent{Path: filepath.Join(t.TempDir(), "consent.json"), Ask: who.ask}
	network := privilege{"the host's network", "network.host"}
	read := privilege{"read access to /etc", "fs.read=/etc"}
	if err := c.privileges(t.Context(), "/w", []privilege{network}); err != nil {
		t.Fatal(err)
	}
	if err := c.privileges(t.Context(), "/w", []privilege{network}); err != nil {
		t.Errorf("a remembered privilege: %v", err)
	}
	err := c.privileges(t.Context(), "/w", []privilege{network, read})
	if err == nil || !strings.Contains(err.Error(), "fs.read=/etc") || strings.Contains(who.asked[len(who.asked)-1], "host's network") {
		t.Errorf("got %v after %q", err, who.asked)
	}
}
