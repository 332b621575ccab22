package session_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/google/go-cmp/cmp"
	"github.com/tonistiigi/fsutil"
)

func TestRedactor(t *testing.T) {
	var r session.Redactor
	r.Add("  topsecret\n")
	r.Add("topsecret-and-more")
	r.Add("x") // too short to be hidden
	r.Add("-----BEGIN-----\nline of a key\n-----END-----\n")
	for in, want := range map[string]string{
		"a topsecret b":      "a *** b",
		"topsecret-and-more": "***",
		"x marks the spot":   "x marks the spot",
		"> line of a key <":  "> *** <",
		"nothing":            "nothing",
	} {
		if got := r.String(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if got := string(r.Bytes([]byte(in))); got != want {
			t.Errorf("%q as bytes: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]int{"see top": 3, "see topsecret-an": 12, "see a": 0, "": 0} {
		if got := r.Hold([]byte(in)); got != want {
			t.Errorf("of %q %d bytes are held, want %d", in, got, want)
		}
	}
}

// FuzzRedactor cuts a text with a secret in two anywhere: put together, what
// leaves the engine holds no secret, and all of the rest.
func FuzzRedactor(f *testing.F) {
	f.Add("before topsecret after", uint(9))
	f.Fuzz(func(t *testing.T, text string, at uint) {
		var r session.Redactor
		r.Add("topsecret")
		cut := int(at % uint(len(text)+1))
		var out, held []byte
		for _, piece := range []string{text[:cut], text[cut:]} {
			data := r.Bytes(append(held, piece...))
			hold := r.Hold(data)
			out = append(out, data[:len(data)-hold]...)
			held = slices.Clone(data[len(data)-hold:])
		}
		if got, want := string(append(out, held...)), r.String(text); got != want {
			t.Errorf("cut at %d: %q, want %q", cut, got, want)
		}
	})
}

func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"a/x": "x", "b": "b", "c": "c", "same": "same"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	served, err := session.Dir(dir, map[string][]byte{
		filepath.Join(dir, "b"):        []byte("buffer"),
		filepath.Join(dir, "aa"):       []byte("new"),
		filepath.Join(dir, "zz"):       []byte("last"),
		filepath.Join(dir, "same"):     []byte("same"),
		filepath.Join(dir, "..", "no"): []byte("outside"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a", "a/x=x", "aa=new", "b=buffer", "c=c", "same=same", "zz=last"}
	if diff := cmp.Diff(want, walk(t, served, "")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for target, want := range map[string][]string{"aa": {"aa=new"}, "b": {"b=buffer"}, "a": {"a", "a/x=x"}} {
		if diff := cmp.Diff(want, walk(t, served, target)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", target, diff)
		}
	}
}

// walk lists what is served, files with their contents; sizes must agree.
func walk(t *testing.T, served fsutil.FS, target string) []string {
	t.Helper()
	var out []string
	err := served.Walk(t.Context(), target, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			out = append(out, path)
			return err
		}
		f, err := served.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		if info, ierr := e.Info(); ierr != nil || info.Size() != int64(len(data)) {
			t.Errorf("%s: %v, and its size is not that of its content", path, ierr)
		}
		out = append(out, path+"="+string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSecretFileMustExist(t *testing.T) {
	list := []buildengine.Secret{{ID: "a", File: filepath.Join(t.TempDir(), "none")}}
	_, err := session.Secrets(list, os.LookupEnv, &session.Redactor{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func TestAgentMustBeThere(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	_, err := session.SSH([]buildengine.SSHAgent{{ID: "default"}}, none)
	if err == nil || err.Error() != "invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set" {
		t.Errorf("error %v", err)
	}
}
