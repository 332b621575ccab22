package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/remote"
	"github.com/buildlens/buildlens/internal/testenv"
)

// remoteFiles are those of the remote definitions of these tests.
var remoteFiles = map[string]string{
	"docker-bake.hcl": `
variable "BAKE_CMD_CONTEXT" {}
group "default" { targets = ["root", "sub"] }
target "root" { output = ["type=local,dest=out/root"] }
target "sub" {
  context  = "sub"
  contexts = { other = "other" }
  output   = ["type=local,dest=out/sub"]
}
target "mine" {
  context    = BAKE_CMD_CONTEXT
  dockerfile-inline = "FROM scratch\nCOPY local.txt /\n"
  output     = ["type=local,dest=out/mine"]
}
target "outside" {
  context           = "cwd://.."
  dockerfile-inline = "FROM scratch"
}
target "ambiguous" { context = "cwd://." }
`,
	"ci/other.hcl":    `target "default" { dockerfile-inline = "FROM scratch" }`,
	"Dockerfile":      "FROM scratch\nCOPY root.txt /\n",
	"root.txt":        "root",
	"sub/Dockerfile":  "FROM scratch\nCOPY sub.txt /\nCOPY --from=other other.txt /\n",
	"sub/sub.txt":     "sub",
	"other/other.txt": "other",
}

// A caller runs the command line in a folder of its own, with a real BuildKit.
type caller struct {
	*testing.T
	dir    string
	daemon *testenv.Daemon
}

func newCaller(t *testing.T) *caller {
	c := &caller{T: t, dir: t.TempDir(), daemon: testenv.BuildKit(t)}
	config := t.TempDir()
	if err := os.Rename(storeWith(t, c.daemon.Address), filepath.Join(config, "buildx")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_CONFIG", config)
	t.Setenv("BUILDX_BUILDER", "test")
	for _, name := range []string{"BUILDX_CONFIG", "DOCKER_HOST", "DOCKER_CONTEXT", "SSH_AUTH_SOCK"} {
		t.Setenv(name, "")
	}
	t.Chdir(c.dir)
	return c
}

// call runs a command and returns its exit status and what it printed.
func (c *caller) call(args ...string) (status int, stdout, stderr string) {
	c.Helper()
	var out, err bytes.Buffer
	app := &App{
		Name: "buildlens", Version: "test", Stdin: strings.NewReader(""), Stdout: &out, Stderr: &err,
		Drivers: func() ([]drivers.Driver, error) { return []drivers.Driver{remote.New()}, nil },
	}
	status = app.Main(c.Context(), args)
	return status, out.String(), err.String()
}

// must is call for commands that have to succeed.
func (c *caller) must(args ...string) string {
	c.Helper()
	status, stdout, stderr := c.call(args...)
	if status != 0 {
		c.Fatalf("%v ended with %d\n%s%s", args, status, stdout, stderr)
	}
	return stdout
}

// fails is call for commands that have to fail and to say why.
func (c *caller) fails(why string, args ...string) {
	c.Helper()
	if status, _, stderr := c.call(args...); status == 0 || !strings.Contains(stderr, why) {
		c.Errorf("%v ended with %d and did not say %q:\n%s", args, status, why, stderr)
	}
}

func (c *caller) holds(file, content string) {
	c.Helper()
	got, err := os.ReadFile(filepath.Join(c.dir, filepath.FromSlash(file)))
	if err != nil || string(got) != content {
		c.Errorf("%s is %q (%v), expected %q", file, got, err, content)
	}
}

// contexts are the printed contexts, by target.
func (c *caller) contexts(args ...string) map[string]string {
	c.Helper()
	var plan struct {
		Target map[string]struct {
			Context  string
			Contexts map[string]string
		}
	}
	if err := json.Unmarshal([]byte(c.must(append(args, "--print", "--progress=quiet")...)), &plan); err != nil {
		c.Fatal(err)
	}
	out := map[string]string{}
	for name, t := range plan.Target {
		out[name] = t.Context
		for key, value := range t.Contexts {
			out[name+"/"+key] = value
		}
	}
	return out
}

func writeTree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// repository serves the files as a git repository over http. With a token it
// wants that for a password.
func repository(t *testing.T, token string) (url string) {
	t.Helper()
	root := t.TempDir()
	work := filepath.Join(root, "work")
	writeTree(t, work, remoteFiles)
	bare := filepath.Join(root, "srv", "repo.git")
	for _, args := range [][]string{
		{"init", "-q", "-b", "main", work},
		{"-C", work, "add", "."},
		{"-C", work, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "files"},
		{"clone", "-q", "--bare", work, bare},
	} {
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Join(root, "srv"), "GIT_HTTP_EXPORT_ALL=1"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != token {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/repo.git"
}

// website serves the files as an archive, and others as they are.
func website(t *testing.T) (url string) {
	t.Helper()
	var archive bytes.Buffer
	zip := gzip.NewWriter(&archive)
	w := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(remoteFiles)) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(remoteFiles[name]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(remoteFiles[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	content := map[string][]byte{
		"/files.tar.gz": archive.Bytes(),
		"/single.hcl":   []byte(`target "default" { args = { FROM = BAKE_CMD_CONTEXT } }`),
		"/big.hcl":      bytes.Repeat([]byte("# comment\n"), 300_000),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := content[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data) // a client that goes away is no matter
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestBakeFromGit(t *testing.T) {
	c := newCaller(t)
	url := repository(t, "")
	writeTree(t, c.dir, map[string]string{"local.txt": "local", "more.hcl": `target "root" { args = { MORE = "1" } }`})

	got := c.contexts("bake", url+"#main")
	want := map[string]string{"root": url + "#main", "sub": url + "#main:sub", "sub/other": url + "#main:other"}
	if !maps.Equal(got, want) {
		t.Errorf("contexts %v, expected %v", got, want)
	}
	if got := c.contexts("bake", url+"?branch=main", "sub")["sub"]; got != url+"?branch=main&subdir=sub" {
		t.Errorf("the folder of an address with a query is %s", got)
	}
	if printed := c.must("bake", url, "-f", "docker-bake.hcl", "-f", "cwd://more.hcl", "--print", "root"); !strings.Contains(printed, `"MORE": "1"`) {
		t.Errorf("the local file was not read after the remote one:\n%s", printed)
	}
	if printed := c.must("bake", url, "-f", "ci/other.hcl", "--print"); !strings.Contains(printed, "FROM scratch") {
		t.Errorf("-f is not relative to the repository:\n%s", printed)
	}
	c.fails("missing.hcl of "+url, "bake", url, "-f", "missing.hcl", "--print")
	c.fails("couldn't find a bake definition", "bake", url+"#main:other", "--print")

	c.must("bake", url+"#main", "--progress=plain", "default", "mine")
	c.holds("out/root/root.txt", "root")
	c.holds("out/sub/sub.txt", "sub")
	c.holds("out/sub/other.txt", "other")
	c.holds("out/mine/local.txt", "local")
}

func TestBakeFromGitWithToken(t *testing.T) {
	c := newCaller(t)
	url := repository(t, "s3cr3t-token")
	c.fails("reading the definition "+url, "bake", url, "--print")
	t.Setenv("BUILDX_BAKE_GIT_AUTH_TOKEN", "s3cr3t-token")
	_, stdout, stderr := c.call("bake", url, "--progress=plain", "root")
	c.holds("out/root/root.txt", "root")
	if strings.Contains(stdout+stderr, "s3cr3t-token") {
		t.Errorf("the token was printed:\n%s", stdout+stderr)
	}
}

func TestBakeFromArchive(t *testing.T) {
	c := newCaller(t)
	url := website(t) + "/files.tar.gz"
	c.must("bake", url, "--progress=plain")
	c.holds("out/root/root.txt", "root")
	c.holds("out/sub/sub.txt", "sub")
	c.holds("out/sub/other.txt", "other")
}

func TestBakeFromSingleFile(t *testing.T) {
	c := newCaller(t)
	url := website(t)
	if printed := c.must("bake", url+"/single.hcl", "--print"); !strings.Contains(printed, `"FROM": "cwd://"`) {
		t.Errorf("BAKE_CMD_CONTEXT is not cwd:// by default:\n%s", printed)
	}
	printed := c.must("bake", url+"/single.hcl", "https://example.com/mine.git", "--print")
	if !strings.Contains(printed, `"FROM": "https://example.com/mine.git"`) {
		t.Errorf("BAKE_CMD_CONTEXT is not the second address:\n%s", printed)
	}
	c.fails("bigger than the maximum of 2 MiB", "bake", url+"/big.hcl", "--print")
	c.fails("404", "bake", url+"/none.hcl", "--print")
}

func TestRemoteDefinitionAsksForLocalPaths(t *testing.T) {
	c := newCaller(t)
	url := repository(t, "")
	writeTree(t, c.dir, map[string]string{"Dockerfile": "FROM scratch\n"})
	c.fails("Read access to path", "bake", url, "outside")
	c.fails(`write "cwd://Dockerfile"`, "bake", url, "ambiguous")
	t.Setenv("BAKE_ALLOW_REMOTE_FS_ACCESS", "1")
	c.must("bake", url, "--progress=plain", "outside")
}
