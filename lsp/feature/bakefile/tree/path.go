package tree

import "sort"

// A Path is the way from a file's root to an offset.
type Path struct {
	Block   *Block   // the innermost block whose braces hold the offset; the root when none does
	Header  *Block   // the block in whose header the offset is, or nil
	Attr    *Attr    // whose span, or the rest of its line, holds the offset, or nil
	Exprs   []*Expr  // from the attribute's value inwards
	Entries []*Entry // the object entries on the way, outermost first
}

// Expr is the innermost expression at the offset, or nil.
func (p Path) Expr() *Expr {
	if len(p.Exprs) == 0 {
		return nil
	}
	return p.Exprs[len(p.Exprs)-1]
}

// At finds what stands at an offset. A place behind the last byte of a
// construct still belongs to it.
func (f *File) At(offset int) Path {
	p := Path{Block: f.Root}
	for p.Header == nil {
		inner := blockAt(p.Block, offset)
		switch {
		case inner == nil:
			p.attr(offset)
			return p
		case inner.Header.Contains(offset) && !inner.in(offset):
			p.Header = inner
		case inner.in(offset):
			p.Block = inner
		default:
			return p
		}
	}
	return p
}

// in tells whether an offset is between the block's braces.
func (b *Block) in(offset int) bool { return b.Inner.Contains(offset) && !b.Inner.IsZero() }

// blockAt finds the block inside b that holds an offset. Behind a closing
// brace it is outside.
func blockAt(b *Block, offset int) *Block {
	blocks := b.Blocks() // in order, and none inside another
	i := sort.Search(len(blocks), func(i int) bool { return blocks[i].Span.Start > offset }) - 1
	if i < 0 {
		return nil
	}
	if inner := blocks[i]; offset < inner.Span.End || !inner.Closed && offset == inner.Span.End {
		return inner
	}
	return nil
}

// attr finds the attribute at an offset, and the expressions in it.
func (p *Path) attr(offset int) {
	for _, a := range p.Block.Attrs() {
		if a.Span.Start > offset {
			break
		}
		if a.Span.Contains(offset) {
			p.Attr = a
		}
	}
	if p.Attr != nil && p.Attr.Value != nil {
		p.descend(p.Attr.Value, offset)
	}
}

// descend follows the expressions that hold an offset inwards.
func (p *Path) descend(e *Expr, offset int) {
	for e != nil && e.Span.Contains(offset) {
		p.Exprs = append(p.Exprs, e)
		e = p.inner(e, offset)
	}
}

// inner is the part of e that holds an offset, or nil.
func (p *Path) inner(e *Expr, offset int) *Expr {
	if bracketed(e.Kind) && !e.Inner.Contains(offset) {
		return nil
	}
	for _, entry := range e.Entries {
		if !entry.Span.Contains(offset) {
			continue
		}
		p.Entries = append(p.Entries, entry)
		switch {
		case entry.Value != nil && entry.Value.Span.Contains(offset):
			return entry.Value
		case entry.Key != nil && entry.Key.Span.Contains(offset):
			return entry.Key
		}
		return nil
	}
	for _, item := range e.Items {
		if item.Span.Contains(offset) {
			return item
		}
	}
	for _, step := range e.Steps {
		if step.Index != nil && step.Index.Span.Contains(offset) {
			return step.Index
		}
	}
	return nil
}

func bracketed(k Kind) bool { return k == List || k == Object || k == Paren || k == For }

// Walk visits an expression and all inside it, outermost first. It goes on
// inside an expression while visit answers true.
func (e *Expr) Walk(visit func(*Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	for _, entry := range e.Entries {
		if entry.Key != nil && !entry.bareKey() {
			entry.Key.Walk(visit)
		}
		entry.Value.Walk(visit)
	}
	for _, item := range e.Items {
		item.Walk(visit)
	}
	for _, step := range e.Steps {
		step.Index.Walk(visit)
	}
}

// bareKey tells whether the key is a bare name, which is no reference.
func (e *Entry) bareKey() bool { return e.Key.Kind == Ref && len(e.Key.Steps) == 0 }
