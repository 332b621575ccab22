package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/buildengine"
)

// summary says in one line how a build ended and where its results are.
func summary(title string, r *buildengine.Result) string {
	switch {
	case r.Canceled:
		return fmt.Sprintf("%s was canceled after %s", title, short(r.Duration))
	case r.Failure != nil:
		return failureText(title, r.Failure)
	}
	steps, cached := 0, 0
	var places []string
	for i := range r.Targets {
		t := &r.Targets[i]
		steps += t.Steps
		cached += t.Cached
		for _, o := range t.Outputs {
			if p := place(o); p != "" {
				places = append(places, t.Target+" → "+p)
			}
		}
	}
	text := fmt.Sprintf("%s: built in %s, %d of %d steps from the cache", title, short(r.Duration), cached, steps)
	if len(places) > 0 {
		text += ". " + abridge(places, 4)
	}
	return text
}

func failureText(title string, f *buildengine.Failure) string {
	text := title + " failed"
	if f.Target != "" && !strings.Contains(title, f.Target) {
		text += " in " + f.Target
	}
	if f.Step != "" {
		text += " at " + f.Step
	}
	text += ": " + f.Message
	if f.Hint != "" {
		text += ". " + f.Hint
	}
	return text
}

// place says where a result is; the cache is no place.
func place(o buildengine.ResultOutput) string {
	switch {
	case o.Type == "cacheonly":
		return ""
	case o.Push:
		return o.Dest + " (pushed)"
	case o.Dest == "":
		return o.Type
	}
	return o.Dest + " (" + o.Type + ")"
}

// cacheOnly lists the targets whose result stays in the builder's cache alone,
// although nobody asked for that.
func cacheOnly(r *buildengine.Result, asked map[string]bool) []string {
	var names []string
	for i := range r.Targets {
		t := &r.Targets[i]
		if !exportsAnything(t) && t.Failure == nil && !t.Canceled && t.Call == nil && !asked[t.Target] {
			names = append(names, t.Target)
		}
	}
	return names
}

func exportsAnything(t *buildengine.TargetResult) bool {
	return slices.ContainsFunc(t.Outputs, func(o buildengine.ResultOutput) bool { return o.Type != "cacheonly" })
}

func abridge(items []string, n int) string {
	if len(items) <= n {
		return strings.Join(items, ", ")
	}
	return strings.Join(items[:n], ", ") + fmt.Sprintf(" and %d more", len(items)-n)
}

// short prints a duration as people say it: "0.4 s", "12 s", "3 min 5 s".
func short(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}
