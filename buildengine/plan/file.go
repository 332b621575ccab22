package plan

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// A file is an output that appears under its name only when the solve went
// well: it is written beside its destination and renamed by Finish.
type file struct {
	dest string

	mu       sync.Mutex // guards what follows: BuildKit opens from its own goroutine
	temp     string
	finished bool
}

func (f *file) open(map[string]string) (io.WriteCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.finished {
		return nil, os.ErrClosed
	}
	if info, err := os.Lstat(f.dest); err == nil && !info.Mode().IsRegular() {
		return os.OpenFile(f.dest, os.O_WRONLY|os.O_TRUNC, 0) // a device, a pipe or a link: nothing to rename over
	}
	if err := os.MkdirAll(filepath.Dir(f.dest), 0o755); err != nil {
		return nil, err
	}
	if f.temp != "" {
		return os.Create(f.temp)
	}
	w, err := os.CreateTemp(filepath.Dir(f.dest), "."+filepath.Base(f.dest)+".*")
	if err != nil {
		return nil, err
	}
	f.temp = w.Name()
	return w, nil
}

func (f *file) commit() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.finished = true
	if f.temp == "" {
		return nil
	}
	if err := os.Chmod(f.temp, 0o644); err != nil {
		return err
	}
	return os.Rename(f.temp, f.dest)
}

func (f *file) discard() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.finished = true
	if f.temp != "" {
		os.Remove(f.temp)
	}
}

// Finish ends a plan: the files that were written get their names when the
// solve succeeded, else they are removed.
func (s *Solve) Finish(succeeded bool) error {
	var errs []error
	for _, f := range s.files {
		if !succeeded {
			f.discard()
			continue
		}
		if err := f.commit(); err != nil {
			errs = append(errs, fmt.Errorf("writing %s: %w", f.dest, err))
			f.discard()
		}
	}
	return errors.Join(errs...)
}
