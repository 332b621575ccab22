package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const jobsDefinition = `
group "default" { targets = ["good", "bad"] }
target "good" {
  description       = "what works"
  dockerfile-inline = "FROM scratch\nCOPY good.txt /\n"
  output            = ["type=local,dest=out/good"]
}
target "bad" {
  dockerfile-inline = "FROM scratch\nCOPY missing.txt /\n"
  output            = ["type=local,dest=out/bad"]
}
target "linked" {
  dockerfile-inline = "FROM scratch\nCOPY --from=base good.txt /\n"
  contexts          = { base = "target:good" }
  output            = ["type=local,dest=out/linked"]
}
target "untidy" { dockerfile-inline = "FROM scratch as base\nCOPY good.txt /\n" }
`

func newBuilds(t *testing.T) *caller {
	c := newCaller(t)
	writeTree(t, c.dir, map[string]string{"docker-bake.hcl": jobsDefinition, "good.txt": "good"})
	return c
}

// metadata are the names of the targets in a metadata file, or nil without one.
func (c *caller) metadata(file string) []string {
	c.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var byTarget map[string]map[string]any
	if err := json.Unmarshal(data, &byTarget); err != nil {
		c.Fatal(err)
	}
	var names []string
	for name, m := range byTarget {
		if m["buildx.build.ref"] == nil {
			c.Errorf("the metadata of %s has no build reference: %v", name, m)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestBakeJobs(t *testing.T) {
	c := newBuilds(t)
	c.fails("missing.txt", "bake", "--jobs=defer-error", "--metadata-file=deferred.json")
	c.holds("out/good/good.txt", "good")
	if got := c.metadata("deferred.json"); !slices.Equal(got, []string{"good"}) {
		t.Errorf("after defer-error the metadata is of %v", got)
	}
	if err := os.RemoveAll("out"); err != nil {
		t.Fatal(err)
	}
	c.fails("missing.txt", "bake", "--jobs=defer-output", "--metadata-file=output.json")
	if _, err := os.Stat(filepath.Join("out", "good", "good.txt")); err == nil {
		t.Error("defer-output exported a target though another one failed")
	}
	if got := c.metadata("output.json"); got != nil {
		t.Errorf("after a failure the metadata is of %v", got)
	}
	c.fails("limited parallelism is not supported with linked targets", "bake", "--jobs=1", "linked")
	c.fails("parallel must be 0 or at least the number of targets", "bake", "--jobs=defer-output,parallel=1", "good", "untidy")
	c.must("bake", "--jobs=parallel=2", "--metadata-file=linked.json", "linked")
	c.holds("out/linked/good.txt", "good")
	if got := c.metadata("linked.json"); !slices.Equal(got, []string{"good", "linked"}) {
		t.Errorf("the metadata is of %v", got)
	}
	c.must("bake", "-j", "1", "good", "untidy")
}

func TestBakeCalls(t *testing.T) {
	c := newBuilds(t)
	status, stdout, stderr := c.call("bake", "--call=check,format=json", "good", "untidy")
	if status != 1 {
		t.Errorf("a check that found something ended with %d\n%s", status, stderr)
	}
	var answer struct {
		Group  map[string]struct{ Targets []string }
		Target map[string]struct {
			Build struct{ Call, Description string }
			Check struct {
				Warnings []struct{ RuleName string }
			}
		}
	}
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil {
		t.Fatalf("%v\n%s", err, stdout)
	}
	untidy, good := answer.Target["untidy"], answer.Target["good"]
	if len(untidy.Check.Warnings) != 1 || untidy.Check.Warnings[0].RuleName != "FromAsCasing" || len(good.Check.Warnings) != 0 {
		t.Errorf("the findings are %+v and %+v", untidy, good)
	}
	if good.Build.Call != "lint" || good.Build.Description != "what works" || !slices.Equal(answer.Group["default"].Targets, []string{"good", "untidy"}) {
		t.Errorf("the definitions are not beside the answers:\n%s", stdout)
	}
	if status, _, _ := c.call("bake", "--call=check,ignorestatus=true", "untidy"); status != 0 {
		t.Errorf("with ignorestatus the status is %d", status)
	}
	_, stdout, _ = c.call("bake", "--check", "good", "untidy")
	want := "good\nwhat works\n\nCheck complete, no warnings found."
	if !strings.HasPrefix(stdout, want) || !strings.Contains(stdout, "\n\nuntidy\n\nCheck complete, 1 warning has been found!") {
		t.Errorf("the text is\n%s", stdout)
	}
	if outline := c.must("bake", "--call=outline,format=json", "good"); !strings.Contains(outline, `"outline": {`) {
		t.Errorf("the outline is\n%s", outline)
	}
}
