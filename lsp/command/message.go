package command

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/buildengine"
)

// summary says in one line how a build ended and where its results are; what
// people look for first comes first, as editors cut long messages. Paths below
// dir are shown relative to it.
func summary(title, dir string, r *buildengine.Result) string {
	switch {
	case r.Canceled:
		return fmt.Sprintf("%s was canceled after %s", title, short(r.Duration))
	case r.Failure != nil:
		return failureText(title, dir, r.Failure)
	}
	steps, cached := 0, 0
	var places []string
	for i := range r.Targets {
		t := &r.Targets[i]
		steps += t.Steps
		cached += t.Cached
		for _, o := range t.Outputs {
			if p := place(dir, o); p != "" {
				places = append(places, t.Target+" → "+p)
			}
		}
	}
	text := fmt.Sprintf("%s built in %s", title, short(r.Duration))
	if len(places) > 0 {
		text += ": " + abridge(places, 4)
	}
	return text + fmt.Sprintf(" (%d of %d steps cached)", cached, steps)
}

// maxStep is how much of a step's name a message has room for, in characters.
const maxStep = 60

func failureText(title, dir string, f *buildengine.Failure) string {
	text := title + " failed"
	if f.Target != "" && !strings.Contains(title, f.Target) {
		text += " in " + f.Target
	}
	text += ": " + failureCause(f)
	if f.Location != nil {
		text += fmt.Sprintf(" at %s:%d", below(dir, f.Location.Path), f.Location.Line)
	}
	if f.Step != "" {
		text += ", " + cut(f.Step, maxStep)
	}
	if f.Hint != "" {
		text += ". " + f.Hint
	}
	return text
}

// failureCause is the shortest true account: a process that ended badly has
// said why in its log, and BuildKit's own sentence repeats the command.
func failureCause(f *buildengine.Failure) string {
	if f.ExitCode >= 0 {
		return fmt.Sprintf("exit code %d", f.ExitCode)
	}
	return f.Message
}

func cut(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// below is a path relative to dir, where it lies below it.
func below(dir, path string) string {
	rel, err := filepath.Rel(dir, path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return path
	}
	return rel
}

// place says where a result is; the cache is no place.
func place(dir string, o buildengine.ResultOutput) string {
	switch {
	case o.Type == "cacheonly":
		return ""
	case o.Push:
		return o.Dest + " (pushed)"
	case o.Dest == "":
		return o.Type
	}
	return below(dir, o.Dest) + " (" + o.Type + ")"
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
