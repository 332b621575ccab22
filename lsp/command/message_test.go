package command

import (
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/buildengine"
)

func TestSummary(t *testing.T) {
	for want, r := range map[string]*buildengine.Result{
		"bake default: built in 4.2 s, 3 of 9 steps from the cache. api → /w/api.tar (oci), web → example.com/web:1 (pushed)": {
			Duration: 4200 * time.Millisecond,
			Targets: []buildengine.TargetResult{
				{Target: "api", Steps: 5, Cached: 3, Outputs: []buildengine.ResultOutput{{Type: "oci", Dest: "/w/api.tar"}}},
				{Target: "web", Steps: 4, Outputs: []buildengine.ResultOutput{{Type: "image", Dest: "example.com/web:1", Push: true}}},
			},
		},
		"bake default was canceled after 1 min 5 s": {Canceled: true, Duration: 65 * time.Second},
		"bake default failed in api at [build 3/7] RUN make: exit code 2. Install make": {
			Failure: &buildengine.Failure{Target: "api", Step: "[build 3/7] RUN make", Message: "exit code 2", Hint: "Install make"},
		},
	} {
		if got := summary("bake default", r); got != want {
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
	m := newMeter()
	if m.percent() != 0 {
		t.Error("nothing known is not 0 %")
	}
	for _, s := range []buildengine.Step{
		{ID: "1", Name: "[internal] load", Internal: true, State: buildengine.StepRunning},
		{ID: "2", Name: "[build 1/2] FROM busybox", State: buildengine.StepCached},
		{ID: "3", Name: "[build 2/2] RUN make", State: buildengine.StepRunning},
	} {
		m.step(&s)
	}
	if got := m.message(); got != "1/2 [build 2/2] RUN make" || m.percent() != 50 {
		t.Errorf("%s at %d %%", got, m.percent())
	}
	m.step(&buildengine.Step{ID: "3", State: buildengine.StepDone})
	if m.percent() != 99 {
		t.Errorf("all known steps ended: %d %%, the end is told by the display's end", m.percent())
	}
}
