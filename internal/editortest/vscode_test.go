//go:build vscode

package editortest

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var (
	updateScreenshot = flag.Bool("update-screenshot", false, "renew docs/screenshot.png")
	only             = flag.String("only", "api,ui,trust", "the parts to run")
)

// TestVSCode runs the extension's tests in a real VS Code, each part on a copy
// of the workspace. The test itself is extension/test/vscode/run.mjs.
func TestVSCode(t *testing.T) {
	extension, err := filepath.Abs("../../extension")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(extension, "node_modules")); err != nil {
		t.Log("installing the extension's packages")
		npm := exec.CommandContext(t.Context(), "npm", "ci", "--loglevel=error")
		npm.Dir = extension
		run(t, npm)
	}
	in := install(t)
	node := exec.CommandContext(t.Context(), "node", "test/vscode/run.mjs",
		"--bin", in.bin, "--workspace", in.workspace, "--only", *only)
	if *updateScreenshot {
		node.Args = append(node.Args, "--update-screenshot")
	}
	node.Dir, node.Env = extension, in.env
	node.Stdout, node.Stderr = os.Stdout, os.Stderr
	if err := node.Run(); err != nil {
		t.Errorf("%s: %v", strings.Join(node.Args[:2], " "), err)
	}
}
