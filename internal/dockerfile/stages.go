package dockerfile

import (
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// resolve builds what spans instructions: stages, declarations, and the
// diagnostics that need both.
func (f *File) resolve() {
	f.preamble = &Stage{Index: -1, decls: map[string][]*Decl{}}
	f.byName = map[string]*Stage{}
	current := f.preamble
	for _, ins := range f.Instructions {
		if ins.Cmd == "FROM" {
			current = f.openStage(ins)
		}
		current.add(ins)
	}
	f.collect()
}

// add appends ins and its declarations to the stage.
func (s *Stage) add(ins *Instruction) {
	ins.Stage, ins.index = s, len(s.Instructions)
	if ins.Trigger != nil {
		ins.Trigger.Stage, ins.Trigger.index = s, ins.index
	}
	s.Instructions = append(s.Instructions, ins)
	if s.Span.IsZero() {
		s.Span = ins.Span
	}
	s.Span.End = ins.Span.End
	if ins.Cmd == "SHELL" && ins.JSON && len(ins.Words) > 0 {
		s.shells = append(s.shells, ins)
	}
	if ins.Cmd != "ARG" && ins.Cmd != "ENV" {
		return
	}
	for _, p := range ins.Pairs {
		if p.Key != "" {
			s.decls[p.Key] = append(s.decls[p.Key], &Decl{Pair: p, Arg: ins.Cmd == "ARG", Owner: ins})
		}
	}
}

// openStage starts the stage of a FROM and finds the stage it builds on.
func (f *File) openStage(ins *Instruction) *Stage {
	s := &Stage{Index: len(f.Stages), From: ins, Platform: ins.Flag("platform"), decls: map[string][]*Decl{}}
	if len(ins.Words) > 0 {
		s.Base = ins.Words[0]
		s.BaseName = s.Base.Text
		if strings.IndexByte(s.BaseName, '$') >= 0 {
			s.BaseName = f.expand(s.Base.Text, globals{f: f, before: 1 << 30})
		}
		s.Parent = f.byName[strings.ToLower(s.BaseName)]
	}
	if len(ins.Words) > 2 && strings.EqualFold(ins.Words[1].Text, "AS") {
		s.As, s.Name = ins.Words[1], ins.Words[2]
	}
	s.root = s
	if up := s.Parent; up != nil {
		s.root, s.baseShell = up.root, up.lastShell(wholeStage)
	}
	f.Stages = append(f.Stages, s)
	if s.Name.Text != "" {
		f.byName[strings.ToLower(s.Name.Text)] = s
	}
	return s
}

// Preamble is what stands above the first FROM: the global ARGs.
func (f *File) Preamble() *Stage { return f.preamble }

// StageNamed returns the last stage of a name before the stage of the given
// index, or nil. Names compare without case.
func (f *File) StageNamed(name string, before int) *Stage {
	for i := min(before, len(f.Stages)) - 1; i >= 0; i-- {
		if n := f.Stages[i].Name.Text; n != "" && strings.EqualFold(n, name) {
			return f.Stages[i]
		}
	}
	return nil
}

// Scratch tells whether the stage is built from nothing, through any number of
// other stages.
func (s *Stage) Scratch() bool {
	root := s.Root()
	return root.Parent == nil && root.BaseName == "scratch"
}

// Root follows the stages that FROM names back to the one that starts from an
// image.
func (s *Stage) Root() *Stage {
	if s.root == nil { // the preamble
		return s
	}
	return s.root
}

// lastShell is the SHELL that holds at the instruction of the given index; nil
// when it is the default.
func (s *Stage) lastShell(before int) *Instruction {
	for i := len(s.shells) - 1; i >= 0; i-- {
		if s.shells[i].index < before {
			return s.shells[i]
		}
	}
	return s.baseShell
}

// Label names a stage for people: its name, or "stage 2".
func (s *Stage) Label() string {
	if s.Name.Text != "" {
		return s.Name.Text
	}
	return "stage " + strconv.Itoa(s.Index)
}

// Target is what selects the stage in a build: its name, or its number.
func (s *Stage) Target() string {
	if s.Name.Text != "" {
		return strings.ToLower(s.Name.Text)
	}
	return strconv.Itoa(s.Index)
}

// StageRefs lists the places that name a stage or an image, in order.
func (f *File) StageRefs() []StageRef {
	var refs []StageRef
	for _, ins := range f.Instructions {
		refs = append(refs, f.refsOf(ins)...)
	}
	return refs
}

func (f *File) refsOf(ins *Instruction) []StageRef {
	owner, before := ins, 0
	if ins.Trigger != nil {
		ins = ins.Trigger
	}
	if owner.Stage != nil {
		before = max(owner.Stage.Index, 0)
	}
	switch ins.Cmd {
	case "FROM":
		if owner != ins || len(ins.Words) == 0 {
			return nil
		}
		return []StageRef{{Name: owner.Stage.BaseName, Span: ins.Words[0].Span, Owner: owner, Stage: owner.Stage.Parent}}
	case "COPY":
		if fl := ins.Flag("from"); fl != nil && fl.HasValue {
			return []StageRef{{Name: fl.Value, Span: fl.Val, Owner: owner, Stage: f.copySource(fl.Value, before+1)}}
		}
	case "RUN":
		return f.mountRefs(ins, owner, before)
	}
	return nil
}

func (f *File) mountRefs(ins, owner *Instruction, before int) []StageRef {
	var refs []StageRef
	for i := range ins.Flags {
		if ins.Flags[i].Name != "mount" {
			continue
		}
		if from := ins.Flags[i].Field("from"); from != nil && from.HasValue {
			refs = append(refs, StageRef{Name: from.Value, Span: from.ValSpan, Owner: owner, Stage: f.StageNamed(from.Value, before+1)})
		}
	}
	return refs
}

// copySource finds the stage of "COPY --from", which may be its number. BuildKit
// looks among all stages: the one of the COPY itself is found too, and is an
// error.
func (f *File) copySource(name string, before int) *Stage {
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < min(before, len(f.Stages)) {
		return f.Stages[n]
	}
	return f.StageNamed(name, before)
}

// collect gathers the diagnostics of the whole file.
func (f *File) collect() {
	if f.foreign {
		d := f.Directive(DirectiveSyntax)
		f.Diagnostics = []diag.Diagnostic{{
			Span: d.Val, Severity: diag.Information, Source: diag.SourceSyntax, Code: "foreign-frontend",
			Message: "This file is built by the frontend " + d.Value + ": its instructions are not checked here.",
		}}
		return
	}
	for _, ins := range f.Instructions {
		if ins.issue != nil {
			f.Diagnostics = append(f.Diagnostics, *ins.issue)
		}
	}
	f.checkStages()
	f.checkLength()
}

// checkStages reports a file without stages, and the first instruction that
// stands outside of one.
func (f *File) checkStages() {
	if len(f.Instructions) == 0 {
		f.report(text.At(len(strings.TrimRight(f.Source, " \t\r\n"))), "no-instructions", "The Dockerfile has no instructions: it starts with FROM.")
		return
	}
	for _, ins := range f.preamble.Instructions {
		if ins.Cmd != "ARG" && ins.issue == nil {
			f.report(ins.Keyword.Span, "no-stage", "No build stage: only ARG may stand above the first FROM.")
			return
		}
	}
	if len(f.Stages) == 0 {
		last := f.Instructions[len(f.Instructions)-1]
		f.report(last.Keyword.Span, "no-stage", "The Dockerfile has no stage to build: FROM is missing.")
	}
}

// maxLine is the length that BuildKit's scanner allows a physical line,
// its line break included.
const maxLine = 64*1024 - 1

func (f *File) checkLength() {
	if len(f.Source) <= maxLine {
		return
	}
	for start := 0; start < len(f.Source); {
		end := strings.IndexByte(f.Source[start:], '\n') + start + 1
		if end == start {
			end = len(f.Source)
		}
		if end-start > maxLine {
			f.report(text.Span{Start: start, End: end}, "long-line", "The line is longer than the "+strconv.Itoa(maxLine)+" bytes BuildKit reads.")
			return
		}
		start = end
	}
}
