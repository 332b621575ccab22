package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/flags"
)

func (a *App) buildCommand(opt *options) *cobra.Command {
	var o flags.Options
	out := &output{}
	cmd := &cobra.Command{
		Use:     "build [OPTIONS] PATH | URL | -",
		Aliases: []string{"b"},
		Short:   "Start a build",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Context = args[0]
			return a.build(cmd.Context(), opt, o, out)
		},
	}
	f := cmd.Flags()
	lists := []struct {
		to          *[]string
		name, short string
		usage       string
	}{
		{&o.AddHosts, "add-host", "", `Add a custom host-to-IP mapping (format: "host:ip")`},
		{&o.Allow, "allow", "", `Allow extra privileged entitlement (e.g., "network.host", "security.insecure")`},
		{&o.Annotations, "annotation", "", "Add annotation to the image"},
		{&o.Attests, "attest", "", `Attestation parameters (format: "type=sbom,generator=image")`},
		{&o.BuildArgs, "build-arg", "", "Set build-time variables"},
		{&o.BuildContexts, "build-context", "", "Additional build contexts (e.g., name=path)"},
		{&o.CacheFrom, "cache-from", "", `External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")`},
		{&o.CacheTo, "cache-to", "", `Cache export destinations (e.g., "user/app:cache", "type=local,dest=path/to/dir")`},
		{&o.Labels, "label", "", "Set metadata for an image"},
		{&o.NoCacheFilter, "no-cache-filter", "", "Do not cache specified stages"},
		{&o.Outputs, "output", "o", `Output destination (format: "type=local,dest=path")`},
		{&o.Platforms, "platform", "", "Set target platform for build"},
		{&o.Resources, "resource", "", `Resource limits (format: "memory=2g,cpu-shares=512")`},
		{&o.Secrets, "secret", "", `Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")`},
		{&o.SSH, "ssh", "", `SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>|<key>[,<key>]]")`},
		{&o.Tags, "tag", "t", `Image identifier (format: "[registry/]repository[:tag]")`},
		{&o.Ulimits, "ulimit", "", "Ulimit options"},
	}
	for _, l := range lists {
		f.StringArrayVarP(l.to, l.name, l.short, nil, l.usage)
	}
	f.StringVarP(&o.File, "file", "f", "", `Name of the Dockerfile (default: "PATH/Dockerfile")`)
	f.StringVar(&o.Stage, "target", "", "Set the target build stage to build")
	f.StringVar(&o.Network, "network", "default", `Set the networking mode for the "RUN" instructions during build`)
	f.StringVar(&o.ShmSize, "shm-size", "", "Shared memory size for build containers")
	f.StringVar(&o.CgroupParent, "cgroup-parent", "", "Set the parent cgroup for the \"RUN\" instructions during build")
	f.BoolVar(&o.NoCache, "no-cache", false, "Do not use cache when building the image")
	f.BoolVar(&o.Pull, "pull", false, "Always attempt to pull all referenced images")
	f.BoolVar(&o.Push, "push", false, `Shorthand for "--output=type=registry"`)
	f.BoolVar(&o.Load, "load", false, `Shorthand for "--output=type=docker"`)
	f.StringVar(&o.Provenance, "provenance", "", `Shorthand for "--attest=type=provenance"`)
	f.StringVar(&o.SBOM, "sbom", "", `Shorthand for "--attest=type=sbom"`)
	f.Lookup("provenance").NoOptDefVal, f.Lookup("sbom").NoOptDefVal = "true", "true"
	f.StringVar(&o.Call, "call", "build", `Set method for evaluating build ("check", "outline", "targets")`)
	f.StringVar(&out.iidFile, "iidfile", "", "Write the image ID to a file")
	f.BoolVarP(&out.quiet, "quiet", "q", false, "Suppress the build output and print image ID on success")
	out.flags(f)
	check := f.Bool("check", false, `Shorthand for "--call=check"`)
	cmd.PreRun = func(*cobra.Command, []string) {
		if *check {
			o.Call = "check"
		}
	}
	return cmd
}

// build runs one build of the command line.
func (a *App) build(ctx context.Context, opt *options, o flags.Options, out *output) error {
	if err := out.validate(); err != nil {
		return err
	}
	cwd, err := os.Getwd()
	if err != nil {
		return err
	}
	req, err := a.buildRequest(o, cwd)
	if err != nil {
		return err
	}
	call, err := flags.ParseCall(o.Call)
	if err != nil {
		return err
	}
	result, err := a.run(ctx, opt, out, buildengine.Build{Builder: opt.builder, Requests: []buildengine.Request{req}})
	if err != nil {
		return err
	}
	if err := out.writeFiles(result, false); err != nil {
		return err
	}
	target := &result.Targets[0]
	if target.Call != nil {
		return a.printCall(target.Call, call.Format == "json", call.IgnoreStatus)
	}
	if out.printsID() {
		fmt.Fprintln(a.Stdout, imageID(target))
	}
	return nil
}

// buildRequest resolves the options; standard input may be the context or the Dockerfile.
func (a *App) buildRequest(o flags.Options, cwd string) (buildengine.Request, error) {
	switch {
	case o.Context == "-" && o.File == "-":
		return buildengine.Request{}, errors.New("invalid argument: can't use stdin for both build context and dockerfile")
	case o.Context == "-":
		return a.stdinContext(o, cwd)
	case o.File == "-":
		text, err := io.ReadAll(a.Stdin)
		if err != nil {
			return buildengine.Request{}, fmt.Errorf("reading the Dockerfile from standard input: %w", err)
		}
		o.File = ""
		req, err := o.Request(cwd, os.LookupEnv)
		req.Dockerfile = buildengine.Dockerfile{Inline: text}
		return req, err
	}
	return o.Request(cwd, os.LookupEnv)
}

// stdinContext reads `build -`: an archive is the context, anything else the Dockerfile.
func (a *App) stdinContext(o flags.Options, cwd string) (buildengine.Request, error) {
	stdin, archive, err := sniffArchive(a.Stdin)
	if err != nil {
		return buildengine.Request{}, fmt.Errorf("reading standard input: %w", err)
	}
	file := o.File
	o.Context, o.File = ".", ""
	req, err := o.Request(cwd, os.LookupEnv)
	if err != nil {
		return req, err
	}
	if archive {
		req.Context = buildengine.Context{Stream: stdin}
		req.Dockerfile = buildengine.Dockerfile{Remote: file}
		return req, nil
	}
	if file != "" {
		return req, errors.New("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles")
	}
	text, err := io.ReadAll(stdin)
	if err != nil {
		return req, fmt.Errorf("reading the Dockerfile from standard input: %w", err)
	}
	req.Context = buildengine.Context{Empty: true}
	req.Dockerfile = buildengine.Dockerfile{Inline: text}
	return req, nil
}

// imageID is what --quiet prints: the configuration's digest, else the manifest's.
func imageID(t *buildengine.TargetResult) string {
	if t.ImageID != "" {
		return t.ImageID
	}
	return t.Digest
}
