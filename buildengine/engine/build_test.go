package engine_test

import (
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
)

const multiStage = `FROM busybox AS build
WORKDIR /src
COPY in.txt .
RUN tr a-z A-Z < in.txt > out.txt && echo made

FROM scratch
COPY --from=build /src/out.txt /
`

func TestBuild(t *testing.T) {
	r := newRig(t)
	dir := r.context(multiStage, "in.txt", "hello")
	rec := r.must(r.request("default", dir))
	result := rec.target("default")
	if result.Steps != 4 || result.Cached != 0 || !strings.Contains(rec.logs(), "made") {
		t.Errorf("%d steps, %d cached, log %q", result.Steps, result.Cached, rec.logs())
	}
	if ref, _ := result.Metadata["buildx.build.ref"].(string); !strings.HasPrefix(ref, "test/test0/") {
		t.Errorf("metadata %v", result.Metadata)
	}
	runs := rec.named("RUN tr")
	if len(runs) != 1 || runs[0].Location == nil || runs[0].Location.Line != 4 || runs[0].Location.Path != dir+"/Dockerfile" {
		t.Fatalf("the RUN step: %+v", runs)
	}
	if got := runs[0].Location.Span.In(multiStage); got != "RUN tr a-z A-Z < in.txt > out.txt && echo made" {
		t.Errorf("its place is %q", got)
	}
	if runs[0].State != buildengine.StepDone || runs[0].Duration <= 0 {
		t.Errorf("the RUN step ended as %s after %s", runs[0].State, runs[0].Duration)
	}

	again := r.must(r.request("default", dir))
	if result := again.target("default"); result.Steps != 4 || result.Cached != 4 {
		t.Errorf("the second time: %d steps, %d cached", result.Steps, result.Cached)
	}
	facts := buildengine.Facts(rec.result, rec.steps(), rec.events[len(rec.events)-1].Time)
	if len(facts.Files) != 1 || len(facts.Files[0].Instructions) != 4 || len(facts.Targets) != 1 {
		t.Errorf("facts %+v", facts)
	}
}
