//go:build !linux

package testenv

import (
	"os/exec"
	"testing"
)

func unmountBelow(testing.TB, string) {}

func endWithParent(*exec.Cmd) {}
