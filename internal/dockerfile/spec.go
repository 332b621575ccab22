package dockerfile

import "strings"

// An InstructionSpec describes one instruction: what it is for, which flags it
// takes, how it is written. Specs are the one source of documentation for
// completion, hover and signature help.
type InstructionSpec struct {
	Name       string // upper case
	Doc        string // markdown, a few sentences
	Forms      []Form
	Flags      []FlagSpec
	Deprecated string // what to use instead
	shape      shape
}

// A Form is one way to write an instruction.
type Form struct {
	Label   string   // "WORKDIR path"; the parameters occur in it in order
	Params  []string // the parameters' texts in Label
	Docs    []string // of each parameter
	Snippet string   // to complete with; empty: the form is not offered
}

// A FlagSpec describes one flag of an instruction.
type FlagSpec struct {
	Name     string // without dashes
	Doc      string
	Bool     bool // needs no value
	Repeat   bool // may be given more than once
	Values   []ValueSpec
	Hint     string // what a value looks like
	Fallback string // the default, for people
}

// A ValueSpec is one value of a flag or option.
type ValueSpec struct {
	Value, Doc string
}

// A MountSpec describes one type of "RUN --mount".
type MountSpec struct {
	Type    string
	Doc     string
	Options []MountOption
}

// A MountOption is one option of a mount type.
type MountOption struct {
	Name    string
	Aliases []string
	Doc     string
	Bool    bool // needs no value
	Values  []ValueSpec
	Hint    string
}

// shape is how the arguments of an instruction are split.
type shape int

const (
	shapeNone    shape = iota // one string
	shapeWords                // white space
	shapePaths                // JSON or white space
	shapeCommand              // JSON or a shell command
	shapePairs                // key=value
	shapeArgs                 // key or key=value
	shapeHealth               // CMD command or NONE
	shapeTrigger              // an instruction
)

// Spec returns the description of an instruction in any case, or nil.
func Spec(keyword string) *InstructionSpec {
	if len(keyword) > len("HEALTHCHECK") {
		return nil
	}
	for i := range instructionSpecs {
		if s := &instructionSpecs[i]; len(s.Name) == len(keyword) && strings.EqualFold(s.Name, keyword) {
			return s
		}
	}
	return nil
}

// Specs lists all instructions by name. It must not be changed.
func Specs() []InstructionSpec { return instructionSpecs }

// Mounts lists the types of "RUN --mount". It must not be changed.
func Mounts() []MountSpec { return mountSpecs }

// Mount returns the description of a mount type, or nil. No type means bind.
func Mount(typ string) *MountSpec {
	if typ == "" {
		typ = "bind"
	}
	for i := range mountSpecs {
		if strings.EqualFold(mountSpecs[i].Type, typ) {
			return &mountSpecs[i]
		}
	}
	return nil
}

// Option returns the option of a name or alias, or nil.
func (m *MountSpec) Option(name string) *MountOption {
	for i := range m.Options {
		o := &m.Options[i]
		if o.Name == name {
			return o
		}
		for _, a := range o.Aliases {
			if a == name {
				return o
			}
		}
	}
	return nil
}

// Flag returns the flag of a name, or nil.
func (s *InstructionSpec) Flag(name string) *FlagSpec {
	for i := range s.Flags {
		if s.Flags[i].Name == name {
			return &s.Flags[i]
		}
	}
	return nil
}

// URL is the instruction's section in Docker's reference.
func (s *InstructionSpec) URL() string {
	return "https://docs.docker.com/reference/dockerfile/#" + strings.ToLower(s.Name)
}

func shapeOf(cmd string) shape {
	if s := Spec(cmd); s != nil {
		return s.shape
	}
	return shapeNone
}
