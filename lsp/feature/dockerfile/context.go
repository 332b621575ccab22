package dockerfile

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/buildlens/buildlens/internal/diag"
	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
)

// A ContextFS is what features need to look into a build context; the FS of a
// workspace's snapshot is one. Paths are absolute.
type ContextFS interface {
	Stat(path string) (fs.FileInfo, error)
	List(dir string) ([]fs.DirEntry, error) // sorted by name
}

// A BuildContext is the folder that a Dockerfile is built with.
type BuildContext struct {
	FS         ContextFS
	Dir        string // absolute
	Ignore     []byte // content of the .dockerignore that applies; nil when there is none
	IgnorePath string // where that is, or would be
}

// The codes of MissingSources.
const (
	CodeMissingSource  = "missing-source"
	CodeExcludedSource = "excluded-source"
)

// matcher is that of the .dockerignore; nil when it excludes nothing.
func (b *BuildContext) matcher() *patternmatcher.PatternMatcher {
	patterns, err := ignorefile.ReadAll(bytes.NewReader(b.Ignore))
	if err != nil || len(patterns) == 0 {
		return nil
	}
	m, err := patternmatcher.New(patterns)
	if err != nil { // BuildKit refuses it; the build says so
		return nil
	}
	return m
}

// excludes tells whether .dockerignore keeps a path, relative to the context,
// out of the build.
func excludes(m *patternmatcher.PatternMatcher, name string) bool {
	if m == nil || name == "." {
		return false
	}
	out, err := m.MatchesOrParentMatches(name)
	return err == nil && out
}

// MissingSources reports the sources of COPY and ADD that the build context
// does not hold, or that .dockerignore excludes where BuildKit's own rule does
// not look: when some patterns bring files back.
func MissingSources(f *df.File, b *BuildContext, args map[string]string) []diag.Diagnostic {
	if f.Foreign() {
		return nil
	}
	var out []diag.Diagnostic
	m := b.matcher()
	for _, ins := range f.Instructions {
		for _, w := range localSources(ins) {
			if d, ok := b.missing(f, ins, w, m, args); ok {
				out = append(out, d)
			}
		}
	}
	return out
}

// localSources are the words of an instruction that name something in the
// build context.
func localSources(ins *df.Instruction) []df.Word {
	inContext := ins.Cmd == "COPY" && ins.Flag("from") == nil || ins.Cmd == "ADD"
	if !inContext || ins.Stage == nil || ins.Stage.Index < 0 || len(ins.Words) < 2 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(ins.Words[:len(ins.Words)-1]), func(w df.Word) bool {
		return strings.HasPrefix(w.Text, "<<") || strings.Contains(w.Text, "://") || strings.HasPrefix(w.Text, "git@")
	})
}

// inContext is a source as a path relative to the context; not ok when it is
// only known when the build runs, or may stand for nothing.
func inContext(f *df.File, ins *df.Instruction, w df.Word, args map[string]string) (name string, ok bool) {
	for _, u := range ins.Uses {
		if _, set := args[u.Name]; set && w.Span.Encloses(u.Span) {
			return "", false
		}
	}
	name = f.Expand(ins, w.Text)
	if name == "" || strings.ContainsAny(name, "$*?[\\\"'") || strings.Contains(name, "://") {
		return "", false
	}
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" {
		name = "."
	}
	return name, true
}

func (b *BuildContext) missing(f *df.File, ins *df.Instruction, w df.Word, m *patternmatcher.PatternMatcher, args map[string]string) (diag.Diagnostic, bool) {
	d := diag.Diagnostic{Span: w.Span, Severity: diag.Warning, Source: diag.SourceReferences}
	name, ok := inContext(f, ins, w, args)
	if !ok {
		return d, false
	}
	info, err := b.FS.Stat(filepath.Join(b.Dir, filepath.FromSlash(name)))
	switch out := excludes(m, name); {
	case out && !m.Exclusions():
		return d, false // CopyIgnoredFile
	case errors.Is(err, fs.ErrNotExist):
		d.Code, d.Message = CodeMissingSource, "The build context holds no '"+name+"'."
		d.Fixes = b.nearFix(w, name)
	case err == nil && out && !info.IsDir():
		d.Code, d.Message = CodeExcludedSource, "'"+name+"' is excluded by .dockerignore."
	default:
		return d, false
	}
	return d, true
}

// nearFix offers the entry of the folder whose name is near.
func (b *BuildContext) nearFix(w df.Word, name string) []diag.Fix {
	entries, err := b.FS.List(filepath.Join(b.Dir, filepath.FromSlash(path.Dir(name))))
	base := path.Base(name)
	if err != nil || !strings.HasSuffix(strings.TrimSuffix(w.Text, "/"), base) || w.Span.Len() != len(w.Text) {
		return nil
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	near := text.Near(base, names)
	if near == "" {
		return nil
	}
	end := w.Span.Start + len(strings.TrimSuffix(w.Text, "/"))
	span := text.Span{Start: end - len(base), End: end}
	return []diag.Fix{{Title: "Change to '" + near + "'", Edits: []diag.FileEdit{{Edit: text.Edit{Span: span, New: near}}}, Preferred: true}}
}

// WithContextFixes adds to diagnostics about excluded sources the fix that
// brings them back in .dockerignore. It returns a new list. The fix touches
// another file and is never part of fix-all.
func WithContextFixes(f *df.File, list []diag.Diagnostic, b *BuildContext) []diag.Diagnostic {
	out := slices.Clone(list)
	for i, d := range out {
		if d.Code != linter.RuleCopyIgnoredFile.Name && d.Code != CodeExcludedSource || b.IgnorePath == "" {
			continue
		}
		if name, ok := sourceAt(f, d.Span); ok {
			out[i].Fixes = append(slices.Clone(d.Fixes), diag.Fix{
				Title: "Keep '" + name + "' in the build context (.dockerignore)",
				Edits: []diag.FileEdit{{Path: b.IgnorePath, Edit: text.Edit{Span: text.At(len(b.Ignore)), New: b.bringBack(name)}}},
			})
		}
	}
	return out
}

// sourceAt is the source of COPY or ADD that a diagnostic is about.
func sourceAt(f *df.File, s text.Span) (string, bool) {
	ins := f.At(s.Start)
	if ins == nil {
		return "", false
	}
	for _, w := range localSources(ins) {
		if w.Span == s {
			name, ok := inContext(f, ins, w, nil)
			return name, ok && name != "."
		}
	}
	return "", false
}

// bringBack is the line that includes a path again, to append to .dockerignore.
func (b *BuildContext) bringBack(name string) string {
	line := "!" + name + "\n"
	if n := len(b.Ignore); n > 0 && b.Ignore[n-1] != '\n' {
		line = "\n" + line
	}
	return line
}
