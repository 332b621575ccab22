package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/buildlens/buildlens/internal/testenv/images"
)

// source is the workspace as the repository has it.
const source = "testdata/workspaces/storefront"

// prepare makes the scratch copy with the base images in it.
func prepare(ctx context.Context, scratch string) error {
	if _, err := os.Stat(source); err != nil {
		return fmt.Errorf("run the demo from the repository's root: %w", err)
	}
	if err := removeCopy(scratch); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(scratch), 0o755); err != nil {
		return err
	}
	if err := os.CopyFS(scratch, os.DirFS(source)); err != nil {
		return err
	}
	for _, kind := range images.All() {
		fmt.Printf("  base image %s\n", kind)
		if _, err := images.Write(ctx, filepath.Join(scratch, "images"), kind); err != nil {
			return err
		}
	}
	return nil
}

// removeCopy removes an earlier copy, and nothing else.
func removeCopy(scratch string) error {
	if _, err := os.Stat(scratch); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(filepath.Join(scratch, "docker-bake.hcl")); err != nil {
		return fmt.Errorf("%s holds something else than a copy of the workspace: choose another folder with --scratch", scratch)
	}
	return os.RemoveAll(scratch)
}
