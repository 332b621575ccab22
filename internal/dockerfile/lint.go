package dockerfile

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// LintOptions are the facts from outside the file that rules can use. The zero
// value lints with the file alone.
type LintOptions struct {
	Args         map[string]string // build arguments
	Target       string            // stage to build; empty lints all
	Platform     string            // platform to build for; empty: linux/amd64
	DockerIgnore []byte            // content of the .dockerignore that applies; nil when there is none, or it is unknown

	// Image returns the configuration (JSON) of a base image, as far as it is
	// known. It may be nil. It must not block: it is asked while linting.
	Image func(ref, platform string) (config []byte, ok bool)
}

// maxRounds bounds how many errors of the whole build one pass of Lint finds:
// each costs a run of BuildKit's frontend.
const maxRounds = 16

// Lint runs BuildKit's linter and the conversion it belongs to, without a
// daemon. It returns the violated rules, and the errors that only show up when
// the file is taken as a whole, such as a bad port. What Parse has already
// reported is left out. An instruction with an error does not hide the rest:
// it is blanked, and the others are linted again.
//
// Lint returns nil when ctx is done.
func Lint(ctx context.Context, f *File, opt LintOptions) []diag.Diagnostic {
	if f.foreign || len(f.Instructions) == 0 {
		return nil
	}
	p := newLintPass(f, opt)
	for range maxRounds {
		if ctx.Err() != nil {
			return nil
		}
		src, ok := p.source()
		if !ok {
			break
		}
		res, err := run(ctx, src, opt)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil || !p.take(res) {
			break
		}
	}
	p.contextRules()
	return p.out
}

// run calls BuildKit. A panic in it, on input its authors did not think of,
// costs the lint of this version of the file and not the server.
func run(ctx context.Context, src string, opt LintOptions) (res *lint.LintResults, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("linting: BuildKit panicked: %v", r)
		}
	}()
	platform, err := platforms.Parse(orDefault(opt.Platform, "linux/amd64"))
	if err != nil {
		return nil, fmt.Errorf("parsing the platform to lint for: %w", err)
	}
	args := make(map[string]string, len(opt.Args)) // BuildKit changes the map it is given
	for k, v := range opt.Args {
		args[k] = v
	}
	return dockerfile2llb.DockerfileLint(ctx, []byte(src), dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{
			BuildArgs:      args,
			Target:         opt.Target,
			BuildPlatforms: []ocispecs.Platform{platform},
		},
		TargetPlatform: &platform,
		MetaResolver:   resolver{opt},
		SourceMap:      &llb.SourceMap{Filename: "Dockerfile", Language: "Dockerfile", Definition: &llb.Definition{}},
	})
}

func orDefault(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// resolver answers for the configurations of base images: what is known, else
// an empty image of the platform that was asked for. It never touches the
// network.
type resolver struct {
	opt LintOptions
}

// ResolveImageConfig implements llb.ImageMetaResolver.
func (r resolver) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	if err := ctx.Err(); err != nil {
		return "", "", nil, err
	}
	platform := platforms.MustParse("linux/amd64")
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		platform = *opt.ImageOpt.Platform
	}
	if r.opt.Image != nil {
		if config, ok := r.opt.Image(ref, platforms.Format(platform)); ok {
			return ref, "", config, nil
		}
	}
	config, err := json.Marshal(ocispecs.Image{Platform: platform})
	return ref, "", config, err
}

// A lintPass gathers the results of several runs over one file.
type lintPass struct {
	f      *File
	opt    LintOptions
	lines  *text.Lines
	broken map[*Instruction]bool
	seen   map[string]bool // warnings taken
	out    []diag.Diagnostic
	strict bool // "# check=error=true"
}

func newLintPass(f *File, opt LintOptions) *lintPass {
	p := &lintPass{f: f, opt: opt, lines: text.NewLines(f.Source), broken: map[*Instruction]bool{}, seen: map[string]bool{}}
	for _, ins := range f.Instructions {
		if ins.issue != nil || ins.Stage == f.preamble && ins.Cmd != "ARG" {
			p.broken[ins] = true
		}
	}
	if d := f.Directive(DirectiveCheck); d != nil {
		p.strict = checkConfig(d.Value).ReturnAsError
	}
	return p
}

// take turns the result of a run into diagnostics. It tells whether another
// run is worth it: an error was found and the instruction at fault blanked.
func (p *lintPass) take(res *lint.LintResults) bool {
	for _, w := range res.Warnings {
		p.warning(w)
	}
	if res.Error == nil || strings.HasPrefix(res.Error.Message, "lint violation found") {
		return false
	}
	return p.buildError(res.Error)
}

func (p *lintPass) warning(w lint.Warning) {
	ins := p.at(w.Location.GetRanges())
	line := int32(0)
	if r := w.Location.GetRanges(); len(r) > 0 {
		line = r[0].GetStart().GetLine()
	}
	key := fmt.Sprintf("%s:%d:%s", w.RuleName, line, w.Detail)
	if ins == nil || p.seen[key] || p.broken[ins] && w.RuleName == "ConsistentInstructionCasing" {
		return
	}
	p.seen[key] = true
	base := diag.Diagnostic{
		Span: ins.Head, Severity: diag.Warning, Source: diag.SourceBuildKit,
		Code: w.RuleName, URL: w.URL, Message: sentence(w.Detail),
	}
	if p.strict {
		base.Severity = diag.Error
	}
	p.out = append(p.out, p.refine(ins, base)...)
}

// refine narrows a warning about an instruction to the tokens it means.
func (p *lintPass) refine(ins *Instruction, base diag.Diagnostic) []diag.Diagnostic {
	for _, r := range ruleTable {
		if r.name != base.Code {
			continue
		}
		if found := r.locate(p, ins, base); len(found) > 0 {
			return found
		}
	}
	return []diag.Diagnostic{base}
}

// buildError reports an error of the whole build at the token at fault.
func (p *lintPass) buildError(e *lint.BuildError) bool {
	ins := p.at(e.Location.GetRanges())
	if ins == nil {
		ins = p.quoted(e.Message)
	}
	if ins == nil || p.broken[ins] {
		p.unlocated(e.Message)
		return false
	}
	p.broken[ins] = true
	p.out = append(p.out, explainBuild(ins, e.Message))
	return true
}

// unlocated reports an error that BuildKit gives no place at the last FROM. When Parse has reported errors it may
// be an echo of those and is dropped.
func (p *lintPass) unlocated(message string) {
	if p.f.HasErrors() || len(p.f.Stages) == 0 {
		return
	}
	for _, d := range p.out {
		if d.Severity == diag.Error && d.Source == diag.SourceBuildKit {
			return
		}
	}
	p.out = append(p.out, explainBuild(p.f.Stages[len(p.f.Stages)-1].From, message))
}

// quoted finds the first instruction that an error without a place is about:
// those are about "COPY --from".
func (p *lintPass) quoted(message string) *Instruction {
	for _, ins := range p.f.Instructions {
		from := ins.Flag("from")
		if p.broken[ins] {
			continue
		}
		if from != nil && (strings.Contains(message, "--from") && strings.ContainsRune(from.Value, '$') || strings.HasSuffix(message, "stage index "+from.Value)) {
			return ins
		}
	}
	return nil
}

// at finds the instruction at the first line of a location. BuildKit's lines
// count from one; NoEmptyContinuation names the last line of an instruction.
func (p *lintPass) at(ranges []*rangePB) *Instruction {
	if len(ranges) == 0 {
		return nil
	}
	line := int(ranges[0].GetStart().GetLine()) - 1
	if line < 0 {
		return nil
	}
	span := text.Span{Start: p.lines.Start(line), End: p.lines.Start(line + 1)}
	if ins := p.f.At(span.End - 1); ins != nil && ins.Span.Start < span.End {
		return ins
	}
	for at := span.Start; at < span.End; at++ {
		if ins := p.f.At(at); ins != nil {
			return ins
		}
	}
	return p.f.Before(span.End)
}

// source is the text to lint: the broken instructions are replaced line by
// line, so that all others keep their place. It is not ok when nothing is
// left to lint.
func (p *lintPass) source() (string, bool) {
	if len(p.f.Stages) == 0 {
		return "", false
	}
	var b strings.Builder
	b.Grow(len(p.f.Source))
	last := 0
	replace := func(s text.Span, by string) {
		b.WriteString(p.f.Source[last:s.Start])
		b.WriteString(by)
		last = s.End
	}
	for _, d := range p.f.headerDiagnostics() {
		line := p.lines.Span(p.lines.Line(d.Span.Start))
		if line.Start >= last {
			replace(line, "#")
		}
	}
	for _, ins := range p.f.Instructions {
		if p.broken[ins] {
			span := text.Span{Start: p.lines.Start(p.lines.Line(ins.Span.Start)), End: ins.Span.End}
			replace(span, p.blank(ins, span))
		}
	}
	b.WriteString(p.f.Source[last:])
	return validUTF8(b.String()), true
}

// blank stands in for a broken instruction: as many lines of empty comments,
// which also keep the comments above it from reaching the next instruction. A
// stage stays a stage.
func (p *lintPass) blank(ins *Instruction, span text.Span) string {
	lines := strings.Count(span.In(p.f.Source), "\n")
	first := "#"
	if ins.Cmd == "FROM" {
		first = ins.Keyword.Text + " scratch"
		if name := ins.Stage.Name.Text; isStageName(name) {
			first += " " + ins.Stage.As.Text + " " + name
		}
	}
	return first + strings.Repeat("\n#", lines)
}
