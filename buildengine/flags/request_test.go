package flags

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/google/go-cmp/cmp"
)

func TestRequest(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "svc"), 0o755); err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"TOKEN": "x", "FROM_ENV": "1", "SOURCE_DATE_EPOCH": "7"}[name]
		return v, ok
	}
	got, err := Options{
		Context: "svc", File: "other/Dockerfile.dev", Stage: "release",
		BuildArgs: []string{"A=1", "FROM_ENV", "UNSET"}, Labels: []string{"l=1", "empty"},
		BuildContexts: []string{"base:latest=oci-layout://img"}, Platforms: []string{"linux/amd64,arm64"},
		Tags: []string{"example.com/a:1"}, Outputs: []string{"type=oci,dest=out.tar"}, Push: true,
		CacheFrom: []string{"type=local,src=cache"}, Secrets: []string{"id=s,env=TOKEN"},
		AddHosts: []string{"db=10.0.0.1"}, ShmSize: "64m", Resources: []string{"memory=1g"}, Call: "lint", Network: "none",
	}.Request(dir, env)
	if err != nil {
		t.Fatal(err)
	}
	want := buildengine.Request{
		Target: "default", Stage: "release",
		Context:    buildengine.Context{Dir: filepath.Join(dir, "svc")},
		Dockerfile: buildengine.Dockerfile{Path: filepath.Join(dir, "other/Dockerfile.dev")},
		Contexts:   map[string]buildengine.Context{"base": {URL: "oci-layout://" + filepath.Join(dir, "img")}},
		BuildArgs:  map[string]string{"A": "1", "FROM_ENV": "1", "SOURCE_DATE_EPOCH": "7"},
		Labels:     map[string]string{"l": "1", "empty": ""},
		Platforms:  []string{"linux/amd64", "linux/arm64"}, Tags: []string{"example.com/a:1"}, Network: "none",
		ExtraHosts: map[string]string{"db": "10.0.0.1"}, ShmSize: 64 << 20, Resources: map[string]string{"memory": "1073741824"},
		Outputs: []buildengine.Output{
			{Type: "oci", Dest: filepath.Join(dir, "out.tar"), Attrs: map[string]string{}},
			{Type: "registry", Attrs: map[string]string{"unpack": "false"}},
		},
		CacheFrom: []buildengine.CacheEntry{{Type: "local", Attrs: map[string]string{"src": filepath.Join(dir, "cache")}}},
		Secrets:   []buildengine.Secret{{ID: "s", Env: "TOKEN"}},
		Call:      "check",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the request differs (-want +got):\n%s", diff)
	}
}

func TestRequestErrors(t *testing.T) {
	dir := t.TempDir()
	for want, o := range map[string]Options{
		"please specify build context":        {},
		`path "nowhere" not found`:            {Context: "nowhere"},
		"cannot currently be used together":   {Context: ".", NoCache: true, NoCacheFilter: []string{"a"}},
		`network mode "bridge" not supported`: {Context: ".", Network: "bridge"},
		`invalid tag "UPPER:case:x"`:          {Context: ".", Tags: []string{"UPPER:case:x"}},
		"empty key":                           {Context: ".", BuildArgs: []string{"=x"}},
	} {
		_, err := o.Request(dir, func(string) (string, bool) { return "", false })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}
