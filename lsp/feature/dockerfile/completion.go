package dockerfile

import (
	"slices"
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Completion proposes what can stand at offset.
func Completion(f *df.File, offset int, ctx Context) feature.CompletionList {
	offset = clamp(f, offset)
	c := &completer{f: f, offset: offset, ctx: ctx}
	place := f.PlaceAt(offset)
	switch {
	case place.Comment:
		c.comment()
	case place.Heredoc != nil:
		c.ins, c.shown = place.Ins, place.Ins
		if place.Heredoc.Expand || place.Ins.Cmd == "RUN" {
			c.variables(c.f.Source[lineStart(f.Source, offset):offset])
		}
	case place.Ins == nil:
		c.replace = c.word(lineStart(f.Source, offset))
		c.instructions(nil)
	default:
		c.ins, c.shown = place.Ins, place.Ins
		c.instruction()
	}
	return feature.CompletionList{Items: c.items}
}

// A completer gathers the items for one position.
type completer struct {
	f       *df.File
	offset  int
	ctx     Context
	ins     *df.Instruction // top level; nil between instructions
	shown   *df.Instruction // ins, or the trigger of an ONBUILD
	replace text.Span       // what an item replaces
	items   []feature.CompletionItem
}

// add appends an item that replaces the current word.
func (c *completer) add(item feature.CompletionItem) {
	item.Replace = c.replace
	if item.Insert == "" {
		item.Insert = item.Label
	}
	c.items = append(c.items, item)
}

// word is the span from the last white space, or from start, to the cursor.
func (c *completer) word(start int) text.Span {
	at := c.offset
	for at > start && !strings.ContainsRune(" \t\r\n", rune(c.f.Source[at-1])) {
		at--
	}
	return text.Span{Start: at, End: c.offset}
}

// from is the span from the joined offset at to the cursor, as far as it lies
// on the cursor's line.
func (c *completer) from(at int) text.Span {
	s := c.shown.Source(at, at)
	if s.Start > c.offset {
		return text.At(c.offset)
	}
	return onLine(c.f.Source, text.Span{Start: s.Start, End: c.offset}, c.offset)
}

// instruction completes inside of an instruction.
func (c *completer) instruction() {
	at := c.ins.Joined(c.offset)
	head := c.ins.Line()[:at]
	keywordEnd := c.ins.Joined(c.ins.Keyword.Span.End)
	if at <= keywordEnd && (c.offset <= c.ins.Keyword.Span.End || c.ins.Keyword.Text == "") {
		c.replace = c.from(c.ins.Joined(c.ins.Keyword.Span.Start))
		c.instructions(nil)
		return
	}
	if c.ins.Cmd == "ONBUILD" {
		t := c.ins.Trigger
		if t == nil || c.offset <= t.Keyword.Span.End {
			c.replace = c.from(wordStart(head))
			c.instructions(notTriggers)
			return
		}
		c.shown, keywordEnd = t, t.Joined(t.Keyword.Span.End)
	}
	c.arguments(head, keywordEnd)
}

// notTriggers are the instructions that ONBUILD refuses.
var notTriggers = []string{"FROM", "MAINTAINER", "ONBUILD"}

// wordStart is where the last word of head starts.
func wordStart(head string) int {
	return strings.LastIndexAny(head, " \t\v\f\r") + 1
}

// arguments completes flags and arguments; head is the line up to the cursor.
func (c *completer) arguments(head string, keywordEnd int) {
	if c.variables(head) {
		return
	}
	start := max(wordStart(head), keywordEnd)
	word := head[start:]
	spec := df.Spec(c.shown.Cmd)
	if spec == nil {
		return
	}
	if c.flagsAllowed(head[keywordEnd:start]) {
		if name, value, ok := strings.Cut(strings.TrimPrefix(word, "--"), "="); ok && strings.HasPrefix(word, "--") {
			c.flagValue(spec, name, value, start+len(name)+3)
			return
		}
		c.replace = c.from(start)
		c.flags(spec)
		if strings.HasPrefix(word, "-") {
			return
		}
	}
	c.replace = c.from(start)
	if c.shown.Cmd == "ADD" || c.shown.Cmd == "COPY" && c.shown.Flag("from") == nil {
		c.contextPaths(word, start)
		return
	}
	c.words(head[keywordEnd:start])
}

// flagsAllowed tells whether only flags stand before the current word.
func (c *completer) flagsAllowed(before string) bool {
	for _, w := range strings.Fields(before) {
		if !strings.HasPrefix(w, "--") || w == "--" {
			return false
		}
	}
	return true
}

func (c *completer) flags(spec *df.InstructionSpec) {
	for _, fl := range spec.Flags {
		if given := c.shown.Flag(fl.Name); given != nil && !fl.Repeat && !given.Span.Contains(c.offset) {
			continue
		}
		item := feature.CompletionItem{
			Label: "--" + fl.Name, Kind: feature.CompleteProperty, Detail: flagDetail(fl), Documentation: fl.Doc, SortText: "1" + fl.Name,
		}
		if !fl.Bool {
			item.Insert, item.Retrigger = "--"+fl.Name+"=", true
		}
		c.add(item)
	}
}

func flagDetail(fl df.FlagSpec) string {
	switch {
	case fl.Bool:
		return "--" + fl.Name
	case fl.Fallback != "":
		return "--" + fl.Name + "=" + fl.Hint + " (default " + fl.Fallback + ")"
	}
	return "--" + fl.Name + "=" + fl.Hint
}

// flagValue completes the value that starts at the joined offset.
func (c *completer) flagValue(spec *df.InstructionSpec, name, value string, at int) {
	if name == "mount" {
		c.mount(value, at)
		return
	}
	c.replace = c.from(at)
	if name == "from" {
		c.stages(c.stageIndex(), true)
		return
	}
	if fl := spec.Flag(name); fl != nil {
		c.values(fl.Values)
	}
}

func (c *completer) values(values []df.ValueSpec) {
	for _, v := range values {
		c.add(feature.CompletionItem{Label: v.Value, Kind: feature.CompleteValue, Documentation: v.Doc})
	}
}

// mount completes the last field of a mount's value.
func (c *completer) mount(value string, at int) {
	fields := strings.Split(value, ",")
	last := fields[len(fields)-1]
	at += len(value) - len(last)
	spec := df.Mount(mountType(c.shown, c.offset, fields))
	key, _, found := strings.Cut(last, "=")
	if !found {
		c.replace = c.from(at)
		c.mountOptions(spec, fields[:len(fields)-1])
		return
	}
	c.replace = c.from(at + len(key) + 1)
	switch strings.ToLower(key) {
	case "type":
		for _, m := range df.Mounts() {
			c.add(feature.CompletionItem{Label: m.Type, Kind: feature.CompleteValue, Documentation: m.Doc})
		}
	case "from":
		c.stages(c.stageIndex(), false)
	default:
		if k := strings.ToLower(key); (k == "source" || k == "src") && bindSource(mountType(c.shown, c.offset, fields), fields) {
			c.contextPaths(last[len(key)+1:], at+len(key)+1)
			return
		}
		if spec == nil {
			return
		}
		if o := spec.Option(strings.ToLower(key)); o != nil {
			c.values(o.Values)
		}
	}
}

// mountType is the type of the mount under the cursor, which may also stand
// behind it.
func mountType(ins *df.Instruction, offset int, before []string) string {
	for i := range ins.Flags {
		if fl := &ins.Flags[i]; fl.Name == "mount" && fl.Span.Contains(offset) {
			if f := fl.Field("type"); f != nil {
				return f.Value
			}
		}
	}
	for _, f := range before {
		if v, ok := strings.CutPrefix(strings.ToLower(f), "type="); ok {
			return v
		}
	}
	return ""
}

func (c *completer) mountOptions(spec *df.MountSpec, before []string) {
	given := func(o *df.MountOption) bool {
		return slices.ContainsFunc(before, func(f string) bool {
			key, _, _ := strings.Cut(strings.ToLower(f), "=")
			return key == o.Name || slices.Contains(o.Aliases, key)
		})
	}
	if !slices.ContainsFunc(before, func(f string) bool { return strings.HasPrefix(strings.ToLower(f), "type") }) {
		c.add(feature.CompletionItem{
			Label: "type", Insert: "type=", Kind: feature.CompleteProperty, Retrigger: true, SortText: "0", Detail: "bind, cache, secret, ssh or tmpfs",
		})
	}
	if spec == nil {
		return
	}
	for i := range spec.Options {
		o := &spec.Options[i]
		if given(o) {
			continue
		}
		item := feature.CompletionItem{Label: o.Name, Kind: feature.CompleteProperty, Detail: o.Hint, Documentation: o.Doc, SortText: "1" + o.Name}
		if !o.Bool {
			item.Insert, item.Retrigger = o.Name+"=", true
		}
		c.add(item)
	}
}

// words completes arguments behind the flags; before is what stands between
// the keyword and the current word.
func (c *completer) words(before string) {
	args := slices.DeleteFunc(strings.Fields(before), func(w string) bool { return strings.HasPrefix(w, "--") })
	switch {
	case c.shown.Cmd == "FROM" && len(args) == 0:
		c.stages(c.stageIndex(), false)
		c.add(feature.CompletionItem{Label: "scratch", Kind: feature.CompleteImage, Documentation: "An empty image."})
	case c.shown.Cmd == "FROM" && len(args) == 1:
		c.add(feature.CompletionItem{Label: "AS", Kind: feature.CompleteKeyword, Documentation: "Names the stage."})
	case c.shown.Cmd == "HEALTHCHECK" && len(args) == 0:
		c.add(feature.CompletionItem{Label: "CMD", Kind: feature.CompleteKeyword, Documentation: "The command that checks."})
		c.add(feature.CompletionItem{Label: "NONE", Kind: feature.CompleteKeyword, Documentation: "No check, whatever the base image has."})
	case c.shown.Cmd == "STOPSIGNAL":
		for _, s := range []string{"SIGTERM", "SIGQUIT", "SIGINT", "SIGKILL", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGRTMIN+3"} {
			c.add(feature.CompletionItem{Label: s, Kind: feature.CompleteValue})
		}
	case c.shown.Cmd == "ARG" && c.ins == c.shown:
		c.args()
	}
}

// args proposes what "ARG" in a stage usually repeats: global and predefined
// arguments.
func (c *completer) args() {
	if c.ins.Stage.Index < 0 {
		return
	}
	for _, d := range c.f.Globals() {
		c.add(feature.CompletionItem{Label: d.Key, Kind: feature.CompleteVariable, Detail: detailOf(c, d), Documentation: "The global ARG of that name.", SortText: "0" + d.Key})
	}
	for _, p := range df.PredefinedVariables() {
		if !p.Proxy {
			c.add(feature.CompletionItem{Label: p.Name, Kind: feature.CompleteVariable, Documentation: p.Doc, SortText: "1" + p.Name})
		}
	}
}

func (c *completer) stageIndex() int { return max(c.ins.Stage.Index, 0) }

// stages proposes the stages before the given index, the nearest first.
func (c *completer) stages(before int, numbers bool) {
	for i := min(before, len(c.f.Stages)) - 1; i >= 0; i-- {
		s := c.f.Stages[i]
		label := s.Name.Text
		if label == "" {
			if !numbers {
				continue
			}
			label = s.Target()
		}
		c.add(feature.CompletionItem{
			Label: label, Kind: feature.CompleteStage, Detail: s.BaseName, Documentation: stageSummary(s), SortText: sortKey(before - i),
		})
	}
	for _, name := range c.ctx.Contexts {
		c.add(feature.CompletionItem{Label: name, Kind: feature.CompleteImage, Detail: "named context", SortText: "~" + name})
	}
}

// sortKey sorts numbers below a thousand as text.
func sortKey(n int) string {
	return string([]byte{'0' + byte(n/100%10), '0' + byte(n/10%10), '0' + byte(n%10)})
}
