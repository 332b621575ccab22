// Package flags turns the values of Buildx's build flags (--output, --cache-to,
// --secret, --attest ...) into buildengine's types, with Buildx's grammar and
// error texts. Bake files and the editor's commands use the same strings.
package flags

import (
	"fmt"
	"strings"

	"github.com/tonistiigi/go-csvvalue"
)

// LookupEnv finds a variable of the environment, as os.LookupEnv does.
type LookupEnv func(name string) (string, bool)

// A field is one "key=value" of a CSV value; key is in lower case. ok is false
// when the field has no "=".
type field struct {
	key, value string
	raw        string
	ok         bool
}

// fields splits a CSV value. what names the flag in the error.
func fields(what, s string) ([]field, error) {
	raw, err := csvvalue.Fields(s, nil)
	if err != nil {
		return nil, fmt.Errorf("failed to parse csv %s: %w", what, err)
	}
	out := make([]field, 0, len(raw))
	for _, r := range raw {
		key, value, ok := strings.Cut(r, "=")
		out = append(out, field{
			key:   strings.ToLower(strings.TrimSpace(key)),
			value: value,
			raw:   r,
			ok:    ok,
		})
	}
	return out, nil
}

// keyValue splits "key=value"; a value without "=" has an empty one.
func keyValue(s string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(s, "=")
	return strings.TrimSpace(key), value, ok
}
