package embedded

import (
	"bytes"
	"fmt"
	"os"
	"sync"
)

// maxLog is the size at which the daemon's log starts anew. One older file is kept.
const maxLog = 5 << 20

// A logFile is a log of bounded size. Its methods may be called at once.
type logFile struct {
	path string
	mu   sync.Mutex // guards what is below
	file *os.File
	size int64
}

func openLog(path string) (*logFile, error) {
	l := &logFile{path: path}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	return l, nil
}

func (l *logFile) open() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return err
	}
	l.file, l.size = file, info.Size()
	return nil
}

// Write never fails: a full disk must not stop the daemon that would free it.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size+int64(len(p)) > maxLog {
		l.rotate()
	}
	n, _ := l.file.Write(p)
	l.size += int64(n)
	return len(p), nil
}

// rotate keeps writing to the old file when a new one cannot be had.
func (l *logFile) rotate() {
	if err := os.Rename(l.path, l.path+".1"); err != nil {
		return
	}
	old := l.file
	if err := l.open(); err != nil {
		return
	}
	old.Close()
}

// offset is where the next line will be written.
func (l *logFile) offset() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size
}

func (l *logFile) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file.Close()
}

// logTail returns the last lines of the log that were written behind offset.
func logTail(path string, offset int64, lines int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	if offset < int64(len(data)) {
		data = data[offset:]
	}
	all := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}
