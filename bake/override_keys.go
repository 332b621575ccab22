package bake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// overrideKeys is the table of what --set can change.
var overrideKeys = map[string]overrideKey{
	"annotations":     textList(func(t *Target) *[]string { return &t.Annotations }, nil, true),
	"args":            named(func(t *Target) *map[string]string { return &t.Args }),
	"attest":          {list: true, apply: overrideAttest},
	"cache-from":      {list: true, apply: overrideCacheFrom},
	"cache-to":        {list: true, apply: overrideCacheTo},
	"call":            text1(func(t *Target, s *string) { t.Call = s }),
	"context":         text1(func(t *Target, s *string) { t.Context = s }),
	"contexts":        named(func(t *Target) *map[string]string { return &t.Contexts }),
	"dockerfile":      text1(func(t *Target, s *string) { t.Dockerfile = s }),
	"entitlements":    textList(func(t *Target) *[]string { return &t.Entitlements }, nil, true),
	"extra-hosts":     named(func(t *Target) *map[string]string { return &t.ExtraHosts }),
	"labels":          named(func(t *Target) *map[string]string { return &t.Labels }),
	"load":            {apply: overrideLoad},
	"network":         text1(func(t *Target, s *string) { t.Network = s }),
	"no-cache":        boolean(func(t *Target, b *bool) { t.NoCache = b }),
	"no-cache-filter": textList(func(t *Target) *[]string { return &t.NoCacheFilter }, nil, false),
	"output":          {list: true, apply: overrideOutput},
	"platform":        textList(func(t *Target) *[]string { return &t.Platforms }, func(t *Target) *bool { return &t.platformsSet }, false),
	"policy":          {list: true, apply: overridePolicy},
	"pull":            boolean(func(t *Target, b *bool) { t.Pull = b }),
	"push":            {apply: overridePush},
	"resources":       {named: true, apply: overrideResource},
	"secret":          {list: true, sub: true, apply: overrideSecret},
	"secrets":         {list: true, apply: overrideSecret},
	"shm-size":        text1(func(t *Target, s *string) { t.ShmSize = s }),
	"ssh":             {list: true, apply: overrideSSH},
	"tags":            textList(func(t *Target) *[]string { return &t.Tags }, func(t *Target) *bool { return &t.tagsSet }, false),
	"target":          text1(func(t *Target, s *string) { t.Target = s }),
	"ulimits":         textList(func(t *Target) *[]string { return &t.Ulimits }, nil, false),
}

func text1(set func(*Target, *string)) overrideKey {
	return overrideKey{apply: func(t *Target, o override) error {
		set(t, &o.value)
		return nil
	}}
}

func boolean(set func(*Target, *bool)) overrideKey {
	return overrideKey{apply: func(t *Target, o override) error {
		b, err := parseOverrideBool(o)
		set(t, &b)
		return err
	}}
}

func named(field func(*Target) *map[string]string) overrideKey {
	return overrideKey{named: true, apply: func(t *Target, o override) error {
		mergeMap(field(t), map[string]string{o.sub: o.value})
		return nil
	}}
}

// textList overrides a list of strings. One that always appends is replaced
// only by nothing ("key=").
func textList(field func(*Target) *[]string, set func(*Target) *bool, appends bool) overrideKey {
	return overrideKey{list: true, apply: func(t *Target, o override) error {
		values, clears := o.listed()
		list := field(t)
		if set != nil {
			*set(t) = true
		}
		if (o.append || appends) && !clears {
			*list = slices.Concat(*list, values)
			return nil
		}
		*list = values
		return nil
	}}
}

// listed are the values of a list override. A lone empty value clears.
func (o override) listed() (values []string, clears bool) {
	values = slices.DeleteFunc(slices.Clone(o.values), func(s string) bool { return s == "" })
	return values, len(values) == 0 && !o.append
}

// parsed parses the values of a list override.
func parsed[T any](o override, parse func(string) (T, error)) (list []T, clears bool, err error) {
	values, clears := o.listed()
	for _, s := range values {
		e, err := parse(s)
		if err != nil {
			return nil, false, err
		}
		list = append(list, e)
	}
	return list, clears, nil
}

func overrideAttest(t *Target, o override) error {
	list, clears, err := parsed(o, parseAttest)
	if clears {
		t.Attest = nil
	}
	t.Attest = mergeByID(t.Attest, list, attestType)
	return err
}

func overrideCacheFrom(t *Target, o override) error {
	list, _, err := parsed(o, parseCache)
	t.grantCache(list, "src")
	if o.append {
		list = slices.Concat(t.CacheFrom, list)
	}
	t.CacheFrom = list
	return err
}

func overrideCacheTo(t *Target, o override) error {
	list, _, err := parsed(o, parseCache)
	t.grantCache(list, "dest")
	if o.append {
		list = slices.Concat(t.CacheTo, list)
	}
	t.CacheTo, t.cacheToSet = list, true
	return err
}

func (t *Target) grantCache(list []CacheEntry, key string) {
	for _, e := range list {
		if e.Type == "local" && e.Attrs[key] != "" {
			t.Granted = append(t.Granted, e.Attrs[key])
		}
	}
}

func overrideOutput(t *Target, o override) error {
	list, _, err := parsed(o, parseOutput)
	for _, out := range list {
		if out.Dest != "" && out.Dest != "-" {
			t.Granted = append(t.Granted, out.Dest)
		}
	}
	if o.append {
		list = slices.Concat(t.Outputs, list)
	}
	t.Outputs, t.outputsSet = list, true
	return err
}

func overridePolicy(t *Target, o override) error {
	list, _, err := parsed(o, parsePolicy)
	if o.append {
		list = slices.Concat(t.Policy, list)
	}
	t.Policy = list
	return err
}

func overrideResource(t *Target, o override) error {
	r := &Resources{}
	if err := r.set(o.sub, o.value); err != nil {
		return err
	}
	merged, err := t.Resources.merge(r)
	if err == nil {
		t.Resources = merged
	}
	return err
}

func overrideSSH(t *Target, o override) error {
	list, _, err := parsed(o, parseSSH)
	for _, s := range list {
		t.Granted = append(t.Granted, s.Paths...)
	}
	if o.append {
		list = mergeByID(t.SSH, list, sshID)
	}
	t.SSH = mergeByID(nil, list, sshID)
	return err
}

// overrideSecret replaces or adds secrets, or with an id changes where one
// that is declared comes from.
func overrideSecret(t *Target, o override) error {
	if o.sub != "" {
		return overrideSecretSource(t, o)
	}
	list, _, err := parsed(o, parseSecret)
	for _, s := range list {
		if s.Src != "" {
			t.Granted = append(t.Granted, s.Src)
		}
	}
	if o.append {
		list = mergeByID(t.Secrets, list, secretID)
	}
	t.Secrets = mergeByID(nil, list, secretID)
	return err
}

func overrideSecretSource(t *Target, o override) error {
	i := slices.IndexFunc(t.Secrets, func(s Secret) bool { return s.ID == o.sub })
	if i < 0 {
		return fmt.Errorf("secret %q must be declared before it can be overridden", o.sub)
	}
	value := o.value
	if !strings.Contains(value, "=") {
		return fmt.Errorf("invalid field '%s' must be a key=value pair", value)
	}
	s, err := parseSecret(value)
	if err != nil {
		return err
	}
	if s.ID != "" && s.ID != o.sub {
		return fmt.Errorf("secret id %q does not match %q", s.ID, o.sub)
	}
	s.ID = o.sub
	if s.Src != "" {
		t.Granted = append(t.Granted, s.Src)
	}
	t.Secrets = slices.Clone(t.Secrets)
	t.Secrets[i] = s
	return nil
}

// overridePush makes the outputs push, or not. A push adds an image output
// unless there is one of another kind than docker.
func overridePush(t *Target, o override) error {
	push, err := parseOverrideBool(o)
	if err != nil {
		return err
	}
	outputs := slices.Clone(t.Outputs)
	onlyDocker := true
	for i, out := range outputs {
		onlyDocker = onlyDocker && out.Type == "docker"
		if out.Type == "image" {
			outputs[i] = out.with("push", strconv.FormatBool(push))
		}
	}
	switch {
	case !push:
		outputs = slices.DeleteFunc(outputs, func(out Output) bool { return out.Type == "registry" })
	case onlyDocker:
		outputs = append(outputs, Output{Type: "image", Attrs: map[string]string{"push": "true"}})
	}
	t.Outputs, t.outputsSet = outputs, true
	return nil
}

// overrideLoad adds a docker output unless there is one, or one that writes
// files.
func overrideLoad(t *Target, o override) error {
	load, err := parseOverrideBool(o)
	if err != nil || !load {
		return err
	}
	for _, out := range t.Outputs {
		switch out.Type {
		case "docker":
			if out.Dest == "" {
				return nil
			}
		case "image", "registry", "oci":
		default:
			return nil
		}
	}
	t.Outputs, t.outputsSet = append(slices.Clone(t.Outputs), Output{Type: "docker"}), true
	return nil
}
