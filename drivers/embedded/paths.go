package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// maxSocketPath is the longest address of a Unix socket, without its final zero
// byte, on Linux.
const maxSocketPath = 107

// DefaultStateDir is $XDG_STATE_HOME/buildlens/embedded, by default below
// ~/.local/state.
func DefaultStateDir() (string, error) {
	if base := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, "buildlens", "embedded"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the embedded builder's state: %w", err)
	}
	return filepath.Join(home, ".local", "state", "buildlens", "embedded"), nil
}

// paths are the files of one embedded builder. All but the sockets lie below
// state. They depend on nothing but the state folder: a process with another
// XDG_RUNTIME_DIR, or none, must find the same daemon.
type paths struct {
	state string
	run   string // sockets
}

func newPaths(state string) paths {
	p := paths{state: state, run: filepath.Join(state, "run")}
	if len(p.socket()) <= maxSocketPath {
		return p
	}
	sum := sha256.Sum256([]byte(state))
	p.run = filepath.Join("/tmp", "buildlens-"+strconv.Itoa(os.Getuid())+"-"+hex.EncodeToString(sum[:6]))
	return p
}

func (p paths) socket() string         { return filepath.Join(p.run, "buildkitd.sock") } // what Dial connects to
func (p paths) retiredSocket() string  { return filepath.Join(p.run, "retired.sock") }   // the same, while an idle daemon decides to end
func (p paths) daemonSocket() string   { return filepath.Join(p.run, "daemon.sock") }    // buildkitd's own
func (p paths) otelSocket() string     { return filepath.Join(p.run, "otel.sock") }
func (p paths) rootlesskit() string    { return filepath.Join(p.run, "rootlesskit") }
func (p paths) root() string           { return filepath.Join(p.state, "root") }
func (p paths) daemonLock() string     { return filepath.Join(p.root(), "buildkitd.lock") } // buildkitd's own
func (p paths) given() string          { return filepath.Join(p.state, "config") }          // NodeConfig.Files
func (p paths) config() string         { return filepath.Join(p.state, "buildkitd.toml") }  // what buildkitd reads
func (p paths) provenance() string     { return filepath.Join(p.state, "provenance.d") }
func (p paths) log() string            { return filepath.Join(p.state, "buildkitd.log") }
func (p paths) record() string         { return filepath.Join(p.state, "status.json") }
func (p paths) bootLock() string       { return filepath.Join(p.state, "boot.lock") }       // held by a Boot that starts, a Stop or a Remove
func (p paths) supervisorLock() string { return filepath.Join(p.state, "supervisor.lock") } // held by the supervisor for its whole life
