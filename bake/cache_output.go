package bake

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// A CacheEntry is one source or destination of the build cache.
type CacheEntry struct {
	Type  string            // "registry", "local", "inline", "gha", "s3" ...
	Attrs map[string]string // without the type; keys in lower case
}

func (e CacheEntry) equal(o CacheEntry) bool { return e.Type == o.Type && maps.Equal(e.Attrs, o.Attrs) }

// parseCache reads "ref" or "type=...,key=value".
func parseCache(s string) (CacheEntry, error) {
	pairs, err := csvPairs(s)
	if err != nil {
		return CacheEntry{}, err
	}
	if len(pairs) == 1 && pairs[0].bare {
		return CacheEntry{Type: "registry", Attrs: map[string]string{"ref": pairs[0].field}}, nil
	}
	e := CacheEntry{Attrs: map[string]string{}}
	for _, p := range pairs {
		switch {
		case p.bare:
			return e, fmt.Errorf("invalid value %s", p.field)
		case p.key == "type":
			e.Type = p.value
		default:
			e.Attrs[p.key] = p.value
		}
	}
	if e.Type == "" {
		return e, fmt.Errorf("type required for %q", s)
	}
	return e, nil
}

func cacheFromObject(object map[string]cty.Value) (CacheEntry, error) {
	attrs, err := textAttrs(object)
	if err != nil {
		return CacheEntry{}, err
	}
	e := CacheEntry{Type: takeAttr(attrs, "type"), Attrs: attrs}
	if e.Type == "" {
		return e, errors.New("type required for cache entry")
	}
	return e, nil
}

// An Output is one exporter of the result.
type Output struct {
	Type  string            // "image", "registry", "docker", "oci", "local", "tar" or "cacheonly"
	Dest  string            // as written; "-" is standard output; empty where there is none
	Attrs map[string]string // exporter attributes without type and dest
}

func (o Output) equal(p Output) bool {
	return o.Type == p.Type && o.Dest == p.Dest && maps.Equal(o.Attrs, p.Attrs)
}

// with returns o with one attribute set; o itself stays as it is.
func (o Output) with(key, value string) Output {
	attrs := maps.Clone(o.Attrs)
	if attrs == nil {
		attrs = map[string]string{}
	}
	attrs[key] = value
	o.Attrs = attrs
	return o
}

// parseOutput reads a path, "-", or "type=...,dest=...,key=value".
func parseOutput(s string) (Output, error) {
	pairs, err := csvPairs(s)
	if err != nil {
		return Output{}, err
	}
	if len(pairs) == 1 && pairs[0].field == s && !strings.HasPrefix(s, "type=") {
		if s == "-" {
			return Output{Type: "tar", Dest: s}, nil
		}
		return Output{Type: "local", Dest: s}, nil
	}
	o := Output{Attrs: map[string]string{}}
	for _, p := range pairs {
		switch {
		case p.bare:
			return o, fmt.Errorf("invalid value %s", p.field)
		case p.key == "type":
			o.Type = p.value
		case p.key == "dest":
			o.Dest = p.value
		default:
			o.Attrs[p.key] = p.value
		}
	}
	if o.Type == "" {
		return o, errors.New("type is required for output")
	}
	return o, nil
}

func outputFromObject(object map[string]cty.Value) (Output, error) {
	attrs, err := textAttrs(object)
	if err != nil {
		return Output{}, err
	}
	o := Output{Type: takeAttr(attrs, "type"), Dest: takeAttr(attrs, "dest"), Attrs: attrs}
	if o.Type == "" {
		return o, errors.New("type is required for output")
	}
	return o, nil
}

// dedupe removes duplicates. Like Buildx it goes backwards and fills the
// place of a duplicate with the last element, which may change the order;
// order is part of what is printed.
func dedupe[T interface{ equal(T) bool }](list []T) []T {
	for i := len(list) - 2; i >= 0; i-- {
		for j := i + 1; j < len(list); j++ {
			if list[i].equal(list[j]) {
				last := len(list) - 1
				list[j] = list[last]
				list = list[:last]
				break
			}
		}
	}
	return list
}
