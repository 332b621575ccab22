package bake

import (
	"github.com/buildlens/buildlens/internal/text"
	"github.com/zclconf/go-cty/cty"
)

// Place is a span in one of the definition's files.
type Place struct {
	File string // absolute path, or the file's name where it has none
	Span text.Span
}

// IsZero tells whether p is nowhere.
func (p Place) IsZero() bool { return p == Place{} }

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

func (k DeclKind) String() string {
	names := [...]string{"", "target", "group", "variable", "function", "global", "service"}
	if k < 0 || int(k) >= len(names) {
		return ""
	}
	return names[k]
}

// Value is an evaluated value with its origin. Sensitive values are replaced.
type Value struct {
	Value     cty.Value
	Span      text.Span // of the expression it belongs to
	Name      string    // the variable, attribute or function it is of
	Origin    Origin
	Sensitive bool
}
