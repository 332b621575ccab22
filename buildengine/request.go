// Package buildengine holds the types that everything which builds agrees on:
// what is asked for (Request), what happens while it runs (Event), and how it
// ended (Result, Failure). The engine that runs Requests is in engine; the
// command line, the language server and tests are consumers of its Events.
package buildengine

import (
	"io"

	"github.com/buildlens/buildlens/internal/text"
)

// A Build is one or several targets built together: they share one set of
// connections, sessions for common contexts, and steps.
type Build struct {
	ID        string    // chosen by the caller or by the engine; letters, digits, "-" and "_"
	Builder   string    // name of the builder; empty means the one that is configured
	Requests  []Request // in any order; names are unique
	Jobs      Jobs
	Sensitive []string // values that must never show in events, errors or history
}

// Jobs says how several targets run together.
type Jobs struct {
	Parallel    int  // at most that many targets at once; 0 means all
	DeferOutput bool // export nothing until every target has been evaluated
	DeferError  bool // go on with independent targets after a failure
}

// A Request is all that makes one target, resolved: no pattern or variable is
// left in it, and local paths are absolute.
type Request struct {
	Target string // unique name in the Build: the Bake target, or "default"

	Context    Context
	Dockerfile Dockerfile
	Contexts   map[string]Context // named contexts, by name

	Stage         string // Dockerfile stage; empty means the last
	BuildArgs     map[string]string
	Labels        map[string]string
	Annotations   []string // "[type[,type][platform]:]key=value"
	Platforms     []string // "os/arch[/variant]"; empty means the node's own
	Tags          []string
	NoCache       bool
	NoCacheFilter []string // stages
	Pull          bool
	Network       string            // "", "default", "none" or "host"
	ExtraHosts    map[string]string // host name -> address
	ShmSize       int64             // bytes; 0 means the default
	Ulimits       []string          // "name=soft[:hard]"
	CgroupParent  string
	Resources     map[string]string // "memory", "cpu-shares" ... in Buildx's names
	Entitlements  []string          // granted: "network.host", "security.insecure", "device..."

	Outputs   []Output
	CacheFrom []CacheEntry
	CacheTo   []CacheEntry
	Secrets   []Secret
	SSH       []SSHAgent
	Attests   []Attest
	Call      string // "" or "build" to build; "check", "outline", "targets" ask the frontend instead

	// Overlay holds text of unsaved buffers by absolute path; it is sent in the
	// place of what is on disk.
	Overlay map[string][]byte
}

// A Context is where a build reads files from. Exactly one field but Folder is set.
type Context struct {
	Dir    string    // absolute path of a local folder
	URL    string    // git or http(s) address, docker-image://, or oci-layout:// with an absolute path
	Folder string    // with URL, when that is an archive: the folder in it; empty means all of it
	Target string    // another target of the same Build, by name
	Stream io.Reader // an archive (tar, also compressed)
	Empty  bool      // no files at all
}

// A Dockerfile is where the build's instructions come from. The zero value
// means the file "Dockerfile" in the context.
type Dockerfile struct {
	Path   string // absolute path of a local file
	Remote string // path inside a remote context, or an http(s) URL
	Inline []byte // the text itself, when not nil; wins over the others
	// InlineFile names the file an inline Dockerfile is written in, and
	// InlineLine the zero-based line of its first line there, so that failures land on it.
	InlineFile string
	InlineLine int
	// InlineSpan is the expression or attribute in InlineFile that the text was
	// made from, when the line is not known: the engine looks for it there.
	InlineSpan text.Span
}

// An Output is one exporter of the result.
type Output struct {
	Type  string            // "image", "registry", "docker", "oci", "local", "tar" or "cacheonly"
	Dest  string            // absolute path; "-" is standard output; empty where the type has none
	Attrs map[string]string // exporter attributes, passed through
}

// A CacheEntry is one source or destination of the build cache.
type CacheEntry struct {
	Type  string // "registry", "local", "inline", "gha", "s3", "azblob"
	Attrs map[string]string
}

// A Secret is a value that BuildKit asks for while it builds. Exactly one of
// File and Env is set; the value is read when it is asked for.
type Secret struct {
	ID   string
	File string // absolute path
	Env  string // name of an environment variable
}

// An SSHAgent forwards an agent's socket or private keys.
type SSHAgent struct {
	ID    string   // "default" or a name
	Paths []string // socket or key files; empty means $SSH_AUTH_SOCK
}

// An Attest is one attestation to add to the result.
type Attest struct {
	Type     string // "provenance" or "sbom"
	Disabled bool
	Attrs    map[string]string // such as mode=max
}
