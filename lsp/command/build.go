package command

import (
	"context"
	"maps"
	"path/filepath"
	"slices"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/flags"
	"github.com/buildlens/buildlens/buildengine/frombake"
	"github.com/buildlens/buildlens/internal/settings"
)

func (s *Server) bake(ctx context.Context, c call) (any, error) {
	args, err := decode[BakeArgs](c.name, c.args)
	if err != nil {
		return nil, err
	}
	p, err := s.project(c.snap, args)
	if err != nil {
		return nil, err
	}
	folder, set := folderOf(c.snap, p.Paths()[0])
	if err := s.Consent.trust(ctx, folder, set.Trust); err != nil {
		return nil, err
	}
	plan, err := s.plan(ctx, c.snap, p, args)
	if err != nil {
		return nil, err
	}
	requests, needs, err := frombake.Requests(plan, frombake.Options{Dir: p.Dir, LookupEnv: s.LookupEnv, Allow: args.Allow})
	if err != nil {
		return nil, err
	}
	if err := s.Consent.privileges(ctx, folder, privileges(needs)); err != nil {
		return nil, err
	}
	j := job{
		id: args.BuildID, title: title("bake", args.Call, args.Targets), dir: p.Dir,
		requests: requests, builder: args.Builder, files: p.Paths(), token: c.token, cache: askedForCache(plan),
	}
	return s.agreed(ctx, c, folder, set, j, args.Push == nil)
}

func (s *Server) build(ctx context.Context, c call) (any, error) {
	args, err := decode[BuildArgs](c.name, c.args)
	if err != nil {
		return nil, err
	}
	if args.URI == "" {
		return nil, &ArgumentError{c.name, "uri", "is required: the Dockerfile to build"}
	}
	path := s.PathOf(args.URI)
	folder, set := folderOf(c.snap, path)
	if err := s.Consent.trust(ctx, folder, set.Trust); err != nil {
		return nil, err
	}
	request, err := s.buildRequest(args, path)
	if err != nil {
		return nil, err
	}
	what := filepath.Base(path)
	if args.Target != "" {
		what += " " + args.Target
	}
	j := job{
		id: args.BuildID, title: title("build", args.Call, []string{what}), dir: filepath.Dir(path),
		requests: []buildengine.Request{request}, builder: args.Builder, files: []string{path}, token: c.token,
	}
	return s.agreed(ctx, c, folder, set, j, !args.Push)
}

// buildRequest turns the arguments of a Dockerfile build into a request, with
// the Dockerfile's folder as the working directory.
func (s *Server) buildRequest(args BuildArgs, path string) (buildengine.Request, error) {
	dir := filepath.Dir(path)
	o := flags.Options{
		Context: args.Context, File: path, Stage: args.Target, Platforms: args.Platforms, Outputs: args.Outputs,
		Tags: args.Tags, Secrets: args.Secrets, SSH: args.SSH, Call: args.Call,
		Push: args.Push, Load: args.Load, NoCache: args.NoCache, Pull: args.Pull,
	}
	if o.Context == "" {
		o.Context = dir
	}
	for _, name := range sortedKeys(args.Args) {
		o.BuildArgs = append(o.BuildArgs, name+"="+args.Args[name])
	}
	return o.Request(dir, s.LookupEnv)
}

// agreed settles what a job may do, and runs it. A push that the caller did
// not ask for itself needs a person's consent.
func (s *Server) agreed(ctx context.Context, c call, folder string, set settings.Settings, j job, askPush bool) (any, error) {
	if j.builder == "" {
		j.builder = set.Builder
	}
	if err := overlay(c.snap, set.Build.Unsaved, j.files, j.requests); err != nil {
		return nil, err
	}
	if places := pushes(j.requests); askPush && len(places) > 0 {
		push, err := s.Consent.push(ctx, folder, places)
		if err != nil {
			return nil, err
		}
		if !push {
			j.requests = withoutPush(j.requests)
		}
	}
	for i := range j.requests {
		if path := dockerfilePath(&j.requests[i]); path != "" {
			j.files = append(j.files, path)
		}
	}
	return s.start(ctx, j)
}

// pushes lists where requests push to.
func pushes(requests []buildengine.Request) []string {
	var places []string
	for i := range requests {
		for _, o := range requests[i].Outputs {
			if !isPush(o) {
				continue
			}
			names := requests[i].Tags
			if len(names) == 0 {
				names = []string{o.Attrs["name"]}
			}
			places = append(places, names...)
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

func isPush(o buildengine.Output) bool { return o.Type == "registry" || o.Attrs["push"] == "true" }

// withoutPush leaves out what goes to a registry.
func withoutPush(requests []buildengine.Request) []buildengine.Request {
	out := slices.Clone(requests)
	for i := range out {
		out[i].Outputs = slices.DeleteFunc(slices.Clone(out[i].Outputs), isPush)
	}
	return out
}

// askedForCache are the targets whose definition says that nothing is exported.
func askedForCache(plan *bake.Plan) map[string]bool {
	out := map[string]bool{}
	for name, t := range plan.Targets {
		if t.Linked || slices.ContainsFunc(t.Outputs, func(o bake.Output) bool { return o.Type == "cacheonly" }) {
			out[name] = true
		}
	}
	return out
}

// title names a build for people.
func title(verb, call string, targets []string) string {
	if call != "" && call != "build" {
		verb = call
	}
	if len(targets) == 0 {
		targets = []string{"default"}
	}
	return verb + " " + abridge(targets, 3)
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
