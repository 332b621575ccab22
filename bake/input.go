// Package bake evaluates Bake definitions as Docker Buildx does: HCL, JSON and
// Compose files become targets with every attribute resolved and every value
// tied to the place it came from. It does no I/O, reads no clock and starts no
// goroutine: what it needs comes in through Input.
package bake

import (
	"io"
	"time"

	"github.com/buildlens/buildlens/internal/compose"
)

// A File is one definition file as it was named.
type File struct {
	Name string // as typed: what errors print; "-" for standard input
	Path string // absolute; empty for standard input
	Data []byte
	// Syntax is the parsed form of exactly this file, when the caller kept it
	// from an earlier Parse or Reparse; nil means that New parses.
	Syntax *Syntax
}

// key names the file in places: its path, or its name where it has none.
func (f File) key() string {
	if f.Path != "" {
		return f.Path
	}
	return f.Name
}

// Input is everything a definition is made of.
type Input struct {
	Dir           string // absolute working directory: local paths are relative to it
	Files         []File // in merge order
	Env           compose.Env
	Vars          map[string]string // --var
	FS            compose.FS        // for what files refer to: include, extends, env_file, .env
	Now           func() time.Time
	Rand          io.Reader
	Home          string // for homedir()
	LocalPlatform string // BAKE_LOCAL_PLATFORM, such as "linux/amd64"
	CmdContext    string // BAKE_CMD_CONTEXT; "cwd://" when empty

	// Remote is where Files were read from, when that is a git repository or an
	// archive; nil for local files.
	Remote *Remote

	// Previous is an earlier definition of the same input but for the text of
	// its files. What it has evaluated and what no edit touches is taken over,
	// as far as its syntax was (Reparse).
	Previous *Definition

	DisableEnvLookup  bool // BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP
	FileRelativePaths bool // BUILDX_BAKE_FILE_RELATIVE_PATHS
}

// env looks a variable up in the process environment that was passed in.
func (in Input) env(name string) (string, bool) {
	if in.Env == nil {
		return "", false
	}
	return in.Env.Lookup(name)
}
