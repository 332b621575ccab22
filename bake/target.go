package bake

import (
	"cmp"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// A Target is one target, resolved: inheritance, overrides and defaults are
// applied. Pointers are nil where nothing was set; a printed plan tells
// "unset" from "empty". Targets of a Plan are shared and must not be changed.
type Target struct {
	Name        string
	Description string

	Annotations      []string
	Attest           []Attest
	Context          *string
	Contexts         map[string]string
	Dockerfile       *string
	DockerfileInline *string
	Args             map[string]string
	Labels           map[string]string
	Tags             []string
	CacheFrom        []CacheEntry
	CacheTo          []CacheEntry
	Target           *string
	Secrets          []Secret
	SSH              []SSH
	Platforms        []string
	Outputs          []Output
	Pull             *bool
	NoCache          *bool
	Network          *string
	NoCacheFilter    []string
	ShmSize          *string
	Ulimits          []string
	Resources        *Resources
	Call             *string
	Entitlements     []string
	ExtraHosts       map[string]string
	Policy           []Policy

	Inherits []string // as resolved; never printed
	Linked   bool     // built only because another target uses it as a context

	// Origins says where values came from, by attribute name ("tags"), and
	// for maps also by key ("args.VERSION").
	Origins map[string]Origin
	// OnCaller tells of a target of a remote definition that its context is a
	// folder of the caller's machine. InArchive has, by the names of contexts (""
	// is the main one), the folders they are inside the remote archive.
	OnCaller  bool
	InArchive map[string]string
	// Granted are the paths that --set itself named: they need no consent.
	Granted []string

	tagsSet, platformsSet, outputsSet, cacheToSet bool // an empty list was written on purpose
}

// setOrigin records where an attribute, or one key of it, came from.
func (t *Target) setOrigin(key string, o Origin) {
	if t.Origins == nil {
		t.Origins = map[string]Origin{}
	}
	t.Origins[key] = o
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// distinct keeps the first of equal strings and drops the empty ones.
func distinct(list []string) []string {
	if len(list) < 2 && (len(list) == 0 || list[0] != "") {
		return list
	}
	seen := make(map[string]bool, len(list))
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// A targetAttr is one attribute a target block may have.
type targetAttr struct {
	name string
	typ  cty.Type // what its value converts to; NilType for lists of strings and objects
	set  func(t *Target, v cty.Value) error
}

var (
	stringList = cty.List(cty.String)
	stringMap  = cty.Map(cty.String)
)

// targetAttrTable lists all target attributes but matrix and name, sorted by
// name. set gets a known value that is not null.
var targetAttrTable = sortAttrs([]targetAttr{
	{"inherits", stringList, func(t *Target, v cty.Value) (err error) { t.Inherits = texts(v); return }},
	{"annotations", stringList, func(t *Target, v cty.Value) (err error) { t.Annotations = texts(v); return }},
	{"args", stringMap, func(t *Target, v cty.Value) (err error) { t.Args = textMap(v); return }},
	{"attest", cty.NilType, func(t *Target, v cty.Value) (err error) {
		list, err := entries(v, parseAttest, attestFromObject)
		t.Attest = mergeByID(nil, list, attestType)
		return err
	}},
	{"cache-from", cty.NilType, func(t *Target, v cty.Value) (err error) {
		t.CacheFrom, err = entries(v, parseCache, cacheFromObject)
		return
	}},
	{"cache-to", cty.NilType, func(t *Target, v cty.Value) (err error) {
		t.cacheToSet = true
		t.CacheTo, err = entries(v, parseCache, cacheFromObject)
		return
	}},
	{"call", cty.String, func(t *Target, v cty.Value) (err error) { t.Call = textPtr(v); return }},
	{"context", cty.String, func(t *Target, v cty.Value) (err error) { t.Context = textPtr(v); return }},
	{"contexts", stringMap, func(t *Target, v cty.Value) (err error) { t.Contexts = textMap(v); return }},
	{"description", cty.String, func(t *Target, v cty.Value) (err error) { t.Description = v.AsString(); return }},
	{"dockerfile", cty.String, func(t *Target, v cty.Value) (err error) { t.Dockerfile = textPtr(v); return }},
	{"dockerfile-inline", cty.String, func(t *Target, v cty.Value) (err error) { t.DockerfileInline = textPtr(v); return }},
	{"entitlements", stringList, func(t *Target, v cty.Value) (err error) { t.Entitlements = texts(v); return }},
	{"extra-hosts", stringMap, func(t *Target, v cty.Value) (err error) { t.ExtraHosts = textMap(v); return }},
	{"labels", stringMap, func(t *Target, v cty.Value) (err error) { t.Labels = textMap(v); return }},
	{"network", cty.String, func(t *Target, v cty.Value) (err error) { t.Network = textPtr(v); return }},
	{"no-cache", cty.Bool, func(t *Target, v cty.Value) (err error) { b := v.True(); t.NoCache = &b; return }},
	{"no-cache-filter", stringList, func(t *Target, v cty.Value) (err error) { t.NoCacheFilter = texts(v); return }},
	{"output", cty.NilType, func(t *Target, v cty.Value) (err error) {
		t.outputsSet = true
		t.Outputs, err = entries(v, parseOutput, outputFromObject)
		return
	}},
	{"platforms", stringList, func(t *Target, v cty.Value) (err error) { t.platformsSet, t.Platforms = true, texts(v); return }},
	{"policy", cty.NilType, func(t *Target, v cty.Value) (err error) {
		t.Policy, err = entries(v, parsePolicy, policyFromObject)
		return
	}},
	{"pull", cty.Bool, func(t *Target, v cty.Value) (err error) { b := v.True(); t.Pull = &b; return }},
	{"resources", cty.NilType, func(t *Target, v cty.Value) (err error) { t.Resources, err = resourcesFromObject(v); return }},
	{"secret", cty.NilType, func(t *Target, v cty.Value) (err error) {
		list, err := entries(v, parseSecret, secretFromObject)
		t.Secrets = mergeByID(nil, list, secretID)
		return err
	}},
	{"shm-size", cty.String, func(t *Target, v cty.Value) (err error) { t.ShmSize = textPtr(v); return }},
	{"ssh", cty.NilType, func(t *Target, v cty.Value) (err error) {
		list, err := entries(v, parseSSH, sshFromObject)
		t.SSH = mergeByID(nil, list, sshID)
		return err
	}},
	{"tags", stringList, func(t *Target, v cty.Value) (err error) { t.tagsSet, t.Tags = true, texts(v); return }},
	{"target", cty.String, func(t *Target, v cty.Value) (err error) { t.Target = textPtr(v); return }},
	{"ulimits", stringList, func(t *Target, v cty.Value) (err error) { t.Ulimits = texts(v); return }},
})

func sortAttrs(list []targetAttr) []targetAttr {
	slices.SortFunc(list, func(a, b targetAttr) int { return cmp.Compare(a.name, b.name) })
	return list
}

// targetAttrOf finds a target attribute by its name.
func targetAttrOf(name string) (targetAttr, bool) {
	i, ok := slices.BinarySearchFunc(targetAttrTable, name, func(a targetAttr, n string) int { return cmp.Compare(a.name, n) })
	if !ok {
		return targetAttr{}, false
	}
	return targetAttrTable[i], true
}

// texts is a list of strings; v has that type already, without nulls.
func texts(v cty.Value) []string {
	out := make([]string, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		out = append(out, e.AsString())
	}
	return out
}

// textMap is a map of strings without the entries that are null.
func textMap(v cty.Value) map[string]string {
	out := make(map[string]string, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		k, e := it.Element()
		if !e.IsNull() {
			out[k.AsString()] = e.AsString()
		}
	}
	return out
}

func textPtr(v cty.Value) *string {
	s := v.AsString()
	return &s
}
