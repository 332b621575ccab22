package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/flags"
)

// printCalls prints what the frontend answered for targets that are calls
// rather than builds. The exit status is that of the first that has one.
func (a *App) printCalls(b *bakeFlags, plan *bake.Plan, result *buildengine.Result) error {
	calls := map[string]*buildengine.CallResult{}
	for i := range result.Targets {
		if t := &result.Targets[i]; t.Call != nil {
			calls[t.Target] = t.Call
		}
	}
	if len(calls) == 0 {
		return nil
	}
	how, err := flags.ParseCall(b.short.Call)
	if err != nil {
		return err
	}
	if how.Format == "json" {
		err = a.printCallsJSON(plan, calls)
	} else {
		a.printCallsText(plan, calls)
	}
	if err != nil || how.IgnoreStatus {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		if status := calls[name].Status; status != 0 {
			return exitStatus{status}
		}
	}
	return nil
}

// printCallsText prints one target after the other, each under its name.
func (a *App) printCallsText(plan *bake.Plan, calls map[string]*buildengine.CallResult) {
	for i, name := range slices.Sorted(maps.Keys(calls)) {
		if i > 0 {
			fmt.Fprintln(a.Stdout)
		}
		fmt.Fprintln(a.Stdout, name)
		if description := plan.Targets[name].Description; description != "" {
			fmt.Fprintln(a.Stdout, description)
		}
		fmt.Fprintf(a.Stdout, "\n%s\n", callText(plan.Targets[name], calls[name]))
	}
}

// callText is an answer for people; findings of a check are counted.
func callText(t *bake.Target, c *buildengine.CallResult) string {
	var found struct{ Warnings []json.RawMessage }
	if callName(t) != "check" || json.Unmarshal(c.JSON, &found) != nil {
		return c.Text
	}
	switch n := len(found.Warnings); n {
	case 0:
		return "Check complete, no warnings found." + c.Text
	case 1:
		return "Check complete, 1 warning has been found!\n" + c.Text
	default:
		return fmt.Sprintf("Check complete, %d warnings have been found!\n%s", n, c.Text)
	}
}

// printCallsJSON prints the plan with the answers beside the definitions:
// {"group": …, "target": {NAME: {"build": …, "check": …}}}.
func (a *App) printCallsJSON(plan *bake.Plan, calls map[string]*buildengine.CallResult) error {
	targets := map[string]map[string]any{}
	for name, t := range plan.Targets {
		targets[name] = map[string]any{"build": t}
		if c := calls[name]; c != nil {
			targets[name][callName(t)] = json.RawMessage(c.JSON)
		}
	}
	return a.printJSON(struct {
		Group  map[string]*bake.Group    `json:"group,omitempty"`
		Target map[string]map[string]any `json:"target"`
	}{plan.Groups, targets})
}

// callName is a target's call as people write it.
func callName(t *bake.Target) string {
	if *t.Call == "lint" {
		return "check"
	}
	return *t.Call
}
