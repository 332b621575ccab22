package bake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/text"
)

// An override is one --set key of one target with everything said for it.
type override struct {
	key    string // in its short form: "platform", "args"
	sub    string // what follows the key: the name of an argument
	source string // the --set that said it last
	value  string
	values []string // of a list
	append bool     // the last operator was "+="
}

// An overrideKey is a key that --set knows.
type overrideKey struct {
	list  bool // values add up
	named bool // needs a name: "args.NAME"
	// sub allows a name without requiring one.
	sub   bool
	apply func(t *Target, o override) error
}

// overrideAliases maps the spellings of a key to the one in the table.
var overrideAliases = map[string]string{
	"annotation": "annotations", "arg": "args", "entitlement": "entitlements", "extra-host": "extra-hosts",
	"label": "labels", "platforms": "platform", "resource": "resources", "tag": "tags", "ulimit": "ulimits",
}

// overrides parses all --set flags and spreads them over the targets they
// match, in order.
func (d *Definition) overrides(sets []string) (map[string][]override, error) {
	out := map[string][]override{}
	for _, set := range sets {
		if err := d.addOverride(out, set); err != nil {
			return nil, d.plainError(err.Error(), nil)
		}
	}
	return out, nil
}

func (d *Definition) addOverride(out map[string][]override, set string) error {
	left, value, hasValue := strings.Cut(set, "=")
	skey, appends := strings.CutSuffix(left, "+")
	pattern, rest, ok := strings.Cut(skey, ".")
	if !ok {
		return fmt.Errorf("invalid override key %s, expected target.name", left)
	}
	key, sub, hasSub := strings.Cut(rest, ".")
	if alias, ok := overrideAliases[key]; ok {
		key = alias
	}
	if !hasValue && key != "args" {
		return fmt.Errorf("invalid override %s, expected target.name=value", set)
	}
	names, err := d.overridden(pattern)
	if err != nil {
		return err
	}
	spec, err := checkOverride(left, key, sub, hasSub, appends)
	if err != nil {
		return err
	}
	if !hasValue {
		if d.in.DisableEnvLookup {
			return nil
		}
		if value, ok = d.in.env(sub); !ok {
			return nil
		}
	}
	for _, name := range names {
		out[name] = addValue(out[name], override{key: key, sub: sub, source: set, value: value, append: appends}, spec.list && !hasSub)
	}
	return nil
}

// checkOverride finds a key's rules and holds a flag against them.
func checkOverride(left, key, sub string, hasSub, appends bool) (overrideKey, error) {
	spec, ok := overrideKeys[key]
	switch {
	case !ok:
		message := "unknown key: " + key
		if near := text.Near(key, sortedKeys(overrideKeys)); near != "" {
			message += fmt.Sprintf(", did you mean %q?", near)
		}
		return spec, fmt.Errorf("%s", message)
	case spec.named && sub == "":
		return spec, fmt.Errorf("invalid key %s, %s requires name", left, key)
	case hasSub && !spec.named && !spec.sub:
		return spec, fmt.Errorf("invalid key %s, %s does not support subkeys", left, key)
	case appends && (!spec.list || hasSub):
		return spec, fmt.Errorf("invalid key %s, %s does not support append", left, key)
	}
	return spec, nil
}

// addValue adds to an override that is there already: lists grow, other
// values are replaced.
func addValue(list []override, o override, grows bool) []override {
	i := slices.IndexFunc(list, func(e override) bool { return e.key == o.key && e.sub == o.sub })
	if i < 0 {
		if grows {
			o.values = []string{o.value}
		}
		return append(list, o)
	}
	if grows {
		o.values = append(slices.Clone(list[i].values), o.value)
	}
	list[i] = o
	return list
}

// overridden lists the targets a pattern matches; groups do not count.
func (d *Definition) overridden(pattern string) ([]string, error) {
	if d.targets[pattern] != nil {
		return []string{pattern}, nil
	}
	names, err := d.glob(pattern, d.names)
	if err != nil {
		return nil, fmt.Errorf("invalid pattern '%s': %w", pattern, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("could not find any target matching '%s'", pattern)
	}
	return names, nil
}

// override applies the overrides of a target, in the order of --set.
func (p *planner) override(t *Target) error {
	for _, o := range p.overrides[t.Name] {
		if err := overrideKeys[o.key].apply(t, o); err != nil {
			return p.d.plainError(fmt.Sprintf("invalid override %s: %v", o.source, err), nil)
		}
		t.overrideOrigin(o)
	}
	return nil
}

// attrOfKey maps keys of --set to the attribute they change, where they differ.
var attrOfKey = map[string]string{"platform": "platforms", "secrets": "secret", "push": "output", "load": "output"}

func (t *Target) overrideOrigin(o override) {
	attr := o.key
	if a, ok := attrOfKey[o.key]; ok {
		attr = a
	}
	origin := Origin{Kind: FromOverride, Via: o.source}
	switch {
	case o.sub != "":
		t.setOrigin(attr+"."+o.sub, origin)
	default:
		t.setOrigin(attr, origin)
	}
}

func parseOverrideBool(o override) (bool, error) {
	b, err := strconv.ParseBool(o.value)
	if err != nil {
		return false, fmt.Errorf("invalid value %s for boolean key %s", o.value, o.key)
	}
	return b, nil
}
