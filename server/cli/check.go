package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/settings"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/feature/check"
	"github.com/buildlens/buildlens/server/cli/report"
)

func (a *App) checkCommand(*options) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "check [OPTIONS] [PATH...]",
		Short: "Report what is wrong in Dockerfiles, Bake files and Compose build sections",
		Long: "Report what is wrong in Dockerfiles, Bake files and Compose build sections: the same findings the language\n" +
			"server shows. A PATH is a file or a folder; without one, the current folder. The exit status is 1 when there\n" +
			"is an error among the findings.",
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), format, args) },
	}
	cmd.Flags().StringVar(&format, "format", "text", "How to print: "+strings.Join(report.Formats, ", "))
	return cmd
}

func (a *App) check(ctx context.Context, format string, paths []string) error {
	if !slices.Contains(report.Formats, format) {
		return fmt.Errorf("unknown format %q, expected one of %s", format, strings.Join(report.Formats, ", "))
	}
	cwd, err := os.Getwd()
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	files, err := checkedFiles(ctx, cwd, paths)
	if err != nil {
		return err
	}
	findings, err := checkFiles(ctx, cwd, files)
	if err != nil {
		return err
	}
	if err := report.Write(a.Stdout, format, a.Version, findings); err != nil {
		return err
	}
	if format == "text" && len(findings) == 0 {
		fmt.Fprintf(a.Stdout, "%d files checked, nothing found\n", len(files))
	}
	if report.Worst(findings) == diag.Error {
		return exitStatus{exitError}
	}
	return nil
}

// checkedFiles expands folders to the files in them that are checked.
func checkedFiles(ctx context.Context, cwd string, paths []string) ([]string, error) {
	var files []string
	for _, p := range paths {
		abs := p
		if !filepath.IsAbs(p) {
			abs = filepath.Join(cwd, p)
		}
		info, err := os.Stat(abs)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, abs)
			continue
		}
		found, err := check.Files(ctx, workspace.OSDisk{}, abs)
		if err != nil {
			return nil, fmt.Errorf("looking for files in %s: %w", p, err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// checkFiles runs every diagnostic pass over the files, a few at a time.
func checkFiles(ctx context.Context, cwd string, files []string) ([]report.Finding, error) {
	session := workspace.NewSession(workspace.RealWorld())
	snap := session.Apply(workspace.Configured{
		Folders:  []workspace.Folder{{Path: cwd, Name: filepath.Base(cwd), Settings: settings.Default()}},
		Settings: settings.Default(),
	})
	byFile := make([][]report.Finding, len(files))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, path := range files {
		group.Go(func() error {
			found, err := checkFile(ctx, snap, cwd, path)
			byFile[i] = found
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(byFile...), nil
}

func checkFile(ctx context.Context, snap *workspace.Snapshot, cwd, path string) ([]report.Finding, error) {
	f := snap.File(path)
	if f == nil {
		return nil, fmt.Errorf("%s cannot be read", path)
	}
	var out []report.Finding
	for _, d := range check.All(ctx, snap, f) {
		d.File = shown(cwd, path)
		out = append(out, report.Finding{Diagnostic: d, Lines: f.Lines()})
	}
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	return out, nil
}

// shown is a path as people want to read it: relative to where they are, when it is below.
func shown(cwd, path string) string {
	rel, err := filepath.Rel(cwd, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return path
	}
	return rel
}
