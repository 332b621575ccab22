package handler

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/internal/workspace"
	"github.com/buildlens/buildlens/lsp/convert"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

func (s *Server) didOpen(_ context.Context, p *protocol.DidOpenTextDocumentParams) error {
	path := convert.Path(p.TextDocument.URI)
	s.uris.set(path, uri.URI(strings.Clone(string(p.TextDocument.URI))))
	snap := s.session.Apply(workspace.Opened{
		Path: path, LanguageID: strings.Clone(string(p.TextDocument.LanguageID)),
		Version: p.TextDocument.Version, Text: strings.Clone(p.TextDocument.Text),
	})
	s.publisher.Opened(snap.File(path))
	s.passes.changed(path)
	if !s.client.WatchesFiles {
		s.revalidate()
	}
	return nil
}

// didChange applies the changes in order, each to the text the one before it made.
func (s *Server) didChange(_ context.Context, p *protocol.DidChangeTextDocumentParams) error {
	path := convert.Path(p.TextDocument.URI)
	before := s.session.Snapshot().File(path)
	if before == nil || !before.Open {
		return fmt.Errorf("change of %s, which is not open", path)
	}
	lines := before.Lines()
	edits := make([]text.Edit, 0, len(p.ContentChanges))
	for _, change := range p.ContentChanges {
		e, err := s.edit(lines, change)
		if err != nil {
			return err
		}
		lines, edits = lines.Edit(e), append(edits, e)
	}
	snap := s.session.Apply(workspace.Edited{Path: path, Version: p.TextDocument.Version, Lines: lines, Edits: edits})
	s.publisher.Edited(snap.File(path), edits)
	s.passes.changed(path)
	return nil
}

// edit converts one change of the text that lines indexes.
func (s *Server) edit(lines *text.Lines, change protocol.TextDocumentContentChangeEvent) (text.Edit, error) {
	switch c := change.(type) {
	case *protocol.TextDocumentContentChangePartial:
		span := convert.NewMapper(lines, s.client.Encoding).Span(c.Range)
		return text.Edit{Span: span, New: strings.Clone(c.Text)}, nil
	case *protocol.TextDocumentContentChangeWholeDocument:
		return difference(lines.Source(), strings.Clone(c.Text)), nil
	}
	return text.Edit{}, fmt.Errorf("a change of unknown form %T", change)
}

// difference is the one edit that leads from before to after and leaves their
// common beginning and end alone.
func difference(before, after string) text.Edit {
	start := 0
	for start < len(before) && start < len(after) && before[start] == after[start] {
		start++
	}
	oldEnd, newEnd := len(before), len(after)
	for oldEnd > start && newEnd > start && before[oldEnd-1] == after[newEnd-1] {
		oldEnd, newEnd = oldEnd-1, newEnd-1
	}
	return text.Edit{Span: text.Span{Start: start, End: oldEnd}, New: after[start:newEnd]}
}

// didSave looks at the disk again: what is saved may be read by other files
// through paths that no editor watches.
func (s *Server) didSave(_ context.Context, p *protocol.DidSaveTextDocumentParams) error {
	path := convert.Path(p.TextDocument.URI)
	s.session.Apply(workspace.Saved{Path: path})
	s.passes.dependents(path)
	s.revalidate()
	return nil
}

func (s *Server) didClose(_ context.Context, p *protocol.DidCloseTextDocumentParams) error {
	path := convert.Path(p.TextDocument.URI)
	was := s.session.Snapshot().OpenFile(path)
	snap := s.session.Apply(workspace.Closed{Path: path})
	s.passes.closed(path)
	s.run(func() { // the disk's text is read, which the read loop must not wait for
		s.publisher.Closed(path, was, snap.File(path))
		s.passes.changed(path)
	})
	return nil
}

// didChangeWatchedFiles takes new, changed and deleted files alike: what they
// are now is read when somebody asks.
func (s *Server) didChangeWatchedFiles(_ context.Context, p *protocol.DidChangeWatchedFilesParams) error {
	paths := make([]string, len(p.Changes))
	for i, change := range p.Changes {
		paths[i] = convert.Path(change.URI)
	}
	s.session.Apply(workspace.DiskChanged{Paths: paths})
	s.passes.changed(paths...)
	return nil
}

// revalidateInterval is the least time between two looks at everything that
// was read: a look costs a system call a file.
const revalidateInterval = 500 * time.Millisecond

// revalidate compares what was read with the disk, off the read loop. Calls
// that come while a look is due or under way are one.
func (s *Server) revalidate() {
	if !s.revalidating.CompareAndSwap(false, true) {
		return
	}
	s.run(func() {
		select {
		case <-time.After(time.Until(s.revalidated.Add(revalidateInterval))):
		case <-s.conn.Context().Done():
			return
		}
		s.revalidated = time.Now()
		s.revalidating.Store(false)
		if changed := s.session.Revalidate(); len(changed) > 0 {
			s.passes.changed(changed...)
		}
	})
}
