package embedded

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestLogIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	line := append(bytes.Repeat([]byte("x"), 1<<20-1), '\n')
	for range 12 {
		if _, err := l.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{path, path + ".1"} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > maxLog {
			t.Errorf("%s has %d bytes", filepath.Base(file), info.Size())
		}
	}
	if _, err := os.Stat(path + ".2"); err == nil {
		t.Error("a second old log is kept")
	}
}

func TestLogTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("old\none\ntwo\nthree\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		offset int64
		lines  int
		want   string
	}{
		{4, 2, "two\nthree"},
		{4, 9, "one\ntwo\nthree"},
		{999, 1, "three"}, // rotated meanwhile
	}
	for _, c := range cases {
		if got := logTail(path, c.offset, c.lines); got != c.want {
			t.Errorf("logTail(%d, %d) = %q, want %q", c.offset, c.lines, got, c.want)
		}
	}
}
