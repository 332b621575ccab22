package bake

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"
)

// printedTarget fixes names and order of what a printed target holds.
type printedTarget struct {
	Description      string            `json:"description,omitempty"`
	Annotations      []string          `json:"annotations,omitempty"`
	Attest           []Attest          `json:"attest,omitempty"`
	Context          *string           `json:"context,omitempty"`
	Contexts         map[string]string `json:"contexts,omitempty"`
	Dockerfile       *string           `json:"dockerfile,omitempty"`
	DockerfileInline *string           `json:"dockerfile-inline,omitempty"`
	Args             map[string]string `json:"args,omitempty"`
	Labels           map[string]string `json:"labels,omitempty"`
	Tags             []string          `json:"tags,omitempty"`
	CacheFrom        []CacheEntry      `json:"cache-from,omitempty"`
	CacheTo          []CacheEntry      `json:"cache-to,omitempty"`
	Target           *string           `json:"target,omitempty"`
	Secrets          []Secret          `json:"secret,omitempty"`
	SSH              []SSH             `json:"ssh,omitempty"`
	Platforms        []string          `json:"platforms,omitempty"`
	Outputs          []Output          `json:"output,omitempty"`
	Pull             *bool             `json:"pull,omitempty"`
	NoCache          *bool             `json:"no-cache,omitempty"`
	Network          *string           `json:"network,omitempty"`
	NoCacheFilter    []string          `json:"no-cache-filter,omitempty"`
	ShmSize          *string           `json:"shm-size,omitempty"`
	Ulimits          []string          `json:"ulimits,omitempty"`
	Resources        *Resources        `json:"resources,omitempty"`
	Call             *string           `json:"call,omitempty"`
	Entitlements     []string          `json:"entitlements,omitempty"`
	ExtraHosts       map[string]string `json:"extra-hosts,omitempty"`
	Policy           []Policy          `json:"policy,omitempty"`
}

// MarshalJSON writes a target as `bake --print` does: a definition that can be
// read again, template markers escaped.
func (t *Target) MarshalJSON() ([]byte, error) {
	p := t.printed()
	p.Annotations = escapeList(p.Annotations)
	p.DockerfileInline = escapePtr(p.DockerfileInline)
	p.Args, p.Labels, p.ExtraHosts = escapeMap(p.Args), escapeMap(p.Labels), escapeMap(p.ExtraHosts)
	return json.Marshal(p)
}

// printed is the target in the form that is written, not escaped yet.
func (t *Target) printed() printedTarget {
	return printedTarget{
		Description: t.Description, Annotations: t.Annotations, Attest: t.Attest, Context: t.Context, Contexts: t.Contexts,
		Dockerfile: t.Dockerfile, DockerfileInline: t.DockerfileInline, Args: t.Args, Labels: t.Labels, Tags: t.Tags,
		CacheFrom: t.CacheFrom, CacheTo: t.CacheTo, Target: t.Target, Secrets: t.Secrets, SSH: t.SSH, Platforms: t.Platforms,
		Outputs: t.Outputs, Pull: t.Pull, NoCache: t.NoCache, Network: t.Network, NoCacheFilter: t.NoCacheFilter,
		ShmSize: t.ShmSize, Ulimits: t.Ulimits, Resources: t.Resources, Call: t.Call, Entitlements: t.Entitlements,
		ExtraHosts: t.ExtraHosts, Policy: t.Policy,
	}
}

var templateEscapes = strings.NewReplacer("${", "$${", "%{", "%%{")

func escapePtr(s *string) *string {
	if s == nil {
		return nil
	}
	escaped := templateEscapes.Replace(*s)
	return &escaped
}

func escapeList(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = templateEscapes.Replace(s)
	}
	return out
}

func escapeMap(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for key, value := range m {
		out[key] = templateEscapes.Replace(value)
	}
	return out
}

// Print is what `bake --print` writes: groups and targets as indented JSON,
// with a newline at the end.
func (p *Plan) Print() []byte {
	groups := p.Groups
	if len(groups) == 0 {
		groups = nil
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	// Strings, booleans and maps of them always encode.
	_ = enc.Encode(struct {
		Group  map[string]*Group  `json:"group,omitempty"`
		Target map[string]*Target `json:"target"`
	}{groups, p.Targets})
	return out.Bytes()
}

// flat writes an entry as one object: its attributes and its own fields.
func flat(attrs map[string]string, fields map[string]any) ([]byte, error) {
	object := make(map[string]any, len(attrs)+len(fields))
	for key, value := range attrs {
		object[key] = value
	}
	maps.Copy(object, fields)
	return json.Marshal(object)
}

// MarshalJSON writes {"type": ..., attributes}.
func (e CacheEntry) MarshalJSON() ([]byte, error) {
	return flat(e.Attrs, map[string]any{"type": e.Type})
}

// MarshalJSON writes {"type": ..., "dest": ..., attributes}.
func (o Output) MarshalJSON() ([]byte, error) {
	fields := map[string]any{"type": o.Type}
	if o.Dest != "" {
		fields["dest"] = o.Dest
	}
	return flat(o.Attrs, fields)
}

// MarshalJSON writes {"type": ..., "disabled": true, attributes}.
func (a Attest) MarshalJSON() ([]byte, error) {
	fields := map[string]any{"type": a.Type}
	if a.Disabled {
		fields["disabled"] = true
	}
	return flat(a.Attrs, fields)
}

// MarshalJSON writes {"id": ..., "src": ..., "env": ...} without what is empty.
func (s Secret) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID  string `json:"id,omitempty"`
		Src string `json:"src,omitempty"`
		Env string `json:"env,omitempty"`
	}{s.ID, s.Src, s.Env})
}

// MarshalJSON writes {"id": ..., "paths": [...]} without what is empty.
func (s SSH) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID    string   `json:"id,omitempty"`
		Paths []string `json:"paths,omitempty"`
	}{s.ID, s.Paths})
}
