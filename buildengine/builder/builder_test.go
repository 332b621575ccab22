package builder_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine/builder"
	"github.com/buildlens/buildlens/drivers"
	"github.com/containerd/platforms"
	"github.com/google/go-cmp/cmp"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// named is a driver of which only the name and the configuration matter here.
type named struct {
	name     string
	unusable error
}

type opened struct {
	drivers.Node
	cfg drivers.NodeConfig
}

func (o opened) Config() drivers.NodeConfig { return o.cfg }

func (d named) Name() string { return d.name }

func (d named) Open(cfg drivers.NodeConfig) (drivers.Node, error) {
	return opened{cfg: cfg}, nil
}

// Usable answers as the embedded driver does: Open itself looks at nothing.
func (d named) Usable(context.Context) error { return d.unusable }

// write makes a store of these files.
func write(t *testing.T, files map[string]string) builder.Store {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return builder.Store{Dir: dir}
}

const instance = `{"Name":"far","Driver":"remote","Nodes":[{"Name":"far0","Endpoint":"tcp://h:1",
"Platforms":[{"architecture":"arm64","os":"linux"}],"DriverOpts":{"cacert":"/c"},"Flags":null,
"Files":{"buildkitd.toml":"YQ=="}}],"Dynamic":false}`

func TestSelect(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "docker.sock")
	if err := os.WriteFile(socket, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	all := []drivers.Driver{named{name: "remote"}, named{name: "embedded"}}
	stored := map[string]string{"instances/far": instance}
	for _, tc := range []struct {
		what    string
		name    string
		env     map[string]string
		files   map[string]string
		drivers []drivers.Driver
		socket  string
		buildx  bool
		want    string
		err     string
	}{
		{what: "nothing configured", want: "embedded"},
		{what: "by name", name: "far", files: stored, want: "far"},
		{what: "by name in capitals", name: "FAR", files: stored, want: "far"},
		{what: "by environment", env: map[string]string{"BUILDX_BUILDER": "far"}, files: stored, want: "far"},
		{what: "current of this endpoint", files: map[string]string{"instances/far": instance, "current": `{"Key":"unix:///none","Name":"far"}`}, want: "far"},
		{what: "current of another", files: map[string]string{"instances/far": instance, "current": `{"Key":"other","Name":"far"}`}, want: "embedded"},
		{what: "global current", files: map[string]string{"instances/far": instance, "current": `{"Key":"other","Name":"far","Global":true}`}, want: "far"},
		{what: "default of this endpoint", env: map[string]string{"DOCKER_CONTEXT": "ctx"}, files: map[string]string{
			"instances/far": instance, "current": `{"Key":"other"}`, "defaults/0230c6b1d833c51cc426": "far\n"}, want: "far"},
		{what: "unknown name", name: "nope", err: `no builder "nope" found`},
		{what: "driver that is not there", name: "far", files: map[string]string{"instances/far": strings.Replace(instance, "remote", "kubernetes", 1)},
			err: `builder "far" uses the driver "kubernetes"`},
		{what: "docker host", env: map[string]string{"DOCKER_HOST": "tcp://d:1"}, err: "DOCKER_HOST=tcp://d:1 is there"},
		{what: "docker context", env: map[string]string{"DOCKER_CONTEXT": "desktop"}, err: "the Docker context desktop is there"},
		{what: "docker socket", socket: socket, err: "a daemon's socket at " + socket},
		{what: "embedded by name in spite of docker", name: "embedded", socket: socket, want: "embedded"},
		{what: "called as buildx", buildx: true, err: "must be named"},
		{what: "embedded unusable", drivers: []drivers.Driver{named{name: "embedded", unusable: &drivers.UnusableError{
			Driver: "embedded", Reason: "no OCI runtime was found", Hint: "install runc"}}}, err: "embedded: no OCI runtime was found (install runc)"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			if tc.socket == "" {
				tc.socket = "/none"
			}
			if tc.drivers == nil {
				tc.drivers = all
			}
			s := builder.Selector{
				Store:      write(t, tc.files),
				Drivers:    tc.drivers,
				Env:        func(k string) (string, bool) { v, ok := tc.env[k]; return v, ok },
				Socket:     tc.socket,
				NoEmbedded: tc.buildx,
			}
			got, err := s.Select(tc.name)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Fatalf("error %v, want %q in it", err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != tc.want {
				t.Errorf("builder %s, want %s", got.Name, tc.want)
			}
		})
	}
}

func TestInstance(t *testing.T) {
	store := write(t, map[string]string{"instances/far": instance, "instances/broken": "{"})
	inst, err := store.Instance("far")
	if err != nil {
		t.Fatal(err)
	}
	want := drivers.NodeConfig{
		Builder: "far", Name: "far0", Endpoint: "tcp://h:1",
		Platforms: []ocispecs.Platform{{OS: "linux", Architecture: "arm64"}},
		Options:   map[string]string{"cacert": "/c"},
		Files:     map[string][]byte{"buildkitd.toml": []byte("a")},
	}
	if diff := cmp.Diff(want, inst.Nodes[0].Config("far")); diff != "" {
		t.Error(diff)
	}
	if _, err := store.Instance("none"); !errors.Is(err, builder.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	all, err := store.Instances()
	if err != nil || len(all) != 1 {
		t.Errorf("instances %v, %v", all, err)
	}
}

func TestResolve(t *testing.T) {
	parse := func(list ...string) []ocispecs.Platform {
		var out []ocispecs.Platform
		for _, s := range list {
			out = append(out, platforms.MustParse(s))
		}
		return out
	}
	amd, arm := parse("linux/amd64"), parse("linux/arm64")
	for _, tc := range []struct {
		what     string
		nodes    [][]ocispecs.Platform
		want     []ocispecs.Platform
		relaxed  bool
		parts    []builder.Part
		complete bool
	}{
		{"no platforms", [][]ocispecs.Platform{amd, arm}, nil, false, []builder.Part{{Node: 0}}, true},
		{"one node", [][]ocispecs.Platform{nil}, arm, false, []builder.Part{{Node: 0, Platforms: arm}}, true},
		{"each its own", [][]ocispecs.Platform{amd, arm}, parse("linux/arm64", "linux/amd64"), false,
			[]builder.Part{{Node: 1, Platforms: arm}, {Node: 0, Platforms: amd}}, true},
		{"not fixed", [][]ocispecs.Platform{nil, arm}, amd, false, []builder.Part{{Node: 0, Platforms: amd}}, false},
		{"compatible", [][]ocispecs.Platform{amd, arm}, parse("linux/arm/v7"), true,
			[]builder.Part{{Node: 1, Platforms: parse("linux/arm/v7")}}, true},
		{"nowhere", [][]ocispecs.Platform{arm, arm}, amd, true, []builder.Part{{Node: 0, Platforms: amd}}, true},
	} {
		parts, complete := builder.Resolve(tc.nodes, tc.want, tc.relaxed)
		if diff := cmp.Diff(tc.parts, parts); diff != "" || complete != tc.complete {
			t.Errorf("%s: complete %v, want %v; (-want +got)\n%s", tc.what, complete, tc.complete, diff)
		}
	}
}
