package flags

import (
	"fmt"

	"github.com/buildlens/buildlens/buildengine"
)

// Cache parses a value of --cache-from or --cache-to: a bare image reference,
// or CSV with type=. Directories (src, dest) are made absolute against cwd.
func Cache(s, cwd string) (buildengine.CacheEntry, error) {
	list, err := fields("cache", s)
	if err != nil {
		return buildengine.CacheEntry{}, err
	}
	if len(list) == 1 && !list[0].ok {
		return buildengine.CacheEntry{Type: "registry", Attrs: map[string]string{"ref": s}}, nil
	}
	entry := buildengine.CacheEntry{Attrs: map[string]string{}}
	for _, f := range list {
		switch {
		case !f.ok:
			return buildengine.CacheEntry{}, fmt.Errorf("invalid value %s", f.raw)
		case f.key == "type":
			entry.Type = f.value
		default:
			entry.Attrs[f.key] = f.value
		}
	}
	if entry.Type == "" {
		return buildengine.CacheEntry{}, fmt.Errorf("type required for %q", s)
	}
	return CheckCache(entry, cwd), nil
}

// CheckCache makes the directories of a cache entry that was written as an
// object absolute.
func CheckCache(entry buildengine.CacheEntry, cwd string) buildengine.CacheEntry {
	if entry.Type != "local" {
		return entry
	}
	for _, key := range []string{"src", "dest"} {
		if dir, ok := entry.Attrs[key]; ok && dir != "" {
			entry.Attrs[key] = absolute(dir, cwd)
		}
	}
	return entry
}
