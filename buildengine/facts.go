package buildengine

import (
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/internal/buildinfo"
)

// Facts is what a build leaves behind for the editor. steps are the last state
// of each of its steps, as Step events told it.
func Facts(result *Result, steps []Step, finished time.Time) buildinfo.Build {
	out := buildinfo.Build{
		ID:       result.BuildID,
		Started:  finished.Add(-result.Duration),
		Finished: finished,
		Files:    fileFacts(steps, result),
	}
	for i := range result.Targets {
		out.Targets = append(out.Targets, targetFacts(&result.Targets[i]))
	}
	return out
}

func targetFacts(t *TargetResult) buildinfo.Target {
	out := buildinfo.Target{
		Name:     t.Target,
		Stage:    t.Stage,
		Path:     t.Dockerfile,
		Digest:   t.Digest,
		Steps:    t.Steps,
		Cached:   t.Cached,
		Duration: t.Duration,
		Canceled: t.Canceled,
		Failure:  t.Failure.info(),
	}
	for _, o := range t.Outputs {
		out.Outputs = append(out.Outputs, o.String())
	}
	return out
}

// String says where a result is, for people: "out/api.tar (oci)".
func (o ResultOutput) String() string {
	kind := o.Type
	if o.Push {
		kind = "pushed"
	}
	if o.Dest == "" {
		return kind
	}
	return o.Dest + " (" + kind + ")"
}

func (f *Failure) info() *buildinfo.Failure {
	if f == nil {
		return nil
	}
	out := &buildinfo.Failure{Message: f.Message, ExitCode: f.ExitCode, LogTail: f.LogTail, Step: f.Step}
	if l := f.Location; l != nil {
		out.Path, out.Hash, out.Span = l.Path, l.Hash, l.Span
	}
	return out
}

// fileFacts gathers what each instruction cost: of several platforms or
// targets the slowest counts, and it was cached when all were.
func fileFacts(steps []Step, result *Result) []buildinfo.File {
	var files []buildinfo.File
	for _, s := range steps {
		if s.Location == nil || s.Internal || s.State == StepPending || s.State == StepRunning {
			continue
		}
		files = addInstruction(files, s, failureOf(s, result))
	}
	slices.SortFunc(files, func(a, b buildinfo.File) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range files {
		slices.SortFunc(f.Instructions, func(a, b buildinfo.Instruction) int { return a.Span.Start - b.Span.Start })
	}
	return files
}

func addInstruction(files []buildinfo.File, s Step, failed *buildinfo.Failure) []buildinfo.File {
	fi := slices.IndexFunc(files, func(f buildinfo.File) bool { return f.Path == s.Location.Path && f.Hash == s.Location.Hash })
	if fi < 0 {
		files = append(files, buildinfo.File{Path: s.Location.Path, Hash: s.Location.Hash})
		fi = len(files) - 1
	}
	f := &files[fi]
	next := buildinfo.Instruction{
		Span:     s.Location.Span,
		Duration: s.Duration,
		Cached:   s.State == StepCached,
		Failure:  failed,
	}
	if len(s.Targets) > 0 {
		next.Target = s.Targets[0]
	}
	i := slices.IndexFunc(f.Instructions, func(in buildinfo.Instruction) bool { return in.Span == next.Span })
	if i < 0 {
		f.Instructions = append(f.Instructions, next)
		return files
	}
	old := &f.Instructions[i]
	next.Cached = next.Cached && old.Cached
	if next.Failure == nil {
		next.Failure = old.Failure
	}
	if old.Duration > next.Duration {
		next.Duration, next.Target = old.Duration, old.Target
	}
	*old = next
	return files
}

func failureOf(s Step, result *Result) *buildinfo.Failure {
	if s.State != StepFailed {
		return nil
	}
	for i := range result.Targets {
		if f := result.Targets[i].Failure; f != nil && f.StepID == s.ID {
			return f.info()
		}
	}
	return &buildinfo.Failure{
		Message: s.Error, ExitCode: -1, Step: s.Name,
		Path: s.Location.Path, Hash: s.Location.Hash, Span: s.Location.Span,
	}
}
