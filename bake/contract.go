// Package bake evaluates Bake definitions as Docker Buildx does: HCL, JSON and
// Compose files become targets with every attribute resolved and every value
// tied to the place it came from. It does no I/O, reads no clock and starts no
// goroutine: what it needs comes in through Input.
package bake

import (
	"context"
	"io"
	"time"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/zclconf/go-cty/cty"
)

// A File is one definition file as it was named.
type File struct {
	Name string // as typed: what errors print; "-" for standard input
	Path string // absolute; empty for standard input
	Data []byte
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

	DisableEnvLookup  bool // BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP
	FileRelativePaths bool // BUILDX_BAKE_FILE_RELATIVE_PATHS
}

// Place is a span in one of the definition's files.
type Place struct {
	File string // absolute path, or the file's name where it has none
	Span text.Span
}

// Origin says where a value came from.
type Origin struct {
	Kind  OriginKind
	Place Place  // of the expression or attribute; zero for --set and environment
	Via   string // the inherited target, the variable's name or the override, as Kind tells
}

// OriginKind classifies an Origin.
type OriginKind int

// The kinds of origins.
const (
	FromAttribute   OriginKind = iota + 1 // written in the target itself
	FromInherited                         // written in an inherited target (Via)
	FromOverride                          // --set or a shorthand flag (Via)
	FromDefault                           // built in, or a variable's default
	FromEnvironment                       // the process environment (Via: its name)
	FromVar                               // --var (Via: its name)
	FromCompose                           // a Compose service
)

// A Declaration is a named thing of a definition, before evaluation.
type Declaration struct {
	Kind    DeclKind
	Name    string               // for a matrix instance, the generated name
	Block   string               // the block's label: differs from Name for matrix instances
	Name_   Place                // of the label
	Place   Place                // of the whole block, service or attribute
	Header  Place                // of its first line: where lenses go
	Matrix  map[string]cty.Value // the instance's values, for matrix instances
	Private bool                 // its name begins with an underscore
}

// DeclKind is what a Declaration declares.
type DeclKind int

// The kinds of declarations.
const (
	DeclTarget DeclKind = iota + 1
	DeclGroup
	DeclVariable
	DeclFunction
	DeclGlobal  // a top-level attribute
	DeclService // a Compose service with a build section
)

// PlanRequest says what to resolve and how.
type PlanRequest struct {
	Targets   []string // names of targets and groups, or patterns; empty means "default"
	Overrides []string // --set, in order: "pattern.key=value"
}

// A Plan is a definition resolved for some targets: what `bake --print` prints.
type Plan struct {
	Groups  map[string]*Group
	Targets map[string]*Target // linked ones included
	Order   []string           // names of Targets, sorted
}

// Definition is the evaluated form of an Input. It is safe for use by several
// goroutines; each variable, function and attribute is evaluated at most once.
type definitionContract interface {
	// Diagnostics are all independent problems of the whole definition: syntax,
	// names, variables, functions, and every target's attributes.
	Diagnostics(ctx context.Context) []diag.Diagnostic
	// Declarations lists what the definition declares, matrix instances
	// included, in source order.
	Declarations(ctx context.Context) []Declaration
	// Plan resolves targets. Its error is a *Error that carries diagnostics.
	Plan(ctx context.Context, req PlanRequest) (*Plan, error)
	// ValueAt evaluates the expression, attribute or reference at an offset of a file.
	ValueAt(ctx context.Context, file string, offset int) (Value, bool)
}

// Value is an evaluated value with its origin. Sensitive values are replaced.
type Value struct {
	Value     cty.Value
	Span      text.Span // of the expression it belongs to
	Name      string    // the variable, attribute or function it is of
	Origin    Origin
	Sensitive bool
}
