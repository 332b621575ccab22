package compose

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// extend folds the x-bake extension into the build. Keys it does not know are
// ignored, as Buildx does.
func (b *Build) extend(extension any) error {
	fields, ok := extension.(map[string]any)
	if extension == nil {
		return nil
	}
	if !ok {
		return xbakeError(nil, extension, "a mapping")
	}
	d := xbakeDecoder{fields: fields}
	b.Tags = appendNew(b.Tags, d.list("tags"))
	b.Platforms = appendNew(b.Platforms, d.list("platforms"))
	b.NoCacheFilter = appendNew(b.NoCacheFilter, d.list("no-cache-filter"))
	b.XBake = XBake{
		CacheFrom: d.list("cache-from"),
		CacheTo:   d.list("cache-to"),
		Secrets:   d.list("secret"),
		SSH:       d.list("ssh"),
		Outputs:   d.list("output"),
	}
	for name, value := range namedContexts(d.mapping("contexts")) {
		if _, ok := b.Contexts[name]; !ok {
			b.Contexts[name] = value
		}
	}
	if pull := d.boolean("pull"); pull != nil {
		b.Pull = pull
	}
	if noCache := d.boolean("no-cache"); noCache != nil {
		b.NoCache = noCache
	}
	return d.err
}

// appendNew appends the elements of more; when it adds any, only the first of
// equal elements stays.
func appendNew(list, more []string) []string {
	if len(more) == 0 {
		return list
	}
	var unique []string
	for _, v := range append(slices.Clone(list), more...) {
		if !slices.Contains(unique, v) {
			unique = append(unique, v)
		}
	}
	return unique
}

// xbakeDecoder reads typed values out of x-bake and joins the errors.
type xbakeDecoder struct {
	fields map[string]any
	err    error
}

func (d *xbakeDecoder) fail(key string, value any, want string) {
	d.err = errors.Join(d.err, xbakeError([]string{key}, value, want))
}

func (d *xbakeDecoder) list(key string) []string {
	switch v := d.fields[key].(type) {
	case nil:
		return nil
	case []any:
		list := make([]string, 0, len(v))
		for _, e := range v {
			s, ok := scalarText(e)
			if !ok {
				d.fail(key, e, "a string")
				return nil
			}
			list = append(list, s)
		}
		return list
	default:
		s, ok := scalarText(v)
		if !ok {
			d.fail(key, v, "a list of strings or a string")
		}
		return strings.Fields(s)
	}
}

func (d *xbakeDecoder) mapping(key string) map[string]string {
	value := d.fields[key]
	if value == nil {
		return nil
	}
	fields, ok := value.(map[string]any)
	if !ok {
		d.fail(key, value, "a mapping of strings")
		return nil
	}
	m := make(map[string]string, len(fields))
	for k, v := range fields {
		s, ok := scalarText(v)
		if !ok {
			d.fail(key, v, "a string")
			continue
		}
		m[k] = s
	}
	return m
}

func (d *xbakeDecoder) boolean(key string) *bool {
	switch v := d.fields[key].(type) {
	case nil:
	case bool:
		return &v
	default:
		d.fail(key, v, "a boolean")
	}
	return nil
}

// scalarText spells a typed YAML scalar as YAML writes it back.
func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case time.Time:
		return v.Format(time.RFC3339Nano), true
	case []any, map[string]any:
		return "", false
	}
	return fmt.Sprint(v), true
}

// yamlKinds name Go types as YAML's tags do.
func yamlKind(v any) string {
	switch v.(type) {
	case map[string]any:
		return "!!map"
	case []any:
		return "!!seq"
	case bool:
		return "!!bool"
	case int, int64, uint64:
		return "!!int"
	case float64:
		return "!!float"
	}
	return "!!str"
}

func xbakeError(keys []string, value any, want string) error {
	path := append([]string{"build", "x-bake"}, keys...)
	return attributef(codeInvalid, path, "cannot unmarshal %s into %s: %s wants %s",
		yamlKind(value), strings.Join(path, "."), path[len(path)-1], want)
}
