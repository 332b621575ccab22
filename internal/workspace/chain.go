package workspace

import (
	"crypto/sha256"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
)

// A chain identifies an instruction by its text and by all it is built upon:
// what stands above the first FROM, the stages it starts from, the
// instructions before it and the stages it copies from. Comments, blank lines
// and line continuations do not count.
type chain [sha256.Size]byte

// chains are those of one Dockerfile, in source order.
type chains struct {
	list []placedChain
	ends map[*dockerfile.Stage]chain // of each stage's last instruction
}

type placedChain struct {
	span  text.Span
	chain chain
}

func newChains(f *dockerfile.File) *chains {
	c := &chains{ends: make(map[*dockerfile.Stage]chain, len(f.Stages))}
	root := preambleOf(f)
	names := make(map[string]*dockerfile.Stage, len(f.Stages))
	for i, stage := range f.Stages {
		at := root
		if stage.Parent != nil {
			at = link(at, c.ends[stage.Parent])
		}
		for _, ins := range stage.Instructions {
			at = c.instruction(f.Source, at, ins, names)
			c.list = append(c.list, placedChain{ins.Span, at})
		}
		c.ends[stage] = at
		names[strconv.Itoa(i)] = stage
		if stage.Name.Text != "" {
			names[strings.ToLower(stage.Name.Text)] = stage
		}
	}
	return c
}

// preambleOf hashes what every stage depends on: directives and global ARGs.
func preambleOf(f *dockerfile.File) chain {
	var b strings.Builder
	for _, d := range f.Directives {
		b.WriteString(d.Name + "=" + d.Value + "\n")
	}
	for _, ins := range f.Instructions {
		if ins.Cmd == "FROM" {
			break
		}
		b.WriteString(ins.Line() + "\n")
	}
	return sha256.Sum256([]byte(b.String()))
}

// instruction links ins to the chain before it.
func (c *chains) instruction(src string, before chain, ins *dockerfile.Instruction, names map[string]*dockerfile.Stage) chain {
	h := sha256.New()
	h.Write(before[:])
	h.Write([]byte(ins.Line()))
	for _, doc := range ins.Heredocs { // their bodies are not part of the line
		h.Write([]byte("\x00" + doc.Body.In(src)))
	}
	for _, name := range copiedFrom(ins) {
		if end, ok := c.ends[names[strings.ToLower(name)]]; ok {
			h.Write(end[:])
		}
	}
	return chain(h.Sum(nil))
}

// copiedFrom lists what an instruction names in COPY --from and RUN --mount=from.
func copiedFrom(ins *dockerfile.Instruction) []string {
	var names []string
	for i := range ins.Flags {
		switch flag := &ins.Flags[i]; flag.Name {
		case "from":
			names = append(names, flag.Value)
		case "mount":
			if field := flag.Field("from"); field != nil {
				names = append(names, field.Value)
			}
		}
	}
	return names
}

func link(a, b chain) chain { return sha256.Sum256(append(a[:], b[:]...)) }

// at finds the instruction that span speaks of: the one it overlaps first.
func (c *chains) at(span text.Span) (chain, bool) {
	for _, p := range c.list {
		if p.span.Overlaps(span) || p.span.Start == span.Start {
			return p.chain, true
		}
	}
	return chain{}, false
}

// stageEnd is the chain of a stage's last instruction, of the last stage when
// name is empty; the zero chain when there is no such stage.
func (c *chains) stageEnd(f *dockerfile.File, name string) chain {
	for i, stage := range f.Stages {
		last := name == "" && i == len(f.Stages)-1
		if last || name != "" && (strings.EqualFold(stage.Name.Text, name) || strconv.Itoa(i) == name) {
			return c.ends[stage]
		}
	}
	return chain{}
}
