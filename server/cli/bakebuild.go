package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/frombake"
)

// bakeBuild builds a plan.
func (a *App) bakeBuild(ctx context.Context, opt *options, b *bakeFlags, in *bakeDefinition, plan *bake.Plan, jobs buildengine.Jobs) error {
	requests, needs, err := frombake.Requests(plan, frombake.Options{
		Dir: in.Dir, LookupEnv: os.LookupEnv, Allow: b.allow, AnyPath: anyPath(in), Remote: in.remote,
	})
	if err != nil {
		return err
	}
	if err := a.consent(ctx, b.out.progress, needs); err != nil {
		return err
	}
	if len(requests) == 0 {
		return nil
	}
	result, err := a.run(ctx, opt, &b.out, buildengine.Build{Builder: opt.builder, Requests: requests, Jobs: jobs})
	if result != nil && (err == nil || jobs.DeferError) {
		err = errors.Join(err, writeMetadata(b.out.metadata, result))
	}
	if err != nil {
		return err
	}
	return a.printCalls(b, plan, result)
}

// anyPath tells whether the environment switches consent to paths off.
func anyPath(in *bakeDefinition) bool {
	return !envSwitch("BUILDX_BAKE_ENTITLEMENTS_FS", true) || in.remote != nil && envSwitch("BAKE_ALLOW_REMOTE_FS_ACCESS", false)
}

// writeMetadata writes what the targets that succeeded left behind, by target.
// Calls leave nothing.
func writeMetadata(path string, result *buildengine.Result) error {
	if path == "" {
		return nil
	}
	all := map[string]any{}
	for i := range result.Targets {
		if t := &result.Targets[i]; t.Failure == nil && !t.Canceled && t.Call == nil {
			all[t.Target] = t.Metadata
		}
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = writeAtomically(path, raw)
	}
	if err != nil {
		return fmt.Errorf("writing the metadata file: %w", err)
	}
	return nil
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
