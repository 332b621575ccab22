package engine_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
)

// TestSecrets plants values and looks for them in all that leaves the engine.
func TestSecrets(t *testing.T) {
	r := newRig(t)
	const file, variable, sensitive = "file-s3cr3t-value", "env-s3cr3t-value", "arg-s3cr3t-value"
	r.env["TOKEN"] = variable
	path := filepath.Join(t.TempDir(), "token")
	write(t, path, file+"\n")
	// The value comes in two pieces, and in the error of the failing step.
	req := r.request("web", r.context(`FROM busybox
ARG A
RUN --mount=type=secret,id=file --mount=type=secret,id=env,env=TOKEN \
    cat /run/secrets/file; echo "$TOKEN $A"; v=$(cat /run/secrets/file); \
    printf "${v%-*}"; sleep 0.3; echo "-${v##*-}"; echo has ${#v} bytes
RUN --mount=type=secret,id=file cat /run/secrets/file >&2; exit 1
`))
	req.BuildArgs = map[string]string{"A": sensitive}
	req.Secrets = []buildengine.Secret{{ID: "file", File: path}, {ID: "env", Env: "TOKEN"}}
	rec := r.run(t.Context(), buildengine.Build{Requests: []buildengine.Request{req}, Sensitive: []string{sensitive}})
	if !strings.Contains(rec.logs(), "has 17 bytes") {
		t.Fatalf("the secret did not arrive: %s", rec.logs())
	}
	for _, value := range []string{file, variable, sensitive} {
		if all := rec.everything(t); strings.Contains(all, value) {
			i := strings.Index(all, value)
			t.Errorf("%q shows in …%s…", value, all[max(0, i-200):i+50])
		}
	}
	if f := failureOf(t, rec); len(f.LogTail) == 0 || f.LogTail[0] != "***" {
		t.Errorf("log tail %q", f.LogTail)
	}
}

func TestMissingSecret(t *testing.T) {
	r := newRig(t)
	f := failureOf(t, r.build(r.request("web", r.context("FROM busybox\nRUN --mount=type=secret,id=key,required cat /run/secrets/key\n"))))
	if !strings.Contains(f.Hint, "--secret") || f.Location == nil || f.Location.Line != 2 {
		t.Errorf("failure %q, hint %q, at %+v", f.Message, f.Hint, f.Location)
	}
}

// TestOverlay builds the texts of unsaved buffers.
func TestOverlay(t *testing.T) {
	r := newRig(t)
	dir := r.context("FROM busybox\nRUN exit 1\n", "in.txt", "disk", "same/other.txt", "x", "z.txt", "z")
	req := r.request("web", dir)
	req.Overlay = map[string][]byte{
		filepath.Join(dir, "Dockerfile"): []byte("FROM busybox\nCOPY . /all\nRUN cat /all/in.txt /all/new.txt /all/same/other.txt /all/z.txt\n"),
		filepath.Join(dir, "in.txt"):     []byte("from the buffer;"),
		filepath.Join(dir, "new.txt"):    []byte("a new file;"),
	}
	if logs := r.must(req).logs(); !strings.Contains(logs, "from the buffer;a new file;xz") {
		t.Errorf("logs %q", logs)
	}
	// The same length and another text is another file.
	req.Overlay[filepath.Join(dir, "in.txt")] = []byte("from the editor;")
	if logs := r.must(req).logs(); !strings.Contains(logs, "from the editor;") {
		t.Errorf("the second text: logs %q", logs)
	}
}

func TestIgnoreFile(t *testing.T) {
	r := newRig(t)
	dir := r.context("FROM busybox\nCOPY . /all\nRUN ls /all\n", ".dockerignore", "hidden.txt\n", "hidden.txt", "", "seen.txt", "")
	logs := r.must(r.request("web", dir)).logs()
	if strings.Contains(logs, "hidden.txt") || !strings.Contains(logs, "seen.txt") {
		t.Errorf("logs %q", logs)
	}
}

func TestNamedContexts(t *testing.T) {
	r := newRig(t)
	more := t.TempDir()
	write(t, filepath.Join(more, "more.txt"), "more")
	req := r.request("web", r.context("FROM busybox\nCOPY --from=extra more.txt /\nCOPY --from=context more.txt /again\nRUN cat /more.txt /again\n"))
	req.Contexts["extra"] = buildengine.Context{Dir: more}
	req.Contexts["context"] = buildengine.Context{Dir: more}
	if logs := r.must(req).logs(); !strings.Contains(logs, "moremore") {
		t.Errorf("logs %q", logs)
	}
}

func TestCall(t *testing.T) {
	r := newRig(t)
	dir := r.context("from busybox AS Build\nARG X=1\nRUN echo $X\n")
	for call, want := range map[string]string{"check": "StageNameCasing", "outline": `"X"`, "targets": `"build"`} {
		req := r.request("web", dir)
		req.Call, req.Outputs = call, []buildengine.Output{{Type: "registry"}}
		req.Tags = []string{"localhost:1/never"}
		result := r.must(req).target("web")
		if result.Call == nil || !strings.Contains(strings.ToLower(string(result.Call.JSON)), strings.ToLower(want)) {
			t.Errorf("%s: %+v", call, result.Call)
		}
	}
}
