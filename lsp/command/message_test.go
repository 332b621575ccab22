package command

import (
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/buildengine"
)

func TestSummary(t *testing.T) {
	for want, r := range map[string]*buildengine.Result{
		"bake default built in 4.2 s: api → out/api.tar (oci), web → example.com/web:1 (pushed) (3 of 9 steps cached)": {
			Duration: 4200 * time.Millisecond,
			Targets: []buildengine.TargetResult{
				{Target: "api", Steps: 5, Cached: 3, Outputs: []buildengine.ResultOutput{{Type: "oci", Dest: "/w/out/api.tar"}}},
				{Target: "web", Steps: 4, Outputs: []buildengine.ResultOutput{{Type: "image", Dest: "example.com/web:1", Push: true}}},
			},
		},
		"bake default was canceled after 1 min 5 s": {Canceled: true, Duration: 65 * time.Second},
		"bake default failed in api: exit code 2 at api/Dockerfile:7, [build 3/7] RUN make aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…. Install make": {
			Failure: &buildengine.Failure{
				Target: "api", Step: "[build 3/7] RUN make " + strings.Repeat("a", 50), Message: "process \"make\" did not complete", ExitCode: 2,
				Hint: "Install make", Location: &buildengine.Location{Path: "/w/api/Dockerfile", Line: 7},
			},
		},
		"bake default failed: no builder is usable": {Failure: &buildengine.Failure{Message: "no builder is usable", ExitCode: -1}},
	} {
		if got := summary("bake default", "/w", r); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestCacheOnly(t *testing.T) {
	r := &buildengine.Result{Targets: []buildengine.TargetResult{
		{Target: "a"},
		{Target: "asked"},
		{Target: "b", Outputs: []buildengine.ResultOutput{{Type: "oci"}}},
		{Target: "c", Failure: &buildengine.Failure{}},
		{Target: "d", Call: &buildengine.CallResult{}},
	}}
	if got := strings.Join(cacheOnly(r, map[string]bool{"asked": true}), ","); got != "a" {
		t.Errorf("got %q, want only a", got)
	}
}

func TestMeter(t *testing.T) {
	m := newMeter(2)
	for _, s := range []buildengine.Step{
		{ID: "1", Name: "[internal] load", Internal: true, State: buildengine.StepRunning},
		{ID: "2", Name: "[build 1/2] FROM busybox", State: buildengine.StepCached, Targets: []string{"api", "web"}},
		{ID: "3", Name: "[build 2/2] RUN make", State: buildengine.StepRunning, Targets: []string{"api"}},
	} {
		m.step(&s)
	}
	if got := m.message(); got != "1/2 api [build 2/2] RUN make" {
		t.Errorf("the message is %q", got)
	}
	m.step(&buildengine.Step{ID: "3", State: buildengine.StepDone})
	m.step(&buildengine.Step{ID: "2", State: buildengine.StepRunning, Name: "[build 1/2] FROM busybox", Targets: []string{"api", "web"}})
	if got := m.message(); got != "1/2 [build 1/2] FROM busybox" {
		t.Errorf("after a step began again the message is %q", got)
	}
}
