package plan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/plan"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/buildlens/buildlens/drivers"
	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
)

// everything is a node that can do all there is.
func everything() plan.Node {
	return plan.Node{
		Builder: "b", Name: "b0", Driver: "remote",
		Features: drivers.Features{OCIExporter: true, DockerExporter: true, CacheExport: true, MultiPlatform: true, DirectPush: true},
		Workers: []*client.WorkerInfo{{
			BuildkitVersion: client.BuildkitVersion{Version: "v0.34.2"},
			Labels:          map[string]string{"org.mobyproject.buildkit.worker.moby.host-gateway-ip": "10.0.0.1"},
		}},
	}
}

func environment(vars map[string]string) plan.Env {
	return plan.Env{
		Lookup: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		Redact: &session.Redactor{},
		Stores: plan.NewStores(),
	}
}

// request is the least that can be built.
func request(t *testing.T) buildengine.Request {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM scratch\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return buildengine.Request{
		Target: "web", Context: buildengine.Context{Dir: dir}, Outputs: []buildengine.Output{{Type: "cacheonly"}},
	}
}

func TestFrontendAttributes(t *testing.T) {
	req := request(t)
	req.Stage, req.Platforms, req.Pull = "final", []string{"linux/amd64", "linux/arm64"}, true
	req.BuildArgs = map[string]string{"A": "1", "http_proxy": "own"}
	req.Labels = map[string]string{"l": "v"}
	req.NoCacheFilter, req.Network, req.CgroupParent = []string{"a", "b"}, "host", "cg"
	req.ExtraHosts = map[string]string{"db": "10.1.1.1,::1", "me": "host-gateway"}
	req.ShmSize, req.Ulimits = 1024, []string{"nofile=1:2"}
	req.Resources = map[string]string{"memory-swap": "-1", "cpuset-cpus": "0"}
	req.Attests = []buildengine.Attest{{Type: "sbom", Attrs: map[string]string{"generator": "a,b"}}}
	env := environment(map[string]string{"SOURCE_DATE_EPOCH": "7"})
	env.Proxy = map[string]string{"HTTP_PROXY": "proxy", "NO_PROXY": "none"}
	got, err := plan.New(t.Context(), &req, everything(), env)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"target": "final", "platform": "linux/amd64,linux/arm64", "image-resolve-mode": "pull",
		"build-arg:A": "1", "build-arg:http_proxy": "own", "build-arg:NO_PROXY": "none", "build-arg:SOURCE_DATE_EPOCH": "7",
		"label:l": "v", "no-cache": "a,b", "force-network-mode": "host", "cgroup-parent": "cg",
		"add-hosts": "db=10.1.1.1,db=::1,me=10.0.0.1", "shm-size": "1024", "ulimit": "nofile=1:2",
		"memswap": "-1", "cpusetcpus": "0", "filename": "Dockerfile",
		"attest:sbom": `"generator=a,b"`, "attest:provenance": "mode=min,inline-only=true",
	}
	if diff := cmp.Diff(want, got.Opt.FrontendAttrs); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"network.host"}, got.Opt.AllowedEntitlements); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultProvenance(t *testing.T) {
	old := everything()
	old.Workers = []*client.WorkerInfo{{}}
	classic := everything()
	classic.Features.MultiPlatform = false
	for name, tc := range map[string]struct {
		node    plan.Node
		attests []buildengine.Attest
		env     map[string]string
		want    bool
	}{
		"default":      {node: everything(), want: true},
		"old daemon":   {node: old},
		"classic":      {node: classic},
		"switched off": {node: everything(), env: map[string]string{"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}},
		"disabled":     {node: everything(), attests: []buildengine.Attest{{Type: "provenance", Disabled: true}}},
	} {
		req := request(t)
		req.Attests = tc.attests
		got, err := plan.New(t.Context(), &req, tc.node, environment(tc.env))
		if err != nil {
			t.Fatal(err)
		}
		if _, set := got.Opt.FrontendAttrs["attest:provenance"]; set != tc.want {
			t.Errorf("%s: provenance %v, want %v", name, set, tc.want)
		}
	}
}

func TestCacheEnvironment(t *testing.T) {
	req := request(t)
	req.CacheTo = []buildengine.CacheEntry{{Type: "gha"}}
	req.CacheFrom = []buildengine.CacheEntry{{Type: "s3", Attrs: map[string]string{"bucket": "b"}}}
	env := environment(map[string]string{"AWS_ACCESS_KEY_ID": "idid", "AWS_SECRET_ACCESS_KEY": "very-secret"})
	got, err := plan.New(t.Context(), &req, everything(), env)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Opt.CacheExports) != 0 {
		t.Errorf("a GitHub cache without a token: %+v", got.Opt.CacheExports)
	}
	want := map[string]string{"bucket": "b", "access_key_id": "idid", "secret_access_key": "very-secret"}
	if diff := cmp.Diff(want, got.Opt.CacheImports[0].Attrs); diff != "" {
		t.Error(diff)
	}
	if env.Redact.String("very-secret") != "***" {
		t.Error("the key is not sensitive")
	}
}

func TestRefused(t *testing.T) {
	for want, change := range map[string]func(*buildengine.Request, *plan.Node){
		"unknown output type":            func(r *buildengine.Request, _ *plan.Node) { r.Outputs = []buildengine.Output{{Type: "floppy"}} },
		`network mode "x" not supported`: func(r *buildengine.Request, _ *plan.Node) { r.Network = "x" },
		"unable to derive the IP value": func(r *buildengine.Request, n *plan.Node) {
			r.ExtraHosts, n.Workers = map[string]string{"a": "host-gateway"}, nil
		},
		"Cache export is not supported for the docker": func(r *buildengine.Request, n *plan.Node) {
			*n, r.CacheTo = plan.Node{Driver: "docker"}, []buildengine.CacheEntry{{Type: "local"}}
		},
		"OCI exporter is not supported for the docker": func(r *buildengine.Request, n *plan.Node) {
			*n, r.Outputs = plan.Node{Driver: "docker"}, []buildengine.Output{{Type: "oci", Dest: "x"}}
		},
		"unknown annotation type": func(r *buildengine.Request, _ *plan.Node) {
			r.Outputs, r.Annotations = []buildengine.Output{{Type: "image"}}, []string{"nope:a=b"}
		},
		"please specify build context": func(r *buildengine.Request, _ *plan.Node) { r.Context = buildengine.Context{} },
		"failed to read dockerfile":    func(r *buildengine.Request, _ *plan.Node) { r.Dockerfile.Path = "/nonexistent/Dockerfile" },
		"failed to get build context x": func(r *buildengine.Request, _ *plan.Node) {
			r.Contexts = map[string]buildengine.Context{"x": {Dir: "/nonexistent"}}
		},
		"could not be resolved": func(r *buildengine.Request, _ *plan.Node) {
			r.Contexts = map[string]buildengine.Context{"x": {URL: "oci-layout:///nonexistent"}}
		},
	} {
		req, node := request(t), everything()
		change(&req, &node)
		if _, err := plan.New(t.Context(), &req, node, environment(nil)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
