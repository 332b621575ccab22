package embedded_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/drivertest"
	"github.com/buildlens/buildlens/drivers/embedded"
	"github.com/buildlens/buildlens/internal/testenv"
	"golang.org/x/mod/modfile"
)

func TestConformance(t *testing.T) {
	d, err := embedded.New(testenv.Embedded(t))
	if err != nil {
		t.Fatal(err)
	}
	drivertest.Run(t, drivertest.Case{Driver: d, Config: drivers.NodeConfig{Builder: "embedded", Name: "embedded"}, Owned: true})
}

// The daemon that is shipped is of the same version as the client that speaks to it.
func TestDaemonModulePinsTheSameBuildKit(t *testing.T) {
	const module = "github.com/moby/buildkit"
	ours, theirs := required(t, "../../go.mod", module), required(t, "daemon/go.mod", module)
	if ours != theirs {
		t.Errorf("go.mod requires BuildKit %s, drivers/embedded/daemon/go.mod %s", ours, theirs)
	}
}

func required(t *testing.T, file, module string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		if r.Mod.Path == module {
			return r.Mod.Version
		}
	}
	t.Fatalf("%s does not require %s", file, module)
	return ""
}

func TestOpenRefuses(t *testing.T) {
	d, err := embedded.New(embedded.Options{SupervisorArgs: []string{"x"}, StateDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		cfg  drivers.NodeConfig
		want string
	}{
		{drivers.NodeConfig{Endpoint: "unix:///x"}, `the embedded driver takes no endpoint, got "unix:///x"`},
		{drivers.NodeConfig{Flags: []string{"--debug"}}, "setting buildkit flags is not supported for embedded driver"},
		{drivers.NodeConfig{Options: map[string]string{"image": "x"}}, "invalid driver option image for embedded driver"},
		{drivers.NodeConfig{Options: map[string]string{"default-load": "so"}}, `driver option default-load: strconv.ParseBool: parsing "so": invalid syntax`},
	}
	for _, c := range cases {
		if _, err := d.Open(c.cfg); err == nil || err.Error() != c.want {
			t.Errorf("Open(%+v): %v, want %s", c.cfg, err, c.want)
		}
	}
}
