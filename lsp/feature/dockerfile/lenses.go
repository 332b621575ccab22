package dockerfile

import (
	"fmt"
	"time"

	"github.com/buildlens/buildlens/internal/buildinfo"
	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// BuildCommand is the command behind a stage's lens, as in lsp/command.
const BuildCommand = "buildlens.build"

// BuildArgument is what a lens hands to BuildCommand; its JSON is that of
// lsp/command's BuildArgs.
type BuildArgument struct {
	URI    string `json:"uri"`
	Target string `json:"target,omitempty"`
	Call   string `json:"call,omitempty"`
}

// Lenses offers to build each stage that can be asked for: BuildKit knows
// stages by name only, and the last one without. results are the last results of builds of
// this file by stage; the one of a stage is shown in its title.
func Lenses(f *df.File, uri string, results []buildinfo.Target) []feature.Lens {
	if f.Foreign() {
		return nil
	}
	var out []feature.Lens
	for _, s := range f.Stages {
		last := s.Index == len(f.Stages)-1
		if s.Name.Text == "" && !last {
			continue
		}
		target := ""
		if !last {
			target = s.Target()
		}
		title := "Build " + s.Label()
		if r := resultOf(f, s, results); r != nil {
			title += " (" + resultTitle(r) + ")"
		}
		out = append(out, feature.Lens{
			Span: s.From.Head, Title: title, Command: BuildCommand, Argument: BuildArgument{URI: uri, Target: target},
		})
	}
	return out
}

// resultOf is the last result of a stage; no stage means the last one.
func resultOf(f *df.File, s *df.Stage, results []buildinfo.Target) *buildinfo.Target {
	for i := len(results) - 1; i >= 0; i-- {
		stage := results[i].Stage
		if stage == s.Target() || stage == "" && s.Index == len(f.Stages)-1 {
			return &results[i]
		}
	}
	return nil
}

func resultTitle(t *buildinfo.Target) string {
	switch {
	case t.Canceled:
		return "canceled"
	case t.Failure != nil:
		return "failed"
	}
	return fmt.Sprintf("built in %s, %d of %d steps cached", duration(t.Duration), t.Cached, t.Steps)
}

// InlayHints shows behind each instruction what it cost in the last build.
// The spans of facts are in terms of f's text: the caller has mapped them
// through edits and dropped those whose text changed.
func InlayHints(f *df.File, span text.Span, facts []buildinfo.Instruction) []feature.InlayHint {
	var out []feature.InlayHint
	for _, fact := range facts {
		ins := f.At(fact.Span.Start)
		if ins == nil || !ins.Span.Overlaps(span) {
			continue
		}
		out = append(out, feature.InlayHint{
			Offset: lineEnd(f.Source, ins.Span.Start), Label: factLabel(fact), Kind: feature.InlayValue,
			Tooltip: factTooltip(fact), PaddingLeft: true,
		})
	}
	return out
}

func factLabel(fact buildinfo.Instruction) string {
	switch {
	case fact.Failure != nil:
		return "failed"
	case fact.Cached:
		return "CACHED"
	}
	return duration(fact.Duration)
}

func factTooltip(fact buildinfo.Instruction) string {
	s := "In the last build"
	if fact.Target != "" {
		s += " of " + code(fact.Target)
	}
	if fact.Failure != nil {
		return s + ": " + fact.Failure.Message
	}
	return s + "."
}

// duration prints a duration with the digits that matter.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
