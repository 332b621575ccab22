package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/remote"
	"github.com/containerd/console"
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

// TestConsentOnTerminal answers the question on a pseudo terminal.
func TestConsentOnTerminal(t *testing.T) {
	c := newCaller(t)
	writeTree(t, c.dir, map[string]string{"docker-bake.hcl": `
target "default" {
  dockerfile-inline = "FROM scratch\nCOPY outside.txt /\n"
  context           = ".."
  output            = ["type=local,dest=out"]
}`})
	writeTree(t, filepath.Dir(c.dir), map[string]string{"outside.txt": "outside"})
	for answer, want := range map[string]int{"y\n": 0, "n\n": 1, "\n": 1} {
		pty, name, err := console.NewPty()
		if err != nil {
			t.Fatal(err)
		}
		tty, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pty.Write([]byte(answer)); err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		app := &App{
			Name: "buildlens", Stdin: tty, Stdout: &bytes.Buffer{}, Stderr: &stderr,
			Drivers: func() ([]drivers.Driver, error) { return []drivers.Driver{remote.New()}, nil },
		}
		if got := app.Main(t.Context(), []string{"bake"}); got != want {
			t.Errorf("after the answer %q it ended with %d\n%s", answer, got, stderr.String())
		}
		for _, part := range []string{
			" - Read access to path ..\n",
			`In order to not see this message in the future pass "--allow=fs.read=.." to grant`,
			"buildlens bake --allow=fs.read=..\n", "continue? [y/N] ",
		} {
			if !strings.Contains(stderr.String(), part) {
				t.Errorf("%q was not said:\n%s", part, stderr.String())
			}
		}
		tty.Close()
		pty.Close()
	}
	c.holds("out/outside.txt", "outside")
	c.fails("additional privileges requested", "bake")
	t.Setenv("BUILDX_BAKE_ENTITLEMENTS_FS", "0")
	c.must("bake")
}
