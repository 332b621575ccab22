package bake

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// A Secret is a value that builds may read.
type Secret struct {
	ID  string
	Src string // file, as written
	Env string // environment variable
}

// set sets one field of a secret by its key in CSV; kind receives the type.
func (s *Secret) set(p pair, kind *string) error {
	if p.bare {
		return fmt.Errorf("invalid field '%s' must be a key=value pair", p.field)
	}
	switch p.key {
	case "type":
		if p.value != "file" && p.value != "env" {
			return fmt.Errorf("unsupported secret type %q", p.value)
		}
		*kind = p.value
	case "id":
		s.ID = p.value
	case "source", "src":
		s.Src = p.value
	case "env":
		s.Env = p.value
	default:
		return fmt.Errorf("unexpected key '%s' in '%s'", p.key, p.field)
	}
	return nil
}

// parseSecret reads "id=...,src=..." and its kin.
func parseSecret(text string) (Secret, error) {
	var s Secret
	var kind string
	pairs, err := csvPairs(text)
	if err != nil {
		return s, fmt.Errorf("failed to parse csv secret: %w", err)
	}
	for _, p := range pairs {
		if err := s.set(p, &kind); err != nil {
			return s, err
		}
	}
	if kind == "env" && s.Env == "" {
		s.Env, s.Src = s.Src, ""
	}
	return s, nil
}

func secretFromObject(object map[string]cty.Value) (Secret, error) {
	attrs, err := textAttrs(object)
	if err != nil {
		return Secret{}, err
	}
	var s Secret
	var kind string
	for _, key := range sortedKeys(attrs) {
		p := pair{key: key, value: attrs[key], field: key + "=" + attrs[key]}
		if err := s.set(p, &kind); err != nil {
			return s, err
		}
	}
	if kind == "env" && s.Env == "" {
		s.Env, s.Src = s.Src, ""
	}
	return s, nil
}

// SSH is one agent or set of keys to forward.
type SSH struct {
	ID    string
	Paths []string // socket or keys, as written; empty means the default agent
}

// parseSSH reads "id" or "id=path,path".
func parseSSH(text string) (SSH, error) {
	id, paths, ok := strings.Cut(text, "=")
	s := SSH{ID: id}
	if ok && paths != "" {
		s.Paths = strings.Split(paths, ",")
	}
	return s, nil
}

func sshFromObject(object map[string]cty.Value) (SSH, error) {
	var s SSH
	if v, ok := object["id"]; ok {
		id, _, err := textOf("id", v)
		if err != nil {
			return s, err
		}
		s.ID = id
	}
	v, ok := object["paths"]
	if !ok || v.IsNull() {
		return s, nil
	}
	if !v.CanIterateElements() {
		return s, errors.New("paths: list of string required")
	}
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		path, ok, err := textOf("paths", e)
		if err != nil {
			return s, err
		}
		if ok {
			s.Paths = append(s.Paths, path)
		}
	}
	return s, nil
}

// mergeByID adds entries; one whose id is there already takes the place of
// the earlier one.
func mergeByID[T any](list, more []T, id func(T) string) []T {
	out := slices.Clone(list)
	for _, e := range more {
		if i := slices.IndexFunc(out, func(o T) bool { return id(o) == id(e) }); i >= 0 {
			out[i] = e
			continue
		}
		out = append(out, e)
	}
	return out
}

func secretID(s Secret) string   { return s.ID }
func sshID(s SSH) string         { return s.ID }
func attestType(a Attest) string { return a.Type }
