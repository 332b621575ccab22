package flags_test

import (
	"path/filepath"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/flags"
	"github.com/google/go-cmp/cmp"
)

func TestOutput(t *testing.T) {
	cwd := t.TempDir()
	none := map[string]string{}
	for _, tc := range []struct {
		in   string
		want buildengine.Output
		err  string
	}{
		{in: "out", want: buildengine.Output{Type: "local", Dest: filepath.Join(cwd, "out"), Attrs: none}},
		{in: "-", want: buildengine.Output{Type: "tar", Dest: "-", Attrs: none}},
		{in: "type=tar", want: buildengine.Output{Type: "tar", Dest: "-", Attrs: none}},
		{in: "type=oci,DEST=a.tar,compression=zstd", want: buildengine.Output{
			Type: "oci", Dest: filepath.Join(cwd, "a.tar"), Attrs: map[string]string{"compression": "zstd"}}},
		{in: `type=image,"name=a,b",push=true`, want: buildengine.Output{
			Type: "image", Attrs: map[string]string{"name": "a,b", "push": "true"}}},
		{in: "dest=x", err: "type is required for output"},
		{in: "type=local", err: "dest is required for local exporter"},
		{in: "type=local,dest=-", err: "dest cannot be stdout for local exporter"},
		{in: "type=tar,x", err: "invalid value x"},
	} {
		got, err := flags.Output(tc.in, cwd)
		compare(t, tc.in, got, tc.want, err, tc.err)
	}
}

func TestCache(t *testing.T) {
	cwd := t.TempDir()
	for _, tc := range []struct {
		in   string
		want buildengine.CacheEntry
		err  string
	}{
		{in: "user/app:cache", want: buildengine.CacheEntry{Type: "registry", Attrs: map[string]string{"ref": "user/app:cache"}}},
		{in: "type=local,dest=c", want: buildengine.CacheEntry{Type: "local", Attrs: map[string]string{"dest": filepath.Join(cwd, "c")}}},
		{in: "ref=x", err: `type required for "ref=x"`},
	} {
		got, err := flags.Cache(tc.in, cwd)
		compare(t, tc.in, got, tc.want, err, tc.err)
	}
}

func TestSecret(t *testing.T) {
	cwd := t.TempDir()
	env := func(name string) (string, bool) { return "v", name == "TOKEN" }
	for _, tc := range []struct {
		in   string
		want buildengine.Secret
		err  string
	}{
		{in: "id=TOKEN", want: buildengine.Secret{ID: "TOKEN", Env: "TOKEN"}},
		{in: "id=other", want: buildengine.Secret{ID: "other", File: filepath.Join(cwd, "other")}},
		{in: "id=a,src=f", want: buildengine.Secret{ID: "a", File: filepath.Join(cwd, "f")}},
		{in: "type=env,id=a,src=B", want: buildengine.Secret{ID: "a", Env: "B"}},
		{in: "id=a,x=y", err: "unexpected key 'x' in 'x=y'"},
		{in: "id", err: "invalid field 'id' must be a key=value pair"},
		{in: "id=a,type=vault", err: `unsupported secret type "vault"`},
		{in: "src=a", err: "secret missing ID"},
	} {
		got, err := flags.Secret(tc.in, cwd, env)
		if tc.err != "" {
			got = tc.want
		}
		compare(t, tc.in, got, tc.want, err, tc.err)
	}
}

func TestAttest(t *testing.T) {
	for _, tc := range []struct {
		in    string
		parse func(string) (buildengine.Attest, error)
		want  buildengine.Attest
	}{
		{"type=sbom,generator=x", flags.Attest, buildengine.Attest{Type: "sbom", Attrs: map[string]string{"generator": "x"}}},
		{"max", flags.Provenance, buildengine.Attest{Type: "provenance", Attrs: map[string]string{"mode": "max"}}},
		{"mode=max", flags.Provenance, buildengine.Attest{Type: "provenance", Attrs: map[string]string{"mode": "max"}}},
		{"false", flags.SBOM, buildengine.Attest{Type: "sbom", Disabled: true, Attrs: map[string]string{}}},
	} {
		got, err := tc.parse(tc.in)
		compare(t, tc.in, got, tc.want, err, "")
	}
	twice := []buildengine.Attest{{Type: "sbom"}, {Type: "sbom"}}
	if _, err := flags.Attests(twice); err == nil {
		t.Error("the same type twice is accepted")
	}
}

func TestContext(t *testing.T) {
	cwd := t.TempDir()
	for _, tc := range []struct {
		in   string
		want buildengine.Context
		err  string
	}{
		{in: ".", want: buildengine.Context{Dir: cwd}},
		{in: "https://github.com/moby/buildkit.git#master:docs", want: buildengine.Context{URL: "https://github.com/moby/buildkit.git#master:docs"}},
		{in: "git@github.com:moby/buildkit.git", want: buildengine.Context{URL: "git@github.com:moby/buildkit.git"}},
		{in: "missing", err: `unable to prepare context: path "missing" not found`},
		{in: "", err: `please specify build context (e.g. "." for the current directory)`},
	} {
		got, err := flags.Context(tc.in, cwd)
		compare(t, tc.in, got, tc.want, err, tc.err)
	}
}

func TestNamedContext(t *testing.T) {
	cwd := t.TempDir()
	for _, tc := range []struct {
		in, name string
		want     buildengine.Context
	}{
		{"docker.io/library/alpine:latest=docker-image://busybox", "alpine", buildengine.Context{URL: "docker-image://busybox"}},
		{"base=target:lib", "base", buildengine.Context{Target: "lib"}},
		{"base=oci-layout://layout:v1", "base", buildengine.Context{URL: "oci-layout://" + filepath.Join(cwd, "layout:v1")}},
		{"src=.", "src", buildengine.Context{Dir: cwd}},
	} {
		name, got, err := flags.NamedContext(tc.in, cwd)
		compare(t, tc.in, got, tc.want, err, "")
		if name != tc.name {
			t.Errorf("%s: name %q, want %q", tc.in, name, tc.name)
		}
	}
}

func TestValues(t *testing.T) {
	got, err := flags.Platforms([]string{"linux/amd64,linux/arm64", "linux/arm/v7"})
	compare(t, "platforms", got, []string{"linux/amd64", "linux/arm64", "linux/arm/v7"}, err, "")
	res, err := flags.Resources("memory=2g,cpu-shares=5")
	compare(t, "resources", res, map[string]string{"memory": "2147483648", "cpu-shares": "5"}, err, "")
	_, err = flags.Resources("gpu=1")
	compare(t, "resources", 0, 0, err, "unknown resources key gpu")
	host, addr, err := flags.ExtraHost("h:[::1]")
	compare(t, "host", host+" "+addr, "h ::1", err, "")
	call, err := flags.ParseCall("lint,format=json")
	compare(t, "call", call, flags.Call{Name: "check", Format: "json"}, err, "")
}

// compare checks a result and an error's text; an empty text means no error.
func compare[T any](t *testing.T, what string, got, want T, err error, text string) {
	t.Helper()
	if text != "" {
		if err == nil || err.Error() != text {
			t.Errorf("%s: error %v, want %q", what, err, text)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}
