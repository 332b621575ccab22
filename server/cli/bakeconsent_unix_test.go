//go:build unix

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/remote"
	"github.com/containerd/console"
)

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
