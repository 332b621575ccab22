package frombake_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/frombake"
	"github.com/google/go-cmp/cmp"
)

// disk is the real file system.
type disk struct{}

func (disk) Read(path string) ([]byte, error)         { return os.ReadFile(path) }
func (disk) Stat(path string) (fs.FileInfo, error)    { return os.Stat(path) }
func (disk) List(dir string) ([]fs.DirEntry, error)   { return os.ReadDir(dir) }
func (environment) Names() []string                   { return []string{"TOKEN"} }
func (environment) Lookup(name string) (string, bool) { return "t", name == "TOKEN" }

type environment struct{}

// convert evaluates a definition in a folder that has the given subfolders.
func convert(t *testing.T, dir, definition string, allow ...string) ([]buildengine.Request, []frombake.Need) {
	t.Helper()
	file := bake.File{Name: "docker-bake.hcl", Path: filepath.Join(dir, "docker-bake.hcl"), Data: []byte(definition)}
	d := bake.New(bake.Input{Dir: dir, Files: []bake.File{file}, Env: environment{}, FS: disk{}, LocalPlatform: "linux/amd64"})
	plan, err := d.Plan(t.Context(), bake.PlanRequest{Targets: []string{"all"}})
	if err != nil {
		t.Fatal(err)
	}
	requests, needs, err := frombake.Requests(plan, frombake.Options{Dir: dir, Allow: allow, LookupEnv: environment{}.Lookup})
	if err != nil {
		t.Fatal(err)
	}
	return requests, needs
}

// folder resolves links, as macOS has its temporary folder behind one.
func folder(t *testing.T, subfolders ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range subfolders {
		if err := os.MkdirAll(filepath.Join(dir, s), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRequests(t *testing.T) {
	dir := folder(t, "web")
	requests, needs := convert(t, dir, `
group "all" { targets = ["web"] }
target "lib" {
  dockerfile-inline = <<EOT
FROM scratch
EOT
}
target "web" {
  context    = "web"
  dockerfile = "docker/Dockerfile.web"
  contexts   = { lib = "target:lib", base = "docker-image://busybox" }
  args       = { A = "1" }
  tags       = ["example.com/web:1"]
  platforms  = ["linux/arm64"]
  secret     = ["id=TOKEN", "id=file,src=secret.txt"]
  output     = ["type=oci,dest=out/web.tar", { type = "image", push = "true" }]
  cache-from = ["example.com/web:cache"]
  cache-to   = ["type=local,dest=cache"]
  shm-size   = "64m"
  no-cache   = true
}
`)
	if len(needs) != 0 {
		t.Errorf("needs %v", needs)
	}
	if len(requests) != 2 || requests[0].Target != "lib" || requests[1].Target != "web" {
		t.Fatalf("requests %+v", requests)
	}
	lib := requests[0]
	if string(lib.Dockerfile.Inline) != "FROM scratch\n" || lib.Dockerfile.InlineSpan.IsZero() ||
		len(lib.Outputs) != 1 || lib.Outputs[0].Type != "cacheonly" {
		t.Errorf("lib: %+v", lib)
	}
	want := buildengine.Request{
		Target:     "web",
		Context:    buildengine.Context{Dir: filepath.Join(dir, "web")},
		Dockerfile: buildengine.Dockerfile{Path: filepath.Join(dir, "web", "docker", "Dockerfile.web")},
		Contexts:   map[string]buildengine.Context{"lib": {Target: "lib"}, "base": {URL: "docker-image://busybox"}},
		BuildArgs:  map[string]string{"A": "1"},
		Tags:       []string{"example.com/web:1"},
		Platforms:  []string{"linux/arm64"},
		NoCache:    true,
		ShmSize:    64 << 20,
		Secrets:    []buildengine.Secret{{ID: "TOKEN", Env: "TOKEN"}, {ID: "file", File: filepath.Join(dir, "secret.txt")}},
		Outputs: []buildengine.Output{
			{Type: "oci", Dest: filepath.Join(dir, "out", "web.tar"), Attrs: map[string]string{}},
			{Type: "image", Attrs: map[string]string{"push": "true"}},
		},
		CacheFrom: []buildengine.CacheEntry{{Type: "registry", Attrs: map[string]string{"ref": "example.com/web:cache"}}},
		CacheTo:   []buildengine.CacheEntry{{Type: "local", Attrs: map[string]string{"dest": filepath.Join(dir, "cache")}}},
	}
	if diff := cmp.Diff(want, requests[1], cmpEmpty); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// cmpEmpty takes empty maps and lists for absent ones.
var cmpEmpty = cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Labels" || p.String() == "ExtraHosts" }, cmp.Ignore())

func TestNeeds(t *testing.T) {
	dir := folder(t, "work", "work-evil", "outside")
	work := filepath.Join(dir, "work")
	if err := os.Symlink(filepath.Join(dir, "outside"), filepath.Join(work, "link")); err != nil {
		t.Fatal(err)
	}
	definition := `
group "all" { targets = ["a"] }
target "a" {
  context      = "../work-evil"
  contexts     = { linked = "link" }
  network      = "host"
  entitlements = ["security.insecure"]
  ssh          = ["default"]
  output       = ["type=local,dest=../outside,mode=delete"]
}
`
	_, needs := convert(t, work, definition)
	var got []string
	for _, n := range needs {
		got = append(got, n.Text+" | "+strings.ReplaceAll(n.Allow, dir, "DIR"))
	}
	want := []string{
		"Deleting stale files from local output destinations | buildx.local.delete",
		"Running build containers that can access host network | network.host",
		"Running privileged containers that can make system changes | security.insecure",
		"Forwarding default SSH agent socket | ssh",
		"Read and write access to path ../outside | fs=DIR/outside",
		"Read access to path ../work-evil | fs.read=DIR/work-evil",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var allow []string
	for _, n := range needs {
		allow = append(allow, n.Allow)
	}
	if _, needs := convert(t, work, definition, allow...); len(needs) != 0 {
		t.Errorf("all was granted, and still wanted: %v", needs)
	}
	if _, needs := convert(t, work, definition, "network.host", "security.insecure", "ssh", "buildx.local.delete", "fs=*"); len(needs) != 0 {
		t.Errorf("everything was granted, and still wanted: %v", needs)
	}
	if err := frombake.CheckAllow([]string{"ssh=default"}); err == nil {
		t.Error("ssh=default is accepted")
	}
}
