package bake

import (
	"maps"
	"slices"
)

// merge lays o over t: what o sets wins, is added or is merged by key, as
// each attribute's rule says (the table of Bake's reference). o is not
// changed and shares no map or slice with t afterwards.
func (t *Target) merge(o *Target) {
	mergePtr(&t.Context, o.Context)
	mergePtr(&t.Dockerfile, o.Dockerfile)
	mergePtr(&t.DockerfileInline, o.DockerfileInline)
	mergePtr(&t.Target, o.Target)
	mergePtr(&t.Pull, o.Pull)
	mergePtr(&t.NoCache, o.NoCache)
	mergePtr(&t.Network, o.Network)
	mergePtr(&t.ShmSize, o.ShmSize)
	mergePtr(&t.Call, o.Call)
	if o.Description != "" {
		t.Description = o.Description
	}
	mergeMap(&t.Args, o.Args)
	mergeMap(&t.Contexts, o.Contexts)
	mergeMap(&t.Labels, o.Labels)
	mergeMap(&t.ExtraHosts, o.ExtraHosts)
	t.mergeLists(o)
	t.mergeOrigins(o)
}

func (t *Target) mergeLists(o *Target) {
	appendTo(&t.Annotations, o.Annotations)
	appendTo(&t.NoCacheFilter, o.NoCacheFilter)
	appendTo(&t.Ulimits, o.Ulimits)
	appendTo(&t.Entitlements, o.Entitlements)
	appendTo(&t.Inherits, o.Inherits)
	appendTo(&t.Policy, o.Policy)
	appendTo(&t.Granted, o.Granted)
	replace(&t.Tags, &t.tagsSet, o.Tags, o.tagsSet)
	replace(&t.Platforms, &t.platformsSet, o.Platforms, o.platformsSet)
	replace(&t.Outputs, &t.outputsSet, o.Outputs, o.outputsSet)
	replace(&t.CacheTo, &t.cacheToSet, o.CacheTo, o.cacheToSet)
	if len(o.CacheFrom) > 0 {
		t.CacheFrom = dedupe(slices.Concat(t.CacheFrom, o.CacheFrom))
	}
	t.Attest = mergeByID(t.Attest, o.Attest, attestType)
	t.Secrets = mergeByID(t.Secrets, o.Secrets, secretID)
	t.SSH = mergeByID(t.SSH, o.SSH, sshID)
	if o.Resources != nil {
		// Both were made by set, so merging them cannot fail.
		if merged, err := t.Resources.merge(o.Resources); err == nil {
			t.Resources = merged
		}
	}
}

// mergeOrigins takes over where o's values came from.
func (t *Target) mergeOrigins(o *Target) {
	if t.Origins == nil {
		t.Origins = make(map[string]Origin, len(o.Origins))
	}
	maps.Copy(t.Origins, o.Origins)
}

// inherit lays the resolved parent under what t will get: its values count as
// inherited from it, or from where it has them itself.
func (t *Target) inherit(parent *Target) {
	from := *parent
	from.Inherits = nil
	from.Origins = make(map[string]Origin, len(parent.Origins))
	for key, origin := range parent.Origins {
		if origin.Kind == FromAttribute || origin.Kind == FromCompose {
			origin.Kind, origin.Via = FromInherited, parent.Name
		}
		from.Origins[key] = origin
	}
	t.merge(&from)
}

// normalize removes duplicates and what stands for nothing, and adds what
// follows from other attributes.
func (t *Target) normalize() {
	t.Annotations = distinct(t.Annotations)
	t.Tags = distinct(t.Tags)
	t.Platforms = distinct(t.Platforms)
	t.NoCacheFilter = distinct(t.NoCacheFilter)
	t.Ulimits = distinct(t.Ulimits)
	t.CacheFrom = dedupe(slices.Clone(t.CacheFrom))
	t.CacheTo = dedupe(slices.Clone(t.CacheTo))
	t.Outputs = dedupe(slices.Clone(t.Outputs))
	for name, value := range t.Contexts {
		if value == "" {
			delete(t.Contexts, name)
			delete(t.Origins, "contexts."+name)
		}
	}
	if t.Network != nil && *t.Network == "host" {
		t.Entitlements = append(slices.Clone(t.Entitlements), "network.host")
	}
	t.Entitlements = distinct(t.Entitlements)
}

func mergePtr[T any](dst **T, src *T) {
	if src != nil {
		*dst = clonePtr(src)
	}
}

func mergeMap(dst *map[string]string, src map[string]string) {
	if len(src) == 0 {
		return
	}
	if *dst == nil {
		*dst = make(map[string]string, len(src))
	}
	maps.Copy(*dst, src)
}

func appendTo[T any](dst *[]T, src []T) {
	if len(src) > 0 {
		*dst = slices.Concat(*dst, src)
	}
}

// replace overwrites a list by one that was written, be it empty.
func replace[T any](dst *[]T, dstSet *bool, src []T, srcSet bool) {
	if srcSet {
		*dst, *dstSet = slices.Clone(src), true
	}
}
