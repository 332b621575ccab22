package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/flags"
	"github.com/buildlens/buildlens/buildengine/frombake"
)

// bakeBuild builds a plan.
func (a *App) bakeBuild(ctx context.Context, opt *options, b *bakeFlags, in *bakeDefinition, plan *bake.Plan, jobs buildengine.Jobs) error {
	requests, needs, err := frombake.Requests(plan, frombake.Options{Dir: in.Dir, LookupEnv: os.LookupEnv, Allow: b.allow, Remote: in.remote})
	if err != nil {
		return err
	}
	if err := a.consent(b, needs); err != nil {
		return err
	}
	if len(requests) == 0 {
		return nil
	}
	result, err := a.run(ctx, opt, &b.out, buildengine.Build{Builder: opt.builder, Requests: requests, Jobs: jobs})
	if result != nil && (err == nil || jobs.DeferError) {
		err = errors.Join(err, b.out.writeFiles(result, true))
	}
	if err != nil {
		return err
	}
	return a.printCalls(b, result)
}

// consent refuses what was not granted with --allow, and says how to grant it.
func (a *App) consent(b *bakeFlags, needs []frombake.Need) error {
	if len(needs) == 0 {
		return nil
	}
	var grant []string
	for _, n := range needs {
		grant = append(grant, "--allow="+n.Allow)
	}
	if b.out.progress == "rawjson" {
		return fmt.Errorf("additional privileges requested: pass %q to grant requested privileges", strings.Join(grant, " "))
	}
	fmt.Fprintln(a.Stderr, "Your build is requesting privileges for following possibly insecure capabilities:")
	fmt.Fprintln(a.Stderr)
	for _, n := range needs {
		fmt.Fprintln(a.Stderr, " -", n.Text)
	}
	fmt.Fprintf(a.Stderr, "\nPass %q to grant requested privileges.\n", strings.Join(grant, " "))
	return errors.New("additional privileges requested")
}

// printCalls prints the frontend's answers, one target after the other.
func (a *App) printCalls(b *bakeFlags, result *buildengine.Result) error {
	var last error
	for i := range result.Targets {
		t := &result.Targets[i]
		if t.Call == nil {
			continue
		}
		call := flags.Call{}
		if !b.short.Check {
			var err error
			if call, err = flags.ParseCall(b.short.Call); err != nil {
				return err
			}
		}
		if len(result.Targets) > 1 && call.Format != "json" {
			fmt.Fprintf(a.Stdout, "%s\n%s\n", t.Target, strings.Repeat("-", len(t.Target)))
		}
		if err := a.printCall(t.Call, call.Format == "json", call.IgnoreStatus); err != nil {
			last = err
		}
	}
	return last
}

// parseJobs reads the values of --jobs.
func parseJobs(values []string) (buildengine.Jobs, error) {
	var jobs buildengine.Jobs
	for _, v := range values {
		switch number := strings.TrimPrefix(v, "parallel="); v {
		case "fail-fast":
			jobs.DeferError = false
		case "defer-output":
			jobs.DeferOutput = true
		case "defer-error":
			jobs.DeferError = true
		default:
			n, err := strconv.Atoi(number)
			if err != nil || n < 0 {
				return jobs, fmt.Errorf("invalid jobs value %q, expected a number, fail-fast, defer-output or defer-error", v)
			}
			jobs.Parallel = n
		}
	}
	return jobs, nil
}
