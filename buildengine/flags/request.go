package flags

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
)

// Options are the flags of `build` as they were written. Lists keep the order
// of the command line; defaults are the zero values.
type Options struct {
	Context string // folder or address
	File    string // Dockerfile, relative to the working directory; empty means the one in the context

	Stage         string
	BuildArgs     []string
	BuildContexts []string
	Labels        []string
	Annotations   []string
	Platforms     []string
	Tags          []string
	NoCache       bool
	NoCacheFilter []string
	Pull          bool
	Network       string
	AddHosts      []string
	ShmSize       string
	Ulimits       []string
	CgroupParent  string
	Resources     []string
	Allow         []string

	Outputs    []string
	Push, Load bool
	CacheFrom  []string
	CacheTo    []string
	Secrets    []string
	SSH        []string
	Attests    []string
	Provenance string
	SBOM       string
	Call       string
}

// Request resolves the options: paths against cwd, values without one against
// env. The target's name is "default".
func (o Options) Request(cwd string, env LookupEnv) (buildengine.Request, error) {
	req := buildengine.Request{
		Target: "default", Stage: o.Stage, Annotations: o.Annotations,
		NoCache: o.NoCache, NoCacheFilter: o.NoCacheFilter, Pull: o.Pull,
		CgroupParent: o.CgroupParent, Entitlements: o.Allow,
	}
	if o.NoCache && len(o.NoCacheFilter) > 0 {
		return req, errors.New("--no-cache and --no-cache-filter cannot currently be used together")
	}
	for _, step := range []func(*buildengine.Request, string, LookupEnv) error{
		o.inputs, o.values, o.runtime, o.results, o.credentials,
	} {
		if err := step(&req, cwd, env); err != nil {
			return req, err
		}
	}
	return req, nil
}

// inputs sets the context, the Dockerfile and the named contexts.
func (o Options) inputs(req *buildengine.Request, cwd string, _ LookupEnv) (err error) {
	if req.Context, err = Context(o.Context, cwd); err != nil {
		return err
	}
	switch {
	case o.File == "":
	case strings.HasPrefix(o.File, "http://") || strings.HasPrefix(o.File, "https://"):
		req.Dockerfile.Remote = o.File
	case req.Context.Dir == "" && !filepath.IsAbs(o.File):
		req.Dockerfile.Remote = o.File
	default:
		req.Dockerfile.Path = absolute(o.File, cwd)
	}
	for _, s := range o.BuildContexts {
		name, c, err := NamedContext(s, cwd)
		if err != nil {
			return err
		}
		if req.Contexts == nil {
			req.Contexts = map[string]buildengine.Context{}
		}
		req.Contexts[name] = c
	}
	return nil
}

// values sets what goes into the build by name.
func (o Options) values(req *buildengine.Request, _ string, env LookupEnv) error {
	req.BuildArgs = map[string]string{}
	for _, s := range o.BuildArgs {
		name, value, ok, err := BuildArg(s, env)
		if err != nil {
			return err
		}
		if ok {
			req.BuildArgs[name] = value
		}
	}
	if _, given := req.BuildArgs["SOURCE_DATE_EPOCH"]; !given {
		if epoch, ok := env("SOURCE_DATE_EPOCH"); ok {
			req.BuildArgs["SOURCE_DATE_EPOCH"] = epoch
		}
	}
	req.Labels = map[string]string{}
	for _, s := range o.Labels {
		name, value, err := Label(s)
		if err != nil {
			return err
		}
		req.Labels[name] = value
	}
	for _, s := range o.Tags {
		tag, err := Tag(s)
		if err != nil {
			return err
		}
		req.Tags = append(req.Tags, tag)
	}
	return nil
}

// runtime sets where and how steps run.
func (o Options) runtime(req *buildengine.Request, _ string, env LookupEnv) (err error) {
	wanted := o.Platforms
	if fallback, ok := env("DOCKER_DEFAULT_PLATFORM"); len(wanted) == 0 && ok {
		wanted = []string{fallback}
	}
	if req.Platforms, err = Platforms(wanted); err != nil {
		return err
	}
	switch o.Network {
	case "", "default", "none", "host":
		req.Network = o.Network
	default:
		return fmt.Errorf("network mode %q not supported by buildkit - you can define a custom network for your builder using the network driver-opt in buildx create", o.Network)
	}
	for _, s := range o.AddHosts {
		host, address, err := ExtraHost(s)
		if err != nil {
			return err
		}
		if req.ExtraHosts == nil {
			req.ExtraHosts = map[string]string{}
		}
		req.ExtraHosts[host] = address
	}
	if o.ShmSize != "" {
		if req.ShmSize, err = ShmSize(o.ShmSize); err != nil {
			return err
		}
	}
	for _, s := range o.Ulimits {
		u, err := Ulimit(s)
		if err != nil {
			return err
		}
		req.Ulimits = append(req.Ulimits, u)
	}
	for _, s := range o.Resources {
		r, err := Resources(s)
		if err != nil {
			return err
		}
		if req.Resources == nil {
			req.Resources = map[string]string{}
		}
		maps.Copy(req.Resources, r)
	}
	return nil
}

// results sets what becomes of the result, and the caches.
func (o Options) results(req *buildengine.Request, cwd string, _ LookupEnv) error {
	for _, s := range o.Outputs {
		out, err := Output(s, cwd)
		if err != nil {
			return err
		}
		req.Outputs = append(req.Outputs, out)
	}
	if o.Push {
		req.Outputs = append(req.Outputs, buildengine.Output{Type: "registry", Attrs: map[string]string{"unpack": "false"}})
	}
	if o.Load {
		req.Outputs = append(req.Outputs, buildengine.Output{Type: "docker"})
	}
	for _, list := range []struct {
		from []string
		to   *[]buildengine.CacheEntry
	}{{o.CacheFrom, &req.CacheFrom}, {o.CacheTo, &req.CacheTo}} {
		for _, s := range list.from {
			entry, err := Cache(s, cwd)
			if err != nil {
				return err
			}
			*list.to = append(*list.to, entry)
		}
	}
	if o.Call != "" {
		call, err := ParseCall(o.Call)
		if err != nil {
			return err
		}
		req.Call = call.Name
	}
	return o.attestations(req)
}

func (o Options) attestations(req *buildengine.Request) error {
	var all []buildengine.Attest
	for _, s := range o.Attests {
		a, err := Attest(s)
		if err != nil {
			return err
		}
		all = append(all, a)
	}
	for _, short := range []struct {
		value string
		parse func(string) (buildengine.Attest, error)
	}{{o.Provenance, Provenance}, {o.SBOM, SBOM}} {
		if short.value == "" {
			continue
		}
		a, err := short.parse(short.value)
		if err != nil {
			return err
		}
		all = append(all, a)
	}
	var err error
	req.Attests, err = Attests(all)
	return err
}

// credentials sets secrets and agents.
func (o Options) credentials(req *buildengine.Request, cwd string, env LookupEnv) error {
	for _, s := range o.Secrets {
		secret, err := Secret(s, cwd, env)
		if err != nil {
			return err
		}
		req.Secrets = append(req.Secrets, secret)
	}
	for _, s := range o.SSH {
		agent, err := SSH(s, cwd)
		if err != nil {
			return err
		}
		req.SSH = append(req.SSH, agent)
	}
	return nil
}
