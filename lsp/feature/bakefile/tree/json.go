package tree

import (
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// readJSON reads a whole file of JSON.
func readJSON(f *File) {
	f.Root = &Block{Inner: text.Span{Start: 0, End: len(f.Source)}, Closed: true}
	r := &reader{src: f.Source, end: len(f.Source)}
	r.junk()
	if r.peek() != '{' {
		return
	}
	top := r.jsonObject()
	f.Root.Inner, f.Root.Closed = top.Inner, top.Closed
	for _, entry := range top.Entries {
		name, ok := entry.Name()
		if !ok {
			continue
		}
		if labelled[name.Text] {
			f.Root.labelled(name, entry.Value)
			continue
		}
		f.Root.attr(name, entry)
	}
}

var labelled = map[string]bool{"target": true, "group": true, "variable": true, "function": true}

// attr adds an entry of an object as an attribute.
func (b *Block) attr(name Word, entry *Entry) {
	b.attrs = append(b.attrs, &Attr{Name: name, Span: entry.Span, Sep: entry.Sep, Value: entry.Value, Block: b})
}

// labelled adds the blocks of one kind: an object by label, or a list of those.
func (b *Block) labelled(kind Word, value *Expr) {
	for _, object := range objects(value) {
		section := &Block{Kind: kind, Parent: b, Span: object.Span, Inner: object.Inner, Closed: object.Closed}
		b.blocks = append(b.blocks, section)
		for _, entry := range object.Entries {
			name, ok := entry.Name()
			if !ok {
				continue
			}
			bodies := objects(entry.Value)
			if len(bodies) == 0 {
				section.blocks = append(section.blocks, &Block{Kind: kind, Labels: []Word{name}, Parent: section, Span: entry.Span, Header: entry.Span})
			}
			for _, body := range bodies {
				section.blocks = append(section.blocks, section.labelledBlock(kind, name, entry, body))
			}
		}
	}
}

func (b *Block) labelledBlock(kind, name Word, entry *Entry, body *Expr) *Block {
	out := &Block{
		Kind: kind, Labels: []Word{name}, Parent: b, Span: text.Span{Start: entry.Span.Start, End: body.Span.End},
		Header: text.Span{Start: entry.Span.Start, End: body.Span.Start}, Inner: body.Inner, Closed: body.Closed,
	}
	out.fill(body)
	return out
}

// fill adds the entries of an object: attributes, and the blocks a variable holds.
func (b *Block) fill(body *Expr) {
	for _, entry := range body.Entries {
		name, ok := entry.Name()
		switch {
		case !ok:
		case b.Kind.Text == "variable" && name.Text == "validation":
			for _, object := range objects(entry.Value) {
				inner := &Block{
					Kind: name, Parent: b, Span: text.Span{Start: entry.Span.Start, End: object.Span.End},
					Header: text.Span{Start: entry.Span.Start, End: object.Span.Start}, Inner: object.Inner, Closed: object.Closed,
				}
				inner.fill(object)
				b.blocks = append(b.blocks, inner)
			}
		default:
			b.attr(name, entry)
		}
	}
}

// objects lists an object, or the objects of a list.
func objects(e *Expr) []*Expr {
	switch {
	case e == nil:
	case e.Kind == Object:
		return []*Expr{e}
	case e.Kind == List:
		var out []*Expr
		for _, item := range e.Items {
			out = append(out, objects(item)...)
		}
		return out
	}
	return nil
}

// jsonValue reads one value, or nothing.
func (r *reader) jsonValue() *Expr {
	if r.depth++; r.depth > maxDepth {
		r.depth--
		return r.unreadable()
	}
	defer func() { r.depth-- }()
	switch c := r.peek(); {
	case c == '{':
		return r.jsonObject()
	case c == '[':
		return r.jsonList()
	case c == '"':
		return r.jsonString()
	case c == 0 || strings.IndexByte(",:}]", c) >= 0:
		return nil
	}
	start := r.pos
	for r.pos < r.end && strings.IndexByte(",:}]\"{[ \t\r\n", r.src[r.pos]) < 0 {
		r.pos++
	}
	return &Expr{Kind: Other, Span: r.span(start, r.pos), Text: r.src[start:r.pos], Closed: true}
}

func (r *reader) jsonObject() *Expr {
	e := &Expr{Kind: Object}
	start := r.pos
	r.pos++
	for {
		r.junk()
		before := r.pos
		switch r.peek() {
		case '}':
			r.closed(e, start)
			return e
		case 0, ']':
			r.unclosed(e, start)
			return e
		case ',':
			r.pos++
			continue
		}
		if entry := r.jsonEntry(); entry != nil {
			e.Entries = append(e.Entries, entry)
		}
		if r.pos == before {
			r.pos++
		}
	}
}

func (r *reader) jsonEntry() *Entry {
	entry := &Entry{Sep: -1, Key: r.jsonValue()}
	if entry.Key == nil {
		return nil
	}
	entry.Span = entry.Key.Span
	end := r.pos
	r.junk()
	if r.peek() != ':' {
		r.pos = end
		return entry
	}
	r.pos++
	entry.Sep = r.offset(r.pos)
	r.blanks(false, nil)
	entry.Span.End = r.offset(r.pos)
	before := r.pos
	r.junk()
	if r.nextIsKey() {
		r.pos = before
		return entry
	}
	if entry.Value = r.jsonValue(); entry.Value != nil {
		entry.Span.End = entry.Value.Span.End
	}
	return entry
}

// nextIsKey tells whether the string at the position, on another line than the
// colon before it, is the next key rather than a value.
func (r *reader) nextIsKey() bool {
	if r.peek() != '"' {
		return false
	}
	end, closed := jsonStringEnd(r.src, r.pos, r.end)
	rest := strings.TrimLeft(r.src[end:r.end], " \t")
	return closed && strings.HasPrefix(rest, ":")
}

func (r *reader) jsonList() *Expr {
	e := &Expr{Kind: List}
	start := r.pos
	r.pos++
	for {
		r.junk()
		before := r.pos
		switch r.peek() {
		case ']':
			r.closed(e, start)
			return e
		case 0, '}':
			r.unclosed(e, start)
			return e
		case ',':
			e.Commas = append(e.Commas, r.offset(r.pos))
			r.pos++
			continue
		}
		if r.nextIsKey() {
			r.unclosed(e, start)
			return e
		}
		if item := r.jsonValue(); item != nil {
			e.Items = append(e.Items, item)
		}
		if r.pos == before {
			r.pos++
		}
	}
}

// junk skips white space. JSON has no comments.
func (r *reader) junk() {
	for r.pos < r.end && strings.IndexByte(" \t\r\n\xef\xbb\xbf", r.src[r.pos]) >= 0 {
		r.pos++
	}
}

func jsonStringEnd(src string, pos, end int) (int, bool) {
	for i := pos + 1; i < end; i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		case '\n':
			return i, false
		}
	}
	return end, false
}

// jsonString reads a string, which is a template.
func (r *reader) jsonString() *Expr {
	start := r.pos
	end, closed := jsonStringEnd(r.src, start, r.end)
	end = min(end, r.end)
	inner := end
	if closed {
		inner--
	}
	e := &Expr{Kind: String, Closed: closed, Span: r.span(start, end), Inner: r.span(start+1, inner)}
	t := r.decoded(start+1, inner)
	t.template(e, t.pos, t.end, false)
	r.pos = end
	return e
}

// decoded is a reader of the text of a JSON string.
func (r *reader) decoded(from, to int) *reader {
	if strings.IndexByte(r.src[from:to], '\\') < 0 {
		return &reader{src: r.src, pos: from, end: to, depth: r.depth}
	}
	var out strings.Builder
	var at []int
	for i := from; i < to; {
		n, s := 1, r.src[i:i+1]
		if s == `\` {
			n, s = unescape(r.src[i:to])
		}
		for range len(s) {
			at = append(at, i)
		}
		out.WriteString(s)
		i += n
	}
	return &reader{src: out.String(), end: out.Len(), at: append(at, to), depth: r.depth}
}
