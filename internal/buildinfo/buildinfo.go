// Package buildinfo is the pure data that finished and failed builds leave
// behind for the editor: what each instruction cost and how each target ended.
// It holds no log but the tail of a failure, and never a secret.
package buildinfo

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/buildlens/buildlens/internal/text"
)

// Hash is the content hash (SHA-256, hexadecimal) that ties facts of a build to the
// text that was built.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// A Build is what one build, of one or several targets, left behind.
type Build struct {
	ID       string // the build's identifier, as in its events
	Started  time.Time
	Finished time.Time
	Files    []File   // Dockerfiles that were built
	Targets  []Target // in name order
}

// A File holds the facts about one Dockerfile as it was built.
type File struct {
	Path         string // absolute
	Hash         string // of the content that was built, see Hash
	Instructions []Instruction
}

// An Instruction is what one Dockerfile instruction cost; when several targets
// or platforms ran it, the numbers are of the slowest.
type Instruction struct {
	Span     text.Span // in the content that was built
	Target   string    // the build target that ran it
	Duration time.Duration
	Cached   bool
	Failure  *Failure // set when it failed
}

// A Target is how one target ended.
type Target struct {
	Name     string   // Bake target; empty for a plain Dockerfile build
	Stage    string   // Dockerfile stage that was asked for, or empty
	Path     string   // absolute path of its Dockerfile; empty when remote
	Digest   string   // manifest digest; empty when nothing was exported or it failed
	Outputs  []string // for people: where the result is, such as "out/api.tar (oci)"
	Steps    int
	Cached   int
	Duration time.Duration
	Canceled bool
	Failure  *Failure
}

// A Failure is why a target or an instruction did not build.
type Failure struct {
	Message  string    // one sentence: "process \"/bin/sh -c make\" did not complete successfully"
	ExitCode int       // of the process, or -1 when no process ran
	LogTail  []string  // the last lines of its output, oldest first
	Path     string    // absolute path of the file at fault; empty when unknown
	Hash     string    // of that file's content as built
	Span     text.Span // the instruction in that content; zero when unknown
	Step     string    // the vertex's name, such as "[build 3/7] RUN make"
}
