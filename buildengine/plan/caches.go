package plan

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/moby/buildkit/client"
)

// cacheEnv lists the attributes that Buildx fills in from the environment for
// a kind of cache. Their values are sensitive.
var cacheEnv = map[string]map[string]string{
	"gha": {"token": "ACTIONS_RUNTIME_TOKEN", "url": "ACTIONS_CACHE_URL", "url_v2": "ACTIONS_RESULTS_URL"},
	"s3":  {"access_key_id": "AWS_ACCESS_KEY_ID", "secret_access_key": "AWS_SECRET_ACCESS_KEY", "session_token": "AWS_SESSION_TOKEN"},
}

// sensitiveCache are those of the attributes that must not be shown.
var sensitiveCache = []string{"token", "access_key_id", "secret_access_key", "session_token"}

// caches sets the cache imports and exports.
func (s *Solve) caches(node Node, env Env) error {
	for _, entry := range s.Request.CacheFrom {
		if c, ok := cacheEntry(entry, env); ok {
			s.Opt.CacheImports = append(s.Opt.CacheImports, c)
		}
	}
	for _, entry := range s.Request.CacheTo {
		c, ok := cacheEntry(entry, env)
		if !ok {
			continue
		}
		if c.Type != "inline" && !node.Features.CacheExport {
			return unsupported("Cache export", node.Driver)
		}
		s.Opt.CacheExports = append(s.Opt.CacheExports, c)
	}
	if on, err := strconv.ParseBool(s.Request.BuildArgs["BUILDKIT_INLINE_CACHE"]); err == nil && on {
		s.Opt.CacheExports = append(s.Opt.CacheExports, client.CacheOptionsEntry{Type: "inline", Attrs: map[string]string{}})
	}
	return nil
}

// cacheEntry completes an entry. ok is false for a GitHub cache outside of
// GitHub, which Buildx drops.
func cacheEntry(entry buildengine.CacheEntry, env Env) (client.CacheOptionsEntry, bool) {
	attrs := maps.Clone(entry.Attrs)
	if attrs == nil {
		attrs = map[string]string{}
	}
	for key, name := range cacheEnv[entry.Type] {
		if value, set := env.Lookup(name); set && attrs[key] == "" {
			attrs[key] = value
		}
	}
	for _, key := range sensitiveCache {
		env.Redact.Add(attrs[key])
	}
	if entry.Type == "gha" && (attrs["token"] == "" || attrs["url"] == "" && attrs["url_v2"] == "") {
		return client.CacheOptionsEntry{}, false
	}
	return client.CacheOptionsEntry{Type: entry.Type, Attrs: attrs}, true
}

// unsupported is Buildx's text for what a driver cannot do.
func unsupported(what, driver string) error {
	return fmt.Errorf("%s is not supported for the %s driver.\n"+
		"Switch to a different driver, or turn on the containerd image store, and try again.\n"+
		"Learn more at https://docs.docker.com/go/build-cache-backends/", what, driver)
}

// attestations sets the attestations that were asked for, and Buildx's default
// provenance where the daemon and the driver can hold it.
func (s *Solve) attestations(node Node, env Env) error {
	attrs := s.Opt.FrontendAttrs
	capable := attestCapable(node)
	provenance := false
	for _, a := range s.Request.Attests {
		if a.Type == "provenance" {
			provenance = true
		}
		if a.Disabled {
			continue
		}
		if !capable {
			return errors.New("Attestations are not supported by the current BuildKit daemon") //nolint:staticcheck // Buildx's text
		}
		attrs["attest:"+a.Type] = joinAttrs(a.Attrs)
	}
	if off, _ := env.Lookup("BUILDX_NO_DEFAULT_ATTESTATIONS"); isTrue(off) || provenance || !capable || !node.Features.MultiPlatform {
		return nil
	}
	attrs["attest:provenance"] = "mode=min,inline-only=true"
	return nil
}

// attestCapable tells whether the daemon knows attestations. They came with
// v0.11, the first version that tells its version.
func attestCapable(node Node) bool {
	for _, w := range node.Workers {
		if w.BuildkitVersion.Version != "" {
			return true
		}
	}
	return false
}

func joinAttrs(attrs map[string]string) string {
	out := make([]string, 0, len(attrs))
	for _, k := range sortedKeys(attrs) {
		field := k + "=" + attrs[k]
		if strings.ContainsAny(field, `,"`) {
			field = `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
		}
		out = append(out, field)
	}
	return strings.Join(out, ",")
}

func isTrue(s string) bool {
	on, err := strconv.ParseBool(s)
	return err == nil && on
}
