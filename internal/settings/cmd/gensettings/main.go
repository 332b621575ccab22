// Command gensettings writes what is generated from the settings' doc
// comments. Run it in the module's root.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/buildlens/buildlens/internal/settings/gen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gensettings:", err)
		os.Exit(1)
	}
}

func run() error {
	files, err := gen.Files(filepath.Join("internal", "settings"))
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := gen.Write(filepath.FromSlash(name), content); err != nil {
			return err
		}
	}
	return nil
}
