package workspace

import (
	"context"
	"runtime"
	"sync"
	"weak"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
)

// models shares parses between files of equal content, such as a document
// that was closed unchanged or a file that was touched. It keeps none alive.
type models struct {
	mu          sync.Mutex
	dockerfiles map[string]weak.Pointer[dockerfile.File] // by content hash
}

func newModels() *models {
	return &models{dockerfiles: make(map[string]weak.Pointer[dockerfile.File])}
}

// dockerfile returns the model of f's content, parsing it when no file of the
// same content is alive.
func (m *models) dockerfile(f *File) *dockerfile.File {
	hash := f.Hash()
	m.mu.Lock()
	known := m.dockerfiles[hash].Value()
	m.mu.Unlock()
	if known != nil {
		return known
	}
	model := dockerfile.Parse(f.source)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dockerfiles[hash] = weak.Make(model)
	runtime.AddCleanup(model, m.forget, hash)
	return model
}

// forget drops an entry whose model is gone, unless another took its place.
func (m *models) forget(hash string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dockerfiles[hash].Value() == nil {
		delete(m.dockerfiles, hash)
	}
}

// since says how a text differs from an earlier one whose model is known: the
// bytes [start, oldEnd) of the earlier text became [start, newEnd) of this one.
type since struct {
	model                 *dockerfile.File
	start, oldEnd, newEnd int
	edited                bool
}

// then adds edits, each in terms of the text the one before it made.
func (s since) then(list []text.Edit) since {
	for _, e := range list {
		if !s.edited {
			s.start, s.oldEnd, s.newEnd, s.edited = e.Span.Start, e.Span.Start, e.Span.Start, true
		}
		s.start = min(s.start, e.Span.Start)
		if grow := e.Span.End - s.newEnd; grow > 0 {
			s.oldEnd, s.newEnd = s.oldEnd+grow, s.newEnd+grow
		}
		s.newEnd += len(e.New) - e.Span.Len()
	}
	return s
}

// update makes the model of the text that the edits led to.
func (s since) update(source string) *dockerfile.File {
	if !s.edited {
		return s.model
	}
	replaced := text.Span{Start: s.start, End: s.oldEnd}
	inserted := text.Span{Start: s.start, End: s.newEnd}
	return s.model.Update(source, []text.Edit{{Span: replaced, New: inserted.In(source)}})
}

// modelOrSince is where the next state's model can start from.
func (f *File) modelOrSince() since {
	if model, ok := f.model.peek(); ok {
		return since{model: model}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.since
}

// Dockerfile is the model of the file's text read as a Dockerfile. An edited
// document's model is made from the one before the edit.
func (f *File) Dockerfile() *dockerfile.File {
	model, err := f.model.get(context.Background(), func(context.Context) (*dockerfile.File, error) {
		f.mu.Lock()
		before := f.since
		f.mu.Unlock()
		if before.model == nil {
			return f.shared.dockerfile(f), nil
		}
		return before.update(f.source), nil
	})
	if err != nil { // the computation cannot fail and its context never ends
		return dockerfile.Parse(f.source)
	}
	f.mu.Lock()
	f.since = since{} // lets the old model go
	f.mu.Unlock()
	return model
}

// syntax is the parse of a Bake file under one name: cell is of this text, old
// of an earlier one, to take over what an edit left alone.
type syntax struct {
	cell cell[*bake.Syntax]
	old  *bake.Syntax
}

// oldSyntax is where the next state's parses can start from.
func (f *File) oldSyntax() map[string]*syntax {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := make(map[string]*syntax, len(f.syntax))
	for name, s := range f.syntax {
		old := s.old
		if made, ok := s.cell.peek(); ok {
			old = made
		}
		next[name] = &syntax{old: old}
	}
	return next
}

// BakeFile is the file as a part of a definition that calls it name, parsed.
func (f *File) BakeFile(name string) bake.File {
	f.mu.Lock()
	s := f.syntax[name]
	if s == nil {
		if f.syntax == nil {
			f.syntax = make(map[string]*syntax)
		}
		s = new(syntax)
		f.syntax[name] = s
	}
	f.mu.Unlock()
	file := bake.File{Name: name, Path: f.Path, Data: []byte(f.source)}
	parsed, err := s.cell.get(context.Background(), func(context.Context) (*bake.Syntax, error) {
		if s.old == nil {
			return bake.Parse(file), nil
		}
		return bake.Reparse(s.old, file), nil
	})
	if err == nil { // it cannot fail; without it the definition parses by itself
		file.Syntax = parsed
	}
	return file
}
