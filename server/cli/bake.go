package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/frombake"
	"github.com/buildlens/buildlens/buildengine/plan"
)

// bakeFlags are the flags of bake as they were given.
type bakeFlags struct {
	files   []string
	set     []string
	vars    []string
	allow   []string
	jobs    []string
	list    string
	print   bool
	short   bake.Shorthands
	noCache bool
	pull    bool
	out     output
}

func (a *App) bakeCommand(opt *options) *cobra.Command {
	var b bakeFlags
	cmd := &cobra.Command{
		Use:     "bake [OPTIONS] [URL [CMD_CONTEXT_URL]] [TARGET...]",
		Aliases: []string{"f"},
		Short:   "Build from a file",
		RunE: func(cmd *cobra.Command, args []string) error {
			b.given(cmd.Flags())
			return a.bake(cmd.Context(), opt, &b, args)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&b.files, "file", "f", nil, "Build definition file")
	f.StringArrayVar(&b.set, "set", nil, `Override target value (e.g., "targetpattern.key=value")`)
	f.StringArrayVar(&b.vars, "var", nil, `Set a variable value (e.g., "name=value")`)
	f.StringArrayVar(&b.allow, "allow", nil, "Allow build to access specified resources")
	f.StringSliceVarP(&b.jobs, "jobs", "j", nil, `Number of parallel builds and failure mode ("4", "fail-fast", "defer-output", "defer-error")`)
	f.BoolVar(&b.print, "print", false, "Print the options without building")
	f.StringVar(&b.list, "list", "", `List targets or variables (format: "targets" or "type=variables,format=json")`)
	f.BoolVar(&b.short.Push, "push", false, `Shorthand for "--set=*.output=type=registry"`)
	f.BoolVar(&b.short.Load, "load", false, `Shorthand for "--set=*.output=type=docker"`)
	f.StringVar(&b.short.Call, "call", "build", `Set method for evaluating build ("check", "outline", "targets")`)
	f.BoolVar(&b.short.Check, "check", false, `Shorthand for "--call=check"`)
	f.BoolVar(&b.noCache, "no-cache", false, "Do not use cache when building the image")
	f.BoolVar(&b.pull, "pull", false, "Always attempt to pull all referenced images")
	f.StringVar(&b.short.SBOM, "sbom", "", `Shorthand for "--set=*.attest=type=sbom"`)
	f.StringVar(&b.short.Provenance, "provenance", "", `Shorthand for "--set=*.attest=type=provenance"`)
	f.Lookup("provenance").NoOptDefVal, f.Lookup("sbom").NoOptDefVal = "true", "true"
	f.StringArrayVar(&b.short.Policy, "policy", nil, `Policy configuration (format: "disabled=true", "strict=true", "log-level=debug")`)
	b.out.flags(f)
	// Older spellings that docker buildx still takes.
	for name, kind := range map[string]string{"list-targets": "targets", "list-variables": "variables"} {
		f.BoolFunc(name, "List "+kind, func(string) error { b.list = kind; return nil })
		_ = f.MarkHidden(name)
	}
	return cmd
}

// given keeps apart switches that were set to false and those not given.
func (b *bakeFlags) given(f *pflag.FlagSet) {
	if f.Changed("no-cache") {
		b.short.NoCache = &b.noCache
	}
	if f.Changed("pull") {
		b.short.Pull = &b.pull
	}
}

// bake evaluates the definition and prints, lists or builds it.
func (a *App) bake(ctx context.Context, opt *options, b *bakeFlags, args []string) error {
	jobs, err := b.validate()
	if err != nil {
		return err
	}
	at := splitBakeArgs(args)
	in, err := a.definition(ctx, opt, b, at)
	if err != nil {
		return err
	}
	def := bake.New(in.Input)
	if b.list != "" {
		return a.bakeList(ctx, def, b.list)
	}
	resolved, err := b.plan(ctx, def, at.targets)
	if err != nil {
		return err
	}
	if err := def.Check(resolved); err != nil {
		return err
	}
	if b.print {
		_, err := a.Stdout.Write(resolved.Print())
		return err
	}
	return a.bakeBuild(ctx, opt, b, in, resolved, jobs)
}

// validate refuses flags that cannot hold, whatever the definition says.
func (b *bakeFlags) validate() (buildengine.Jobs, error) {
	if b.print && b.list != "" {
		return buildengine.Jobs{}, errors.New("--print and --list are mutually exclusive")
	}
	if err := frombake.CheckAllow(b.allow); err != nil {
		return buildengine.Jobs{}, err
	}
	if _, err := plan.SourcePolicy(os.LookupEnv); err != nil {
		return buildengine.Jobs{}, err
	}
	if err := b.out.validate(); err != nil {
		return buildengine.Jobs{}, err
	}
	return parseJobs(b.jobs)
}

func (b *bakeFlags) plan(ctx context.Context, def *bake.Definition, targets []string) (*bake.Plan, error) {
	short, err := b.short.Overrides()
	if err != nil {
		return nil, err
	}
	return def.Plan(ctx, bake.PlanRequest{Targets: targets, Overrides: append(append([]string(nil), b.set...), short...)})
}

func parseVars(list []string) (map[string]string, error) {
	vars := make(map[string]string, len(list))
	for _, v := range list {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("invalid variable %q, expected key=value", v)
		}
		vars[name] = value
	}
	return vars, nil
}

// envBool reads a boolean from the environment; false when it is not set.
func envBool(name string) (bool, error) {
	value := os.Getenv(name)
	if value == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		return false, fmt.Errorf("invalid value %q of the variable %s, expected a boolean: true, false, 1 or 0", value, name)
	}
	return on, nil
}

// envSwitch reads a boolean of which Buildx ignores values that are none.
func envSwitch(name string, otherwise bool) bool {
	on, err := strconv.ParseBool(os.Getenv(name))
	if err != nil {
		return otherwise
	}
	return on
}
