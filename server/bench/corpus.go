package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/lsptest"
)

// tooLong is how long a request on a real file should take at most. It is
// reported and no error: the machine may be busy.
const tooLong = time.Second

// identifiers are the languages as editors name them.
var identifiers = map[workspace.Language]string{
	workspace.Dockerfile: "dockerfile", workspace.Bake: "dockerbake", workspace.Compose: "dockercompose",
}

// corpus opens every file of a folder tree that has a language of ours through
// one server and asks everything at several places; then it prints the plan of
// every Bake file. A server that ends or does not answer and a Bake file that
// makes the program crash are errors. A definition with errors is none.
func corpus(ctx context.Context, binary, root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	files, err := recognised(root)
	if err != nil {
		return err
	}
	client, err := lsptest.Start(ctx, exec.CommandContext(ctx, binary, "serve"), lsptest.Options{Folders: []string{root}})
	if err != nil {
		return err
	}
	var slowest timed
	var errs []error
	for path, language := range files {
		worst, err := exercise(ctx, client, path, language)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if worst.took > tooLong {
			fmt.Printf("slow: %s of %s took %s\n", worst.what, path, worst.took.Round(time.Millisecond))
		}
		if worst.took > slowest.took {
			slowest = worst
		}
	}
	if err := client.Shutdown(ctx); err != nil {
		errs = append(errs, err)
	}
	fmt.Printf("%d files opened; the slowest request, %s, took %s\n", len(files), slowest.what, slowest.took.Round(time.Millisecond))
	return errors.Join(append(errs, plans(ctx, binary, files))...)
}

// recognised finds the files, by path.
func recognised(root string) (map[string]workspace.Language, error) {
	files := map[string]workspace.Language{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if language := workspace.LanguageOf("", path, ""); identifiers[language] != "" {
			files[path] = language
		}
		return nil
	})
	return files, err
}

// A timed request.
type timed struct {
	what string
	took time.Duration
}

// exercise opens a file, waits for its diagnostics and asks everything at
// five places; it returns the slowest request.
func exercise(ctx context.Context, client *lsptest.Client, path string, language workspace.Language) (worst timed, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return worst, err
	}
	if err := client.Open(path, identifiers[language], string(content)); err != nil {
		return worst, err
	}
	limit, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	opened := func(r *lsptest.Record) bool { return r.Diagnostics[path].Version == 1 }
	if err := client.Wait(limit, "diagnostics", opened); err != nil {
		return worst, err
	}
	s := &session{client: client, path: path}
	for _, kind := range s.kinds(ctx) {
		for i := range 5 {
			began := time.Now()
			if err := kind.ask(len(content) * i / 4); err != nil {
				return worst, fmt.Errorf("%s: %w", kind.name, err)
			}
			if took := time.Since(began); took > worst.took {
				worst = timed{kind.name, took}
			}
		}
	}
	if err := client.Change(path, text.Edit{Span: text.At(0), New: "\n"}); err != nil {
		return worst, err
	}
	return worst, client.Close(path)
}

// plans prints the plan of every Bake file on its own, in its folder.
func plans(ctx context.Context, binary string, files map[string]workspace.Language) error {
	printed, failed := 0, 0
	for path, language := range files {
		if language != workspace.Bake {
			continue
		}
		cmd := exec.CommandContext(ctx, binary, "bake", "--print", "--file", filepath.Base(path), "*")
		cmd.Dir = filepath.Dir(path)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		err := cmd.Run()
		var exit *exec.ExitError
		switch {
		case err == nil:
			printed++
		case errors.As(err, &exit) && exit.ExitCode() == 1 && bytes.Contains(stderr.Bytes(), []byte("ERROR:")):
			failed++
			fmt.Printf("no plan for %s: %s\n", path, lastLine(stderr.Bytes()))
		default:
			return fmt.Errorf("bake --print of %s: %w\n%s", path, err, stderr.String())
		}
	}
	fmt.Printf("%d Bake files print a plan, %d end in an error\n", printed, failed)
	return nil
}

func lastLine(b []byte) []byte {
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	return lines[len(lines)-1]
}
