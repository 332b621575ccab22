package dockerfile

import (
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/linter"
)

// A keyring tells, for each stage of a file, what a lint of it depends on:
// stages with equal keys have equal findings.
type keyring struct {
	seed   maphash.Seed
	global uint64            // what every stage depends on
	stages map[*Stage]uint64 // nil once the result is made; the preamble's included
	whole  bool              // the stages of this file cannot be linted apart
}

// keys works out the keys of a file, comparable with those of earlier.
func (f *File) keys(earlier *LintResult, opt LintOptions) keyring {
	k := keyring{stages: make(map[*Stage]uint64, len(f.Stages)+1)}
	if earlier != nil && len(earlier.units) > 0 {
		k.seed = earlier.keys.seed
	} else {
		k.seed = maphash.MakeSeed()
	}
	b := &keyBuilder{f: f, names: f.stageNumbers(), exports: make(map[*Stage]uint64, len(f.Stages))}
	b.SetSeed(k.seed)
	b.global(opt)
	k.global = b.Sum64()
	k.stages[f.preamble] = k.global
	seen := map[string]bool{}
	parents := map[*Stage]bool{}
	for _, s := range f.Stages {
		name := strings.ToLower(s.Name.Text)
		k.stages[s] = b.stage(s, k.global, name != "" && seen[name])
		seen[name] = true
		if s.Parent != nil {
			parents[s.Parent] = true
		}
	}
	_, reserved := b.names["scratch"]
	k.whole = opt.Target != "" || reserved || b.forward || triggersInside(parents) || strings.Contains(f.Source[:f.Stages[0].From.Span.Start], "SOURCE_DATE_EPOCH")
	return k
}

// triggersInside tells whether a stage that others build on has ONBUILD: those
// count only in what the last stage is made of.
func triggersInside(parents map[*Stage]bool) bool {
	for s := range parents {
		if slices.ContainsFunc(s.Instructions, func(ins *Instruction) bool { return ins.Cmd == "ONBUILD" }) {
			return true
		}
	}
	return false
}

// follows tells whether findings of an earlier lint can be taken over.
func (k *keyring) follows(earlier *LintResult, opt LintOptions) bool {
	return earlier != nil && !k.whole && !earlier.whole && k.global == earlier.keys.global && len(earlier.units) > 0 && earlier.asked.hold(opt)
}

// stageNumbers is the number of the last stage of each name.
func (f *File) stageNumbers() map[string]int {
	out := make(map[string]int, len(f.Stages))
	for _, s := range f.Stages {
		if s.Name.Text != "" {
			out[strings.ToLower(s.Name.Text)] = s.Index
		}
	}
	return out
}

// A keyBuilder hashes what lints depend on.
type keyBuilder struct {
	maphash.Hash
	f       *File
	names   map[string]int
	exports map[*Stage]uint64
	forward bool // a stage refers to itself or to a later one
}

// add hashes strings so that their bounds count.
func (b *keyBuilder) add(parts ...string) {
	for _, s := range parts {
		b.number(uint64(len(s)))
		b.WriteString(s)
	}
}

func (b *keyBuilder) number(n uint64) {
	maphash.WriteComparable(&b.Hash, n)
}

// global hashes what stands above the first FROM, the name of the default
// target, and the options.
func (b *keyBuilder) global(opt LintOptions) {
	f := b.f
	last := f.Stages[len(f.Stages)-1]
	b.add(f.Source[:f.Stages[0].From.Span.Start], strings.ToLower(last.Name.Text), opt.Platform, string(opt.DockerIgnore))
	for _, name := range slices.Sorted(maps.Keys(opt.Args)) {
		b.add(name, opt.Args[name])
	}
}

// stage hashes a stage: its text, what it gets from the stage it builds on,
// and whether the stages it names exist. It also notes what the stages that
// build on this one get.
func (b *keyBuilder) stage(s *Stage, global uint64, duplicate bool) uint64 {
	b.Reset()
	b.number(b.exports[s.Parent])
	for _, ins := range s.Instructions {
		if exported(ins.Cmd) {
			b.add(ins.Span.In(b.f.Source))
		}
	}
	b.exports[s] = b.Sum64()

	b.Reset()
	b.number(global)
	b.number(b.exports[s.Parent])
	b.add(b.f.Source[s.From.Extent.Start:s.Instructions[len(s.Instructions)-1].Extent.End], strconv.FormatBool(duplicate))
	for i, ins := range s.Instructions {
		if ins.issue != nil {
			b.number(uint64(i))
		}
		if len(ins.Flags) > 0 || ins.Trigger != nil {
			b.references(ins, s)
		}
	}
	return b.Sum64()
}

// references hashes whether the stages that ins names exist.
func (b *keyBuilder) references(ins *Instruction, s *Stage) {
	for _, name := range stageNamesIn(ins) {
		number, found := b.names[strings.ToLower(name)]
		if n, err := strconv.Atoi(name); err == nil && ins.Cmd == "COPY" {
			number, found = n, true
		}
		if found && number >= s.Index {
			b.forward = true
		}
		b.add(name, strconv.FormatBool(found))
	}
}

// stageNamesIn lists what COPY --from and mounts name, triggers included.
func stageNamesIn(ins *Instruction) []string {
	if ins.Trigger != nil {
		ins = ins.Trigger
	}
	var names []string
	for i := range ins.Flags {
		fl := &ins.Flags[i]
		switch {
		case ins.Cmd == "COPY" && fl.Name == "from":
			names = append(names, fl.Value)
		case ins.Cmd == "RUN" && fl.Name == "mount":
			if from := fl.Field("from"); from != nil {
				names = append(names, from.Value)
			}
		}
	}
	return names
}

// exported tells whether an instruction means something to the stages that
// build on its own, as far as lint goes.
func exported(cmd string) bool {
	switch cmd {
	case "FROM", "ARG", "ENV", "WORKDIR", "SHELL", "ONBUILD":
		return true
	}
	return false
}

// casing reports instructions whose case is not that of most. BuildKit counts
// over the whole file, so this rule is worked out from the model.
func (p *lintPass) casing() {
	rule := &linter.RuleConsistentInstructionCasing
	lower, upper := 0, 0
	counted := func(ins *Instruction) bool {
		return ins.Stage.Index >= 0 && (ins.issue == nil || ins.Cmd == "FROM")
	}
	for _, ins := range p.f.Instructions {
		if !counted(ins) {
			continue
		}
		switch word := ins.Keyword.Text; word {
		case strings.ToLower(word):
			lower++
		case strings.ToUpper(word):
			upper++
		}
	}
	config := linter.New(p.checkConfig())
	for _, ins := range p.f.Instructions {
		if !counted(ins) || ins.issue != nil {
			continue
		}
		word, want, name := ins.Keyword.Text, strings.ToUpper(ins.Keyword.Text), "uppercase"
		if lower > upper {
			want, name = strings.ToLower(word), "lowercase"
		}
		if word == want {
			continue
		}
		for _, d := range p.violation(config, rule, rule.Format(word, name)) {
			p.out = append(p.out, p.refine(ins, d)...)
		}
	}
}
