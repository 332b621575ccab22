// Package frombake is the one conversion of Bake targets to the engine's
// requests, for the command line and the language server alike. It also says
// what a definition asks for beyond its working directory.
package frombake

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/definition"
	"github.com/buildlens/buildlens/buildengine/flags"
)

// Options say how a plan is converted.
type Options struct {
	Dir       string   // absolute working directory: local paths are relative to it
	Allow     []string // what was granted, as values of --allow
	LookupEnv func(name string) (string, bool)
	// AnyPath lets the definition read and write all files of this machine
	// (BUILDX_BAKE_ENTITLEMENTS_FS=0).
	AnyPath bool
	Remote  *definition.Source // where the definition was read from; nil for local files
}

// Requests converts the targets of a plan, in name order, linked ones
// included. needs lists what they ask for that is not granted.
func Requests(plan *bake.Plan, o Options) (requests []buildengine.Request, needs []Need, err error) {
	allow := o.Allow
	if o.AnyPath {
		allow = append([]string{"fs=*"}, allow...)
	}
	granted, err := parseGrants(allow, o.Dir)
	if err != nil {
		return nil, nil, err
	}
	wants := newWants(o.Dir)
	for _, name := range plan.Order {
		t := plan.Targets[name]
		req, err := request(t, o)
		if err != nil {
			return nil, nil, fmt.Errorf("target %s: %w", name, err)
		}
		wants.of(&req, t)
		gitCredentials(&req, o)
		requests = append(requests, req)
	}
	return requests, wants.missing(granted), nil
}

// request converts one target.
func request(t *bake.Target, o Options) (buildengine.Request, error) {
	req := buildengine.Request{
		Target: t.Name, Stage: value(t.Target), BuildArgs: maps.Clone(t.Args), Labels: maps.Clone(t.Labels),
		Annotations: t.Annotations, Tags: t.Tags, NoCacheFilter: t.NoCacheFilter, Network: value(t.Network),
		ExtraHosts: maps.Clone(t.ExtraHosts), Ulimits: t.Ulimits, Entitlements: t.Entitlements, Call: call(value(t.Call)),
		NoCache: t.NoCache != nil && *t.NoCache, Pull: t.Pull != nil && *t.Pull,
	}
	if req.Network == "default" {
		req.Network = ""
	}
	if len(t.Policy) > 0 {
		return req, fmt.Errorf("policies cannot be evaluated by this program, and a build without them would not be what the definition asks for: remove the attribute \"policy\"")
	}
	for _, step := range []func(*buildengine.Request, *bake.Target, Options) error{
		inputs, limits, results, credentials,
	} {
		if err := step(&req, t, o); err != nil {
			return req, err
		}
	}
	return req, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// call gives a target's call the engine's name.
func call(s string) string {
	switch s {
	case "lint":
		return "check"
	case "build":
		return ""
	}
	return s
}

// inputs sets the context, the Dockerfile and the named contexts.
func inputs(req *buildengine.Request, t *bake.Target, o Options) error {
	context := value(t.Context)
	if context == "" {
		context = "."
	}
	local, isCwd := strings.CutPrefix(context, "cwd://")
	folder, inArchive := t.InArchive[""]
	switch {
	case inArchive && o.Remote != nil:
		req.Context = buildengine.Context{URL: o.Remote.URL, Folder: folder}
	case isCwd:
		req.Context.Dir = absolute(local, o.Dir)
	case bake.IsRemote(context):
		req.Context.URL = context
	default:
		c, err := flags.Context(context, o.Dir)
		if err != nil {
			return err
		}
		req.Context = c
	}
	setDockerfile(req, t, o)
	for _, name := range slices.Sorted(maps.Keys(t.Contexts)) {
		if err := namedContext(req, t, name, o); err != nil {
			return err
		}
	}
	return nil
}

func namedContext(req *buildengine.Request, t *bake.Target, name string, o Options) error {
	key, err := flags.ContextName(name)
	if err != nil {
		return err
	}
	var c buildengine.Context
	if folder, ok := t.InArchive[name]; ok && o.Remote != nil {
		c = buildengine.Context{URL: o.Remote.URL, Folder: folder}
	} else if c, err = flags.NamedContextValue(name, strings.TrimPrefix(t.Contexts[name], "cwd://"), o.Dir); err != nil {
		return err
	}
	if req.Contexts == nil {
		req.Contexts = map[string]buildengine.Context{}
	}
	req.Contexts[key] = c
	return nil
}

// setDockerfile resolves the Dockerfile: in Bake it is relative to the context.
func setDockerfile(req *buildengine.Request, t *bake.Target, o Options) {
	if t.DockerfileInline != nil {
		place := t.Origins["dockerfile-inline"].Place
		req.Dockerfile.Inline = []byte(*t.DockerfileInline)
		req.Dockerfile.InlineFile = place.File
		req.Dockerfile.InlineSpan = place.Span
		return
	}
	name := value(t.Dockerfile)
	local, isCwd := strings.CutPrefix(name, "cwd://")
	switch {
	case name == "":
	case isCwd:
		req.Dockerfile.Path = absolute(local, o.Dir)
	case strings.HasPrefix(name, "http://"), strings.HasPrefix(name, "https://"):
		req.Dockerfile.Remote = name
	case req.Context.Dir == "" && !filepath.IsAbs(name):
		req.Dockerfile.Remote = name
	case name != "Dockerfile": // the default is found in the context, also in lower case
		req.Dockerfile.Path = absolute(name, req.Context.Dir)
	}
}

func absolute(path, dir string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// limits sets what steps may use.
func limits(req *buildengine.Request, t *bake.Target, _ Options) (err error) {
	if req.Platforms, err = flags.Platforms(t.Platforms); err != nil {
		return err
	}
	if size := value(t.ShmSize); size != "" {
		if req.ShmSize, err = flags.ShmSize(size); err != nil {
			return err
		}
	}
	if t.Resources != nil {
		req.Resources, err = flags.CheckResources(resources(t.Resources))
	}
	return err
}

func resources(r *bake.Resources) map[string]string {
	out := map[string]string{}
	for key, v := range map[string]string{
		"memory": r.Memory, "memory-swap": r.MemorySwap, "cpuset-cpus": r.CPUSetCPUs, "cpuset-mems": r.CPUSetMems,
	} {
		if v != "" {
			out[key] = v
		}
	}
	for key, v := range map[string]int64{"cpu-shares": r.CPUShares, "cpu-period": r.CPUPeriod, "cpu-quota": r.CPUQuota} {
		if v != 0 {
			out[key] = strconv.FormatInt(v, 10)
		}
	}
	return out
}

// results sets what becomes of the result, the caches and the attestations.
func results(req *buildengine.Request, t *bake.Target, o Options) error {
	for _, tag := range t.Tags {
		if _, err := flags.Tag(tag); err != nil {
			return err
		}
	}
	for _, out := range t.Outputs {
		checked, err := flags.CheckOutput(buildengine.Output{Type: out.Type, Dest: out.Dest, Attrs: maps.Clone(out.Attrs)}, o.Dir)
		if err != nil {
			return err
		}
		req.Outputs = append(req.Outputs, checked)
	}
	for _, c := range t.CacheFrom {
		req.CacheFrom = append(req.CacheFrom, cache(c, o.Dir))
	}
	for _, c := range t.CacheTo {
		req.CacheTo = append(req.CacheTo, cache(c, o.Dir))
	}
	var attests []buildengine.Attest
	for _, a := range t.Attest {
		attests = append(attests, buildengine.Attest{Type: a.Type, Disabled: a.Disabled, Attrs: maps.Clone(a.Attrs)})
	}
	var err error
	req.Attests, err = flags.Attests(attests)
	return err
}

func cache(c bake.CacheEntry, dir string) buildengine.CacheEntry {
	return flags.CheckCache(buildengine.CacheEntry{Type: c.Type, Attrs: maps.Clone(c.Attrs)}, dir)
}

// credentials sets secrets and agents.
func credentials(req *buildengine.Request, t *bake.Target, o Options) error {
	for _, s := range t.Secrets {
		secret, err := flags.CheckSecret(buildengine.Secret{ID: s.ID, File: s.Src, Env: s.Env}, o.Dir, o.LookupEnv)
		if err != nil {
			return err
		}
		req.Secrets = append(req.Secrets, secret)
	}
	for _, s := range t.SSH {
		agent := buildengine.SSHAgent{ID: s.ID}
		for _, p := range s.Paths {
			agent.Paths = append(agent.Paths, absolute(p, o.Dir))
		}
		req.SSH = append(req.SSH, agent)
	}
	return nil
}

// gitCredentials lets targets fetch from the repository that the definition
// was fetched from, as that was. The caller's environment grants it, not the
// definition: it needs no consent.
func gitCredentials(req *buildengine.Request, o Options) {
	if o.Remote == nil || !usesRepository(req, o.Remote) {
		return
	}
	for _, s := range o.Remote.Secrets(o.LookupEnv) {
		if !slices.ContainsFunc(req.Secrets, func(have buildengine.Secret) bool { return have.ID == s.ID }) {
			req.Secrets = append(req.Secrets, s)
		}
	}
	if len(req.SSH) == 0 {
		req.SSH = o.Remote.SSH(o.LookupEnv)
	}
}

func usesRepository(req *buildengine.Request, from *definition.Source) bool {
	if from.SameRepository(req.Context.URL) {
		return true
	}
	for _, c := range req.Contexts {
		if from.SameRepository(c.URL) {
			return true
		}
	}
	return false
}
