package bake

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

var scpLike = regexp.MustCompile(`^[a-zA-Z0-9_.-]+@[a-zA-Z0-9.-]+:`)

// IsRemote tells whether a context is a git or http(s) address, by the rules
// of Docker's command line.
func IsRemote(context string) bool {
	for _, prefix := range []string{"http://", "https://", "git://", "ssh://", "git@", "github.com/"} {
		if strings.HasPrefix(context, prefix) {
			return true
		}
	}
	return scpLike.MatchString(context)
}

// hasScheme tells whether a named context is more than a local path.
func hasScheme(context string) bool {
	return strings.Contains(context, "://") || strings.HasPrefix(context, "target:") || IsRemote(context)
}

// cwdScheme marks a path of the caller's machine in a remote definition.
const cwdScheme = "cwd://"

// cleanContext is a main context as it is printed: a local path without its
// "cwd://" and cleaned.
func cleanContext(context string) string {
	if local, ok := strings.CutPrefix(context, cwdScheme); ok {
		return path.Clean(local)
	}
	if hasScheme(context) || context == "-" {
		return context
	}
	return path.Clean(context)
}

// Remote is where a definition was read from when that has folders of its own:
// the paths of contexts are inside it, and those on the caller's machine begin
// with "cwd://".
type Remote struct {
	URL string
	// Archive tells that URL is that of an archive, whose folders have no
	// address, rather than of a git repository, whose folders have one.
	Archive bool
}

// rewrite makes the contexts of a target point into the place its definition
// was read from. It works on contexts as they were written.
func (r *Remote) rewrite(t *Target) {
	t.OnCaller = strings.HasPrefix(*t.Context, cwdScheme)
	if moved, ok := r.locate(t, "", *t.Context); ok {
		t.Context = &moved
	}
	for name, context := range t.Contexts {
		if moved, ok := r.locate(t, name, context); ok {
			t.Contexts[name] = moved
		}
	}
}

// locate is the address of a context, if it is inside the remote place. A
// folder of an archive keeps its path, and is noted in the target.
func (r *Remote) locate(t *Target, name, context string) (string, bool) {
	if hasScheme(context) || context == "-" {
		return "", false
	}
	dir := strings.TrimPrefix(path.Clean("/"+filepath.ToSlash(context)), "/")
	switch {
	case dir == "":
		return r.URL, true
	case r.Archive:
		if t.InArchive == nil {
			t.InArchive = map[string]string{}
		}
		t.InArchive[name] = dir
		return dir, true
	}
	return GitFolder(r.URL, dir), true
}

// GitFolder is the address of a folder inside what a git address names:
// "https://host/a.git#main:x" and "y" make "https://host/a.git#main:x/y". An
// address with a query and no fragment keeps that form.
func GitFolder(address, dir string) string {
	base, fragment, hasFragment := strings.Cut(address, "#")
	before, query, hasQuery := strings.Cut(base, "?")
	if values, err := url.ParseQuery(query); hasQuery && !hasFragment && err == nil {
		values.Set("subdir", path.Join(values.Get("subdir"), dir))
		return before + "?" + strings.ReplaceAll(values.Encode(), "%2F", "/")
	}
	ref, folder, _ := strings.Cut(fragment, ":")
	return base + "#" + ref + ":" + path.Join(folder, dir)
}

// remoteDockerfile refuses a Dockerfile that could be meant to be the remote
// one or the caller's: it is looked up in the context, which is the caller's.
func (c *checker) remoteDockerfile(t *Target) error {
	if c.in.Remote == nil || !t.OnCaller || t.DockerfileInline != nil {
		return nil
	}
	if strings.HasPrefix(*t.Dockerfile, cwdScheme) || IsRemote(*t.Dockerfile) {
		return nil
	}
	file := filepath.Join(*t.Context, *t.Dockerfile)
	if _, err := c.stat(file); err != nil {
		return nil //nolint:nilerr // not there: the remote one was meant
	}
	return fmt.Errorf("target %s: reading a dockerfile for a remote build invocation is currently not supported: "+
		"write \"cwd://%s\" to mean the local file", t.Name, filepath.ToSlash(file))
}
