package bake

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/compose"
	"github.com/buildlens/buildlens/internal/diag"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A service is a Compose service that is built.
type service struct {
	target *Target
	decl   Declaration
}

// value is an attribute for references from HCL ("target.web.tags").
func (s *service) value(name string) (val cty.Value, set bool, diags hcl.Diagnostics) {
	val, ok := s.target.encode(name)
	return val, ok, nil
}

// encode is an attribute of a decoded target as a value, the way references
// see it: entries of lists are objects.
func (t *Target) encode(name string) (cty.Value, bool) {
	data, err := json.Marshal(t.printed())
	if err != nil {
		return cty.NilVal, false
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil || fields[name] == nil {
		return cty.NilVal, false
	}
	implied, err := ctyjson.ImpliedType(fields[name])
	if err != nil {
		return cty.NilVal, false
	}
	val, err := ctyjson.Unmarshal(fields[name], implied)
	if err != nil {
		return cty.NilVal, false
	}
	if typ, ok := attrType(name); ok && typ != cty.DynamicPseudoType {
		if val, err = convert.Convert(val, typ); err != nil {
			return cty.NilVal, false
		}
	}
	return val, true
}

// loadCompose loads all Compose files as one project, once. They come before
// everything else, wherever they stand among the files.
func (d *Definition) loadCompose() {
	if d.composed {
		return
	}
	var files []compose.File
	for _, s := range d.files {
		if s.kind == KindCompose {
			files = append(files, compose.File{Name: s.name, Path: s.path, Data: s.data})
		}
	}
	if len(files) == 0 {
		d.composed = true
		return
	}
	project, diags := compose.Load(d.ctx, compose.LoadInput{
		Files: files, Dir: d.in.Dir, Env: d.in.Env, Vars: d.in.Vars, FS: d.in.FS, DisableEnvLookup: d.in.DisableEnvLookup,
	})
	if d.stopped() {
		return
	}
	d.composed, d.project, d.composeDiags = true, project, diags
	for _, s := range project.Services {
		if s.Build == nil {
			continue
		}
		built, err := d.newService(s)
		if err != nil {
			place, _ := project.Locate(s.Name, "build")
			d.composeDiags = append(d.composeDiags, diag.Diagnostic{
				File: place.File, Span: place.Span, Severity: diag.Error, Source: diag.SourceCompose,
				Code: "invalid-build", Message: err.Error(),
			})
			continue
		}
		d.services = append(d.services, built)
	}
}

// expandServices declares the services as targets, and the group "default"
// that Compose implies.
func (d *Definition) expandServices() {
	if d.project == nil {
		return
	}
	group := &group{name: "default"}
	for _, s := range d.services {
		d.addPart(s.target.Name, &part{service: s})
		group.targets = append(group.targets, s.target.Name)
	}
	slices.Sort(group.targets)
	d.addGroup(group)
}

// newService turns a service's build section into a target.
func (d *Definition) newService(s compose.Service) (*service, error) {
	b := s.Build
	t := &Target{
		Name: s.Target, Context: nonEmpty(b.Context), Contexts: b.Contexts, Dockerfile: nonEmpty(b.Dockerfile),
		DockerfileInline: nonEmpty(b.DockerfileInline), Args: b.Args, Labels: b.Labels, Target: nonEmpty(b.Target),
		Tags: b.Tags, tagsSet: len(b.Tags) > 0, Platforms: b.Platforms, platformsSet: len(b.Platforms) > 0,
		Network: nonEmpty(b.Network), ShmSize: nonEmpty(b.ShmSize), Ulimits: b.Ulimits, ExtraHosts: b.ExtraHosts,
		Pull: b.Pull, NoCache: b.NoCache, NoCacheFilter: b.NoCacheFilter,
	}
	err := firstError(
		addParsed(&t.CacheFrom, slices.Concat(b.CacheFrom, b.XBake.CacheFrom), parseCache),
		addParsed(&t.CacheTo, slices.Concat(b.CacheTo, b.XBake.CacheTo), parseCache),
		addParsed(&t.Outputs, b.XBake.Outputs, parseOutput),
		addParsed(&t.Attest, b.Attest, parseAttest),
		addParsed(&t.Secrets, slices.Concat(b.Secrets, b.XBake.Secrets), parseSecret),
		addParsed(&t.SSH, slices.Concat(b.SSH, b.XBake.SSH), parseSSH),
	)
	if err != nil {
		return nil, err
	}
	t.Secrets, t.SSH, t.Attest = mergeByID(nil, t.Secrets, secretID), mergeByID(nil, t.SSH, sshID), mergeByID(nil, t.Attest, attestType)
	t.cacheToSet, t.outputsSet = len(t.CacheTo) > 0, len(t.Outputs) > 0
	d.originateService(t, s.Name)
	return &service{target: t, decl: d.serviceDeclaration(s)}, nil
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func addParsed[T any](list *[]T, values []string, parse func(string) (T, error)) error {
	for _, s := range values {
		if s == "" {
			continue
		}
		e, err := parse(s)
		if err != nil {
			return err
		}
		*list = append(*list, e)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// composeKeys maps Bake's attributes to where Compose has them, below build.
var composeKeys = map[string][]string{
	"annotations": nil, "args": {"args"}, "attest": {"provenance", "sbom"}, "cache-from": {"cache_from"}, "cache-to": {"cache_to"},
	"context": {"context"}, "contexts": {"additional_contexts"}, "dockerfile": {"dockerfile"}, "dockerfile-inline": {"dockerfile_inline"},
	"extra-hosts": {"extra_hosts"}, "labels": {"labels"}, "network": {"network"}, "no-cache": {"no_cache"}, "no-cache-filter": nil,
	"output": nil, "platforms": {"platforms"}, "pull": {"pull"}, "secret": {"secrets"}, "shm-size": {"shm_size"}, "ssh": {"ssh"},
	"tags": {"tags"}, "target": {"target"}, "ulimits": {"ulimits"},
}

// originateService records where the values of a service's target stand.
func (d *Definition) originateService(t *Target, name string) {
	for attr, keys := range composeKeys {
		for _, key := range append(slices.Clone(keys), "x-bake") {
			path := []string{"build", key}
			if key == "x-bake" {
				path = append(path, attr)
			}
			if place, ok := d.project.Locate(name, path...); ok {
				t.setOrigin(attr, Origin{Kind: FromCompose, Place: Place(place)})
			}
		}
	}
	for attr, values := range map[string]map[string]string{"args": t.Args, "labels": t.Labels, "contexts": t.Contexts} {
		for key := range values {
			if place, ok := d.project.Locate(name, "build", composeKeys[attr][0], key); ok {
				t.setOrigin(attr+"."+key, Origin{Kind: FromCompose, Place: Place(place)})
			}
		}
	}
}

// serviceDeclaration is where a service is declared: in the file that has the
// last word on it.
func (d *Definition) serviceDeclaration(s compose.Service) Declaration {
	decl := Declaration{Kind: DeclService, Name: s.Target, Block: s.Name, Private: strings.HasPrefix(s.Target, "_")}
	for _, m := range d.project.Models {
		found := m.Service(s.Name)
		if found == nil || m.Referenced && !decl.Name_.IsZero() {
			continue
		}
		file := m.File.Path
		if file == "" {
			file = m.File.Name
		}
		decl.Name_ = Place{file, found.NameSpan}
		decl.Place = Place{file, found.Span}
		decl.Header = Place{file, found.Header}
	}
	return decl
}
