package workspace

import (
	"crypto/rand"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/internal/compose"
)

// Disk is where files that are not open come from.
type Disk = compose.FS

// World is what a Session takes from outside. It does not change while the
// session lives.
type World struct {
	Disk          Disk
	Env           compose.Env
	Now           func() time.Time
	Rand          io.Reader
	Home          string // the user's home folder
	LocalPlatform string // such as "linux/amd64"
}

// RealWorld reads the disk, the process environment and the clock. The
// environment is read once, now.
func RealWorld() World {
	home, err := os.UserHomeDir()
	if err != nil { // Bake's homedir() then says so
		home = ""
	}
	return World{
		Disk: OSDisk{}, Env: NewEnv(os.Environ()), Now: time.Now, Rand: rand.Reader,
		Home: home, LocalPlatform: "linux/" + runtime.GOARCH,
	}
}

// NewEnv makes an environment of "name=value" pairs; of one name the last holds.
func NewEnv(pairs []string) compose.Env {
	e := env{values: make(map[string]string, len(pairs))}
	for _, pair := range pairs {
		// Windows keeps drives under names that begin with "=".
		if name, value, ok := strings.Cut(pair, "="); ok && name != "" {
			e.values[name] = value
		}
	}
	for name := range e.values {
		e.names = append(e.names, name)
	}
	slices.Sort(e.names)
	return e
}

type env struct {
	values map[string]string
	names  []string
}

func (e env) Lookup(name string) (string, bool) {
	value, ok := e.values[name]
	return value, ok
}

func (e env) Names() []string { return slices.Clone(e.names) }

// openInfo describes an open document as a file.
type openInfo struct{ f *File }

func (i openInfo) Name() string     { return filepath.Base(i.f.Path) }
func (i openInfo) Size() int64      { return int64(len(i.f.source)) }
func (openInfo) Mode() fs.FileMode  { return 0o644 }
func (openInfo) ModTime() time.Time { return time.Time{} }
func (openInfo) IsDir() bool        { return false }
func (openInfo) Sys() any           { return nil }
