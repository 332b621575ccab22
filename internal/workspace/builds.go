package workspace

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/text"
)

// builds are the facts that finished builds left behind. It is immutable.
//
// A fact about a Dockerfile instruction is kept under the instruction's chain:
// a hash of its text and of all it is built upon. So it is found wherever the
// instruction moves to, is gone when its text or an ancestor's changes, and is
// back when the change is undone.
type builds struct {
	facts    map[string]map[chain]Fact // by path of the Dockerfile
	targets  []TargetFact
	failures []Failed // in files that are no Dockerfiles
}

// A Fact is what a build left behind about one instruction as it stands now.
type Fact struct {
	buildinfo.Instruction // Span is in the file's present text
	BuildID               string
	Finished              time.Time
}

// A TargetFact is how a target ended when it was last built.
type TargetFact struct {
	buildinfo.Target
	BuildID  string
	Finished time.Time
	end      chain // of the stage that was built; empty when unknown
}

// A Failed is a failure in a file that is no Dockerfile.
type Failed struct {
	Path    string
	Span    text.Span // in the file's present text
	Target  string
	BuildID string
	Failure *buildinfo.Failure
}

func newBuilds() *builds { return new(builds) }

// An outcome is one build, its facts already tied to chains.
type outcome struct {
	build   buildinfo.Build
	facts   map[string]map[chain]Fact
	targets []TargetFact
	failed  []Failed
}

// newOutcome ties the facts of b to the states of the files that were built.
func newOutcome(b buildinfo.Build, built map[string]*File) outcome {
	out := outcome{build: b, facts: make(map[string]map[chain]Fact)}
	for _, file := range b.Files {
		if f := built[file.Path]; f != nil {
			out.instructions(f, file.Instructions)
		}
	}
	for _, target := range b.Targets {
		out.target(target, built)
	}
	return out
}

func (o *outcome) instructions(f *File, list []buildinfo.Instruction) {
	for _, ins := range list {
		o.instruction(f, ins)
	}
}

// instruction files one fact. Of several for one chain (targets, platforms)
// the failure counts, else the slowest.
func (o *outcome) instruction(f *File, ins buildinfo.Instruction) {
	at, ok := chainsOf(f).at(ins.Span)
	if !ok {
		return
	}
	if o.facts[f.Path] == nil {
		o.facts[f.Path] = make(map[chain]Fact)
	}
	have, known := o.facts[f.Path][at]
	if known && (have.Failure != nil || ins.Failure == nil && have.Duration >= ins.Duration) {
		return
	}
	o.facts[f.Path][at] = Fact{Instruction: ins, BuildID: o.build.ID, Finished: o.build.Finished}
}

// target files how a target ended, and its failure where it happened.
func (o *outcome) target(t buildinfo.Target, built map[string]*File) {
	fact := TargetFact{Target: t, BuildID: o.build.ID, Finished: o.build.Finished}
	if f := built[t.Path]; f != nil && f.Language == Dockerfile {
		fact.end = chainsOf(f).stageEnd(f.Dockerfile(), t.Stage)
	}
	o.targets = append(o.targets, fact)
	if t.Failure == nil || t.Failure.Path == "" || t.Failure.Span.IsZero() {
		return
	}
	f := built[t.Failure.Path]
	switch {
	case f == nil:
	case f.Language == Dockerfile:
		o.instruction(f, buildinfo.Instruction{Span: t.Failure.Span, Target: t.Name, Failure: t.Failure})
	default:
		o.failed = append(o.failed, Failed{Path: f.Path, Span: t.Failure.Span, Target: t.Name, BuildID: o.build.ID, Failure: t.Failure})
	}
}

// with adds an outcome: its facts replace older ones of the same instructions,
// and failures of targets that have now been built again are gone.
func (b *builds) with(o outcome, open func(path string) *File) *builds {
	next := &builds{facts: maps.Clone(b.facts)}
	if next.facts == nil {
		next.facts = make(map[string]map[chain]Fact)
	}
	for path, facts := range next.facts {
		next.facts[path] = withoutFailuresOf(facts, o.build.Targets)
	}
	for path, facts := range o.facts {
		merged := maps.Clone(next.facts[path])
		if merged == nil {
			merged = make(map[chain]Fact, len(facts))
		}
		maps.Copy(merged, facts)
		next.facts[path] = merged
	}
	next.targets = append(slices.DeleteFunc(slices.Clone(b.targets), func(t TargetFact) bool { return rebuilt(o.build.Targets, t.Name, t.Path, t.Stage) }), o.targets...)
	next.failures = slices.DeleteFunc(slices.Clone(b.failures), func(f Failed) bool { return rebuiltName(o.build.Targets, f.Target) })
	for _, f := range o.failed {
		// Its place is known in the text that was built, and only there.
		if now := open(f.Path); now == nil || now.Hash() == f.Failure.Hash {
			next.failures = append(next.failures, f)
		}
	}
	return next
}

func withoutFailuresOf(facts map[chain]Fact, targets []buildinfo.Target) map[chain]Fact {
	kept := maps.Clone(facts)
	maps.DeleteFunc(kept, func(_ chain, f Fact) bool { return f.Failure != nil && rebuiltName(targets, f.Target) })
	return kept
}

func rebuilt(targets []buildinfo.Target, name, path, stage string) bool {
	return slices.ContainsFunc(targets, func(t buildinfo.Target) bool {
		return t.Name == name && t.Path == path && t.Stage == stage && !t.Canceled
	})
}

func rebuiltName(targets []buildinfo.Target, name string) bool {
	return slices.ContainsFunc(targets, func(t buildinfo.Target) bool { return t.Name == name && !t.Canceled })
}

// edited carries the places of failures through edits; one that an edit
// touches is gone.
func (b *builds) edited(path string, list []text.Edit) *builds {
	if !slices.ContainsFunc(b.failures, func(f Failed) bool { return f.Path == path }) {
		return b
	}
	next := *b
	next.failures = nil
	for _, f := range b.failures {
		ok := true
		for _, e := range list {
			if f.Path == path && ok {
				f.Span, ok = e.Map(f.Span)
			}
		}
		if ok {
			next.failures = append(next.failures, f)
		}
	}
	return &next
}

// Facts are what builds left behind about the instructions of a Dockerfile as
// they stand now, in order.
func (s *Snapshot) Facts(path string) []Fact {
	facts := s.builds.facts[path]
	f := s.File(path)
	if len(facts) == 0 || f == nil {
		return nil
	}
	var out []Fact
	for _, at := range chainsOf(f).list {
		if fact, ok := facts[at.chain]; ok {
			fact.Span = at.span
			out = append(out, fact)
		}
	}
	return out
}

// Failures are the failures of builds in a file that is no Dockerfile; those
// of a Dockerfile are among its Facts.
func (s *Snapshot) Failures(path string) []Failed {
	var out []Failed
	for _, f := range s.builds.failures {
		if f.Path == path {
			out = append(out, f)
		}
	}
	return out
}

// BuiltFiles lists the files that builds left facts about, sorted.
func (s *Snapshot) BuiltFiles() []string {
	paths := slices.Collect(maps.Keys(s.builds.facts))
	for _, f := range s.builds.failures {
		paths = append(paths, f.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// LastBuild tells how a target ended when it was last built: a Bake target by
// its name, or, with an empty name, a stage of a Dockerfile. It does not know
// targets whose stage has changed since.
func (s *Snapshot) LastBuild(name, path, stage string) (TargetFact, bool) {
	for _, t := range slices.Backward(s.builds.targets) {
		if t.Name != name || path != "" && t.Path != path || name == "" && t.Stage != stage {
			continue
		}
		return t, s.current(t)
	}
	return TargetFact{}, false
}

// BuiltTargets lists how the targets of a Dockerfile ended when they were last
// built, oldest first, without those whose stage has changed since.
func (s *Snapshot) BuiltTargets(path string) []TargetFact {
	var out []TargetFact
	for _, t := range s.builds.targets {
		if t.Path == path && s.current(t) {
			out = append(out, t)
		}
	}
	return out
}

// current tells whether what t was built from is still what is written.
func (s *Snapshot) current(t TargetFact) bool {
	if t.end == (chain{}) {
		return true
	}
	f := s.File(t.Path)
	return f != nil && chainsOf(f).stageEnd(f.Dockerfile(), t.Stage) == t.end
}

// chainsOf is memoized with the file.
func chainsOf(f *File) *chains {
	c, err := Memo(context.Background(), &f.Memos, "chains", func(context.Context) (*chains, error) {
		return newChains(f.Dockerfile()), nil
	})
	if err != nil { // neither the computation nor its context can fail
		return newChains(f.Dockerfile())
	}
	return c
}

// builtPaths lists the files a build speaks of.
func builtPaths(b buildinfo.Build) []string {
	var paths []string
	for _, f := range b.Files {
		paths = append(paths, f.Path)
	}
	for _, t := range b.Targets {
		if t.Failure != nil && t.Failure.Path != "" {
			paths = append(paths, t.Failure.Path)
		}
	}
	return paths
}

// builtHash is the hash of path's content as it was built.
func builtHash(b buildinfo.Build, path string) string {
	for _, f := range b.Files {
		if f.Path == path {
			return f.Hash
		}
	}
	for _, t := range b.Targets {
		if t.Failure != nil && t.Failure.Path == path {
			return t.Failure.Hash
		}
	}
	return ""
}
