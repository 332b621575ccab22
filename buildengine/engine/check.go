package engine

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
)

var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// check refuses builds that cannot be run as they are.
func (r *run) check() error {
	if !idPattern.MatchString(r.build.ID) {
		return fmt.Errorf("invalid build id %q: letters, digits, - and _ are allowed", r.build.ID)
	}
	if len(r.build.Requests) == 0 {
		return errors.New("nothing to build")
	}
	names := r.names()
	for i := range r.build.Requests {
		name := r.build.Requests[i].Target
		if name == "" {
			return errors.New("a target has no name")
		}
		if i > 0 && r.build.Requests[i-1].Target == name {
			return fmt.Errorf("the target %s is there twice", name)
		}
	}
	parents := map[string][]string{}
	for i := range r.build.Requests {
		req := &r.build.Requests[i]
		parents[req.Target] = links(req)
		for _, parent := range parents[req.Target] {
			if _, ok := slices.BinarySearch(names, parent); !ok {
				return fmt.Errorf("failed to find target %s", parent)
			}
		}
	}
	return checkJobs(r.build.Jobs, parents, names)
}

func checkJobs(jobs buildengine.Jobs, parents map[string][]string, names []string) error {
	known := map[string]bool{}
	for _, name := range names {
		if err := findLoop(name, parents, known, nil); err != nil {
			return err
		}
	}
	if jobs.Parallel <= 0 || jobs.Parallel >= len(names) {
		return nil
	}
	for _, list := range parents {
		if len(list) > 0 {
			return errors.New("limited parallelism is not supported with linked targets")
		}
	}
	if jobs.DeferOutput {
		return errors.New("defer-output needs all targets to run at once: parallel must be 0 or at least the number of targets")
	}
	return nil
}

// links are the targets whose results a request uses, in name order.
func links(req *buildengine.Request) []string {
	var out []string
	for _, c := range req.Contexts {
		if c.Target != "" && !slices.Contains(out, c.Target) {
			out = append(out, c.Target)
		}
	}
	slices.Sort(out)
	return out
}

// findLoop follows the links of a target. Those in known have been followed to
// their ends.
func findLoop(name string, parents map[string][]string, known map[string]bool, path []string) error {
	if i := slices.Index(path, name); i >= 0 {
		if len(path)-i == 1 {
			return fmt.Errorf("target %s cannot link to itself", name)
		}
		return fmt.Errorf("infinite loop: %s", strings.Join(append(path[i:], name), " -> "))
	}
	if known[name] {
		return nil
	}
	for _, parent := range parents[name] {
		if err := findLoop(parent, parents, known, append(slices.Clone(path), name)); err != nil {
			return err
		}
	}
	known[name] = true
	return nil
}
