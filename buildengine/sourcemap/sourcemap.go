// Package sourcemap finds the instruction a step was made from. BuildKit's
// definitions, errors and warnings carry source maps that name files as the
// frontend saw them, inside a mount of a session; a Map knows what those mounts
// are on this machine.
package sourcemap

import (
	"path/filepath"
	"strings"
	"sync"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/internal/buildinfo"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// A Root is what one local mount of a session serves.
type Root struct {
	Dir string // absolute; empty when the files are on no disk
	// Inline is set when the mount holds a Dockerfile that is written inside
	// another file, whose text is Holder.
	Inline *buildengine.Dockerfile
	Holder []byte
}

// A Map is filled while targets are planned and solved, and asked while their
// progress is folded. It may be used by several goroutines.
type Map struct {
	mu    sync.Mutex
	roots map[mount]Root
	steps map[digest.Digest]*buildengine.Location
}

type mount struct{ session, name string }

// New makes an empty Map.
func New() *Map {
	return &Map{roots: map[mount]Root{}, steps: map[digest.Digest]*buildengine.Location{}}
}

// AddRoot says what a mount of a session is.
func (m *Map) AddRoot(session, name string, root Root) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.roots[mount{session, name}] = root
}

// AddDefinition learns the places of a definition's steps.
func (m *Map) AddDefinition(def *pb.Definition) {
	if def == nil || def.Source == nil {
		return
	}
	files := make([]*sourceFile, len(def.Source.Infos))
	for i, info := range def.Source.Infos {
		files[i] = m.file(info)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for dgst, locations := range def.Source.Locations {
		for _, l := range locations.GetLocations() {
			if i := int(l.SourceIndex); i >= 0 && i < len(files) && files[i] != nil {
				m.steps[digest.Digest(dgst)] = files[i].location(l.Ranges)
			}
		}
	}
}

// Step returns the place of a step, nil when it is not known.
func (m *Map) Step(dgst digest.Digest) *buildengine.Location {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.steps[dgst]
}

// Source returns the place that an error or a warning names, and the text it
// speaks of. It is nil for files that are not on this machine, such as those
// of a git context; the text is returned all the same.
func (m *Map) Source(info *pb.SourceInfo, ranges []*pb.Range) (*buildengine.Location, []byte) {
	if info == nil {
		return nil, nil
	}
	f := m.file(info)
	if f == nil {
		return nil, info.Data
	}
	return f.location(ranges), f.text
}

// file finds out which file of this machine a source is, nil when none.
func (m *Map) file(info *pb.SourceInfo) *sourceFile {
	session, name, ok := localSource(info.GetDefinition())
	if !ok {
		return nil
	}
	m.mu.Lock()
	root, ok := m.roots[mount{session, name}]
	m.mu.Unlock()
	switch {
	case !ok:
		return nil
	case root.Inline != nil:
		return inlineFile(info.Data, root)
	case root.Dir == "":
		return nil
	}
	return newSourceFile(filepath.Join(root.Dir, filepath.FromSlash(info.Filename)), info.Data)
}

// localSource finds the mount that a source file was read from.
func localSource(def *pb.Definition) (session, name string, ok bool) {
	for _, data := range def.GetDef() {
		var op pb.Op
		if err := op.Unmarshal(data); err != nil {
			continue
		}
		src := op.GetSource()
		if name, ok := strings.CutPrefix(src.GetIdentifier(), "local://"); ok {
			return src.Attrs[pb.AttrLocalSessionID], name, true
		}
	}
	return "", "", false
}

// A sourceFile is a file with what is needed to place lines of the text that
// was built in it.
type sourceFile struct {
	path  string
	hash  string
	text  []byte
	lines *text.Lines
	// place maps a zero-based line of the built text to one of the file.
	place func(line int) int
}

func newSourceFile(path string, data []byte) *sourceFile {
	return &sourceFile{
		path:  path,
		hash:  buildinfo.Hash(data),
		text:  data,
		lines: text.NewLines(string(data)),
		place: func(line int) int { return line },
	}
}

// location covers ranges, which the frontend gives line by line.
func (f *sourceFile) location(ranges []*pb.Range) *buildengine.Location {
	if len(ranges) == 0 {
		return nil
	}
	first, last := int32(-1), int32(-1)
	for _, r := range ranges {
		start, end := r.GetStart().GetLine(), max(r.GetEnd().GetLine(), r.GetStart().GetLine())
		if first < 0 || start < first {
			first = start
		}
		last = max(last, end)
	}
	from, to := f.place(int(first)-1), f.place(int(last)-1)
	span := text.Span{Start: f.lines.Span(from).Start, End: f.lines.Span(max(from, to)).End}
	return &buildengine.Location{Path: f.path, Hash: f.hash, Span: f.trim(span), Line: from + 1}
}

// trim leaves out the blanks around a span.
func (f *sourceFile) trim(span text.Span) text.Span {
	body := span.In(string(f.text))
	left := len(body) - len(strings.TrimLeft(body, " \t"))
	right := len(body) - len(strings.TrimRight(body, " \t\r"))
	if left+right >= len(body) {
		return span
	}
	return text.Span{Start: span.Start + left, End: span.End - right}
}
