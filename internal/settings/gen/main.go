package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "settings/gen:", err)
		os.Exit(1)
	}
}

func run() error {
	files, err := Files(filepath.Join("internal", "settings"))
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := Write(filepath.FromSlash(name), content); err != nil {
			return err
		}
	}
	return nil
}
