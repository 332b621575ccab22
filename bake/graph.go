package bake

// A graph tells which names lead to which, for finding circles.
type graph struct {
	next   map[string][]string
	inside map[string]bool // names from which a circle can be reached
}

// newGraph asks next for every name. Names that lead to no circle are told
// apart at once, so that path is only ever slow where there is one.
func newGraph(names []string, next func(string) []string) *graph {
	g := &graph{next: make(map[string][]string, len(names)), inside: map[string]bool{}}
	open := make(map[string]int, len(names)) // edges whose end may still reach a circle
	before := map[string][]string{}
	var ends []string
	for _, name := range names {
		g.next[name] = next(name)
		open[name] = len(g.next[name])
		if open[name] == 0 {
			ends = append(ends, name)
		}
		for _, to := range g.next[name] {
			before[to] = append(before[to], name)
		}
	}
	for len(ends) > 0 {
		end := ends[len(ends)-1]
		ends = ends[:len(ends)-1]
		for _, name := range before[end] {
			if open[name]--; open[name] == 0 {
				ends = append(ends, name)
			}
		}
	}
	for name, n := range open {
		if n > 0 {
			g.inside[name] = true
		}
	}
	return g
}

// path is the way from one name to another, both included; nil when there is
// none that could be part of a circle.
func (g *graph) path(from, to string) []string { return g.walk(from, to, map[string]bool{}) }

func (g *graph) walk(from, to string, seen map[string]bool) []string {
	switch {
	case from == to:
		return []string{to}
	case !g.inside[from] || seen[from]:
		return nil
	}
	seen[from] = true
	for _, next := range g.next[from] {
		if path := g.walk(next, to, seen); path != nil {
			return append([]string{from}, path...)
		}
	}
	return nil
}

// known keeps the names that something declares.
func known[V any](names []string, declared map[string]V) []string {
	var out []string
	for _, name := range names {
		if _, ok := declared[name]; ok {
			out = append(out, name)
		}
	}
	return out
}

// parentsOf lists what a target inherits, as far as it exists.
func (d *Definition) parentsOf(name string) []string {
	own, diags := d.declared(d.targets[name])
	if diags.HasErrors() {
		return nil
	}
	return known(own.Inherits, d.targets)
}

// linksOf lists the targets that a target has as contexts.
func (d *Definition) linksOf(name string) []string {
	own, diags := d.declared(d.targets[name])
	if diags.HasErrors() {
		return nil
	}
	var out []string
	for _, key := range sortedKeys(own.Contexts) {
		if to, ok := linkTo(own.Contexts[key]); ok {
			out = append(out, to)
		}
	}
	return known(out, d.targets)
}

// membersOf lists the groups in a group.
func (d *Definition) membersOf(name string) []string {
	members, diags := d.groupTargets(d.groups[name])
	if diags.HasErrors() {
		return nil
	}
	return known(members, d.groups)
}
