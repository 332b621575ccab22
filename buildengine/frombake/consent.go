package frombake

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
)

// A Need is one thing that a definition asks for beyond its working directory
// and that nobody has granted.
type Need struct {
	Text  string // for people, in Buildx's words
	Allow string // the value of --allow that grants it, wherever it is given
	Short string // the same as people would write it in the working directory
}

// grants is what --allow gives.
type grants struct {
	simple      map[string]bool // "network.host", "ssh" ...
	devices     bool            // all of them
	read, write []string        // folders and files, resolved; "*" is everything
}

// parseGrants reads values of --allow. The working directory is always granted.
func parseGrants(list []string, dir string) (grants, error) {
	g := grants{simple: map[string]bool{}, read: []string{resolve(dir)}, write: []string{resolve(dir)}}
	for _, s := range list {
		key, path, _ := strings.Cut(s, "=")
		switch key {
		case "fs", "fs.read", "fs.write":
			if path == "" {
				return g, fmt.Errorf("invalid entitlement %q: a path is missing", s)
			}
			if path != "*" {
				path = resolve(absolute(path, dir))
			}
			if key != "fs.write" {
				g.read = append(g.read, path)
			}
			if key != "fs.read" {
				g.write = append(g.write, path)
			}
		case "device":
			g.devices = g.devices || path == ""
			g.simple[s] = true
		case "network.host", "security.insecure", "ssh", "image", "image.push", "image.load", "buildx.local.delete":
			if path != "" && !strings.HasPrefix(key, "image") {
				return g, fmt.Errorf("unknown entitlement key %q", s)
			}
			g.simple[key] = true
		default:
			return g, fmt.Errorf("unknown entitlement key %q", s)
		}
	}
	return g, nil
}

// CheckAllow refuses values of --allow that grant nothing.
func CheckAllow(list []string) error {
	_, err := parseGrants(list, ".")
	return err
}

// wants gathers what targets ask for.
type wants struct {
	dir         string
	simple      map[string]string // --allow value -> words
	read, write map[string]bool   // paths, resolved
	granted     map[string]bool   // paths that --set itself named
}

func newWants(dir string) *wants {
	return &wants{
		dir: dir, simple: map[string]string{}, read: map[string]bool{}, write: map[string]bool{}, granted: map[string]bool{},
	}
}

// simpleNeeds are the words for entitlements.
var simpleNeeds = map[string]string{
	"network.host":      "Running build containers that can access host network",
	"security.insecure": "Running privileged containers that can make system changes",
}

func (w *wants) of(req *buildengine.Request, t *bake.Target) {
	for _, p := range t.Granted {
		w.granted[resolve(absolute(p, w.dir))] = true
	}
	for _, e := range req.Entitlements {
		switch text, known := simpleNeeds[e]; {
		case known:
			w.simple[e] = text
		case e == "device":
			w.simple[e] = "Access to CDI devices"
		case strings.HasPrefix(e, "device="):
			w.simple[e] = "Access to device " + strings.TrimPrefix(e, "device=")
		}
	}
	if req.Network == "host" {
		w.simple["network.host"] = simpleNeeds["network.host"]
	}
	for _, p := range readPaths(req) {
		w.read[resolve(p)] = true
	}
	for _, p := range writePaths(req) {
		w.write[resolve(p)] = true
	}
	for _, s := range req.SSH {
		if len(s.Paths) == 0 {
			w.simple["ssh"] = "Forwarding default SSH agent socket"
		}
	}
	for _, o := range req.Outputs {
		if o.Type == "local" && o.Attrs["mode"] == "delete" {
			w.simple["buildx.local.delete"] = "Deleting stale files from local output destinations"
		}
	}
}

// readPaths are the local files and folders that a request reads.
func readPaths(req *buildengine.Request) []string {
	var paths []string
	add := func(p string) {
		if p != "" {
			paths = append(paths, p)
		}
	}
	add(req.Context.Dir)
	add(req.Dockerfile.Path)
	for _, c := range req.Contexts {
		add(c.Dir)
		if layout, ok := strings.CutPrefix(c.URL, "oci-layout://"); ok {
			add(layoutDir(layout))
		}
	}
	for _, c := range req.CacheFrom {
		if c.Type == "local" {
			add(c.Attrs["src"])
		}
	}
	for _, s := range req.Secrets {
		add(s.File)
	}
	for _, s := range req.SSH {
		paths = append(paths, s.Paths...)
	}
	return paths
}

// layoutDir is the folder of "path[:tag][@digest]".
func layoutDir(layout string) string {
	layout, _, _ = strings.Cut(layout, "@")
	if i := strings.LastIndex(layout, ":"); i > strings.LastIndex(layout, "/") {
		layout = layout[:i]
	}
	return layout
}

// writePaths are the local files and folders that a request writes.
func writePaths(req *buildengine.Request) []string {
	var paths []string
	for _, o := range req.Outputs {
		if o.Dest != "" && o.Dest != "-" {
			paths = append(paths, o.Dest)
		}
	}
	for _, c := range req.CacheTo {
		if c.Type == "local" && c.Attrs["dest"] != "" {
			paths = append(paths, c.Attrs["dest"])
		}
	}
	return paths
}

// missing is what is wanted and not granted, in a fixed order.
func (w *wants) missing(g grants) []Need {
	var out []Need
	for _, key := range slices.Sorted(maps.Keys(w.simple)) {
		if g.simple[key] || g.devices && strings.HasPrefix(key, "device") {
			continue
		}
		out = append(out, Need{Text: w.simple[key], Allow: key, Short: key})
	}
	paths := map[string]bool{}
	maps.Copy(paths, w.read)
	maps.Copy(paths, w.write)
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		read := w.read[p] && !within(g.read, p) && !w.granted[p]
		write := w.write[p] && !within(g.write, p) && !w.granted[p]
		switch {
		case read && write:
			out = append(out, w.pathNeed("Read and write", "fs", p))
		case read:
			out = append(out, w.pathNeed("Read", "fs.read", p))
		case write:
			out = append(out, w.pathNeed("Write", "fs.write", p))
		}
	}
	return out
}

func (w *wants) pathNeed(access, key, p string) Need {
	shown := w.shown(p)
	return Need{Text: access + " access to path " + shown, Allow: key + "=" + p, Short: key + "=" + shown}
}

// shown is a path as people know it: relative where it is at most one folder
// above the working directory, as in Buildx.
func (w *wants) shown(p string) string {
	rel, err := filepath.Rel(resolve(w.dir), p)
	if err != nil || strings.HasPrefix(rel, filepath.Join("..", "..")) {
		return p
	}
	return rel
}

// within tells whether path is one of the roots or lies below one, by whole components.
func within(roots []string, path string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		if root == "*" || root == path {
			return true
		}
		return strings.HasPrefix(path, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator))
	})
}

// resolve follows the links of the longest part of a path that exists, so that
// a link inside a granted folder does not lead out of it.
func resolve(path string) string {
	rest := ""
	for dir := filepath.Clean(path); ; dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if dir == filepath.Dir(dir) {
			return filepath.Clean(path)
		}
		rest = filepath.Join(filepath.Base(dir), rest)
	}
}
