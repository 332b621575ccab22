package dockerfile

import (
	"context"
	"sort"

	"github.com/buildlens/buildlens/internal/diag"
)

// LintOptions are the facts from outside the file that rules can use. The zero
// value lints with the file alone.
type LintOptions struct {
	Args         map[string]string // build arguments
	Target       string            // stage to build; empty lints all
	Platform     string            // platform to build for; empty: linux/amd64
	DockerIgnore []byte            // content of the .dockerignore that applies; nil when there is none, or it is unknown

	// NoContext tells why it is not known which .dockerignore applies, as the
	// end of a sentence; empty when it is.
	NoContext string

	// Practices are the best-practice rules to check, by code, with their
	// severities: DefaultPractices, changed as settings say. nil checks none.
	Practices map[string]diag.Severity
	// Registries are those that DL3026 allows, such as "docker.io"; none: all.
	Registries []string
	// Contexts are the named build contexts that FROM and --from may use
	// besides stages and images.
	Contexts []string
	// Shell reports syntax errors of the shell code in instructions.
	Shell bool
	// Unchecked reports, once and as information, the rules that could not be
	// checked for want of facts.
	Unchecked bool

	// Image returns the configuration (JSON) of a base image, as far as it is
	// known. It may be nil. It must not block: it is asked while linting, by
	// several goroutines.
	Image func(ref, platform string) (config []byte, ok bool)
}

// maxRounds bounds how many errors of the whole build one pass of Lint finds:
// each costs a run of BuildKit's frontend.
const maxRounds = 16

// A LintResult is what a lint found, kept in a way that the lint after the
// next edit can use. It is immutable and does not hold on to the file.
type LintResult struct {
	Diagnostics []diag.Diagnostic // by place

	keys  keyring
	units map[uint64]*unit // by key
	asked *questions
	whole bool // something in it cannot be told apart by stage
}

// A unit is what BuildKit found in one stage, or in the preamble.
type unit struct {
	findings []finding
	errors   int
}

// A finding is one warning or error of BuildKit about an instruction. It knows
// no offset, so it outlives edits elsewhere.
type finding struct {
	ins       int // in Stage.Instructions
	rule, url string
	message   string
	word      int  // the word of the instruction that it is about; -1 for none
	isError   bool // the build would fail; rule and url are empty
}

// Lint runs BuildKit's linter and the conversion it belongs to, without a
// daemon. It returns the violated rules, and the errors that only show up when
// the file is taken as a whole, such as a bad port. What Parse has already
// reported is left out. An instruction with an error does not hide the rest:
// it is blanked, and the others are linted again.
//
// Lint returns nil when ctx is done.
func Lint(ctx context.Context, f *File, opt LintOptions) []diag.Diagnostic {
	if r := f.LintFrom(ctx, nil, opt); r != nil {
		return r.Diagnostics
	}
	return nil
}

// LintFrom is Lint with the result of an earlier lint at hand, of this file
// before an edit or of any other: stages whose text and surroundings are those
// of an earlier one are not linted again. earlier may be nil. The diagnostics
// equal those of Lint. It returns nil when ctx is done.
func (f *File) LintFrom(ctx context.Context, earlier *LintResult, opt LintOptions) *LintResult {
	if f.foreign || len(f.Instructions) == 0 || len(f.Stages) == 0 {
		return &LintResult{}
	}
	k := f.keys(earlier, opt)
	p := newLintPass(f, opt)
	partial := k.follows(earlier, opt) && p.reuse(earlier, k)
	p.collect(ctx)
	if partial && p.lost {
		p = newLintPass(f, opt)
		p.collect(ctx)
	}
	if ctx.Err() != nil {
		return nil
	}
	return p.result(k)
}

// collect runs BuildKit over the units to do, again for each error.
func (p *lintPass) collect(ctx context.Context) {
	if len(p.todo) == 0 {
		return
	}
	more := true
	for round := 0; more && ctx.Err() == nil; round++ {
		if round == maxRounds {
			p.lost = true
			break
		}
		res, err := run(ctx, p.document(), p.opt, p.asked)
		if err != nil {
			p.lost = true
			break
		}
		more = p.take(res)
	}
	p.contextRules()
}

// result puts together what was found and what was taken over.
func (p *lintPass) result(k keyring) *LintResult {
	r := &LintResult{keys: k, units: make(map[uint64]*unit, len(p.units)), asked: p.asked}
	r.whole = p.lost || k.whole || p.asked.triggers()
	for s, u := range p.units {
		r.units[k.stages[s]] = u
		p.report(s, u)
	}
	p.casing()
	p.practices()
	p.shell()
	p.unchecked()
	sort.SliceStable(p.out, func(i, j int) bool {
		a, b := &p.out[i], &p.out[j]
		if a.Span.Start != b.Span.Start {
			return a.Span.Start < b.Span.Start
		}
		if a.Code != b.Code {
			return a.Code < b.Code
		}
		return a.Message < b.Message
	})
	r.keys.stages = nil
	r.Diagnostics = p.out
	return r
}
