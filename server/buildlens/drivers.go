package main

import (
	"os"
	"path/filepath"

	"github.com/buildlens/buildlens/drivers"
	"github.com/buildlens/buildlens/drivers/embedded"
	"github.com/buildlens/buildlens/drivers/remote"
	"github.com/buildlens/buildlens/server/cli"
)

// builtinDrivers are those this program has. The embedded builder's programs stand
// next to it, or in libexec where `make install` puts them.
func builtinDrivers() ([]drivers.Driver, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if target, err := filepath.EvalSymlinks(self); err == nil {
		self = target
	}
	dir := filepath.Dir(self)
	own, err := embedded.New(embedded.Options{
		SupervisorArgs: []string{cli.SuperviseVerb},
		ToolDirs:       []string{dir, filepath.Join(dir, "..", "libexec", "buildlens")},
	})
	if err != nil {
		return nil, err
	}
	return []drivers.Driver{remote.New(), own}, nil
}
