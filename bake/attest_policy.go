package bake

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// An Attest is one attestation to add to the result.
type Attest struct {
	Type     string // "provenance" or "sbom"
	Disabled bool
	Attrs    map[string]string // such as mode=max
}

func attestOf(attrs map[string]string) (Attest, error) {
	a := Attest{Type: takeAttr(attrs, "type"), Attrs: attrs}
	if disabled, ok := attrs["disabled"]; ok {
		delete(attrs, "disabled")
		b, err := strconv.ParseBool(disabled)
		if err != nil {
			return a, fmt.Errorf("invalid value %q for disabled: %w", disabled, errors.Unwrap(err))
		}
		a.Disabled = b
	}
	if a.Type == "" {
		return a, errors.New("attestation type not specified")
	}
	return a, nil
}

// parseAttest reads "type=provenance,mode=max".
func parseAttest(s string) (Attest, error) {
	pairs, err := csvPairs(s)
	if err != nil {
		return Attest{}, err
	}
	attrs := make(map[string]string, len(pairs))
	for _, p := range pairs {
		if p.bare {
			return Attest{}, fmt.Errorf("invalid value %s", p.field)
		}
		attrs[p.key] = p.value
	}
	return attestOf(attrs)
}

func attestFromObject(object map[string]cty.Value) (Attest, error) {
	attrs, err := textAttrs(object)
	if err != nil {
		return Attest{}, err
	}
	return attestOf(attrs)
}

// A Policy says which source policies apply. The field names are those that
// Buildx prints.
type Policy struct {
	Files    []PolicyFile
	Reset    bool
	Disabled bool
	Strict   *bool
	LogLevel *string
}

// A PolicyFile is one file of rules; Data is never filled in by evaluation.
type PolicyFile struct {
	Filename string
	Data     []byte
}

func policyOf(attrs map[string]string) (Policy, error) {
	var p Policy
	for _, key := range sortedKeys(attrs) {
		if err := p.set(key, attrs[key]); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (p *Policy) set(key, value string) error {
	switch key {
	case "filename":
		p.Files = append(p.Files, PolicyFile{Filename: value})
		return nil
	case "log-level":
		p.LogLevel = &value
		return nil
	case "reset", "disabled", "strict":
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("invalid value %q for policy %s: must be a boolean", value, key)
		}
		switch key {
		case "reset":
			p.Reset = b
		case "disabled":
			p.Disabled = b
		default:
			p.Strict = &b
		}
		return nil
	}
	return fmt.Errorf("unknown policy key %q", key)
}

// parsePolicy reads "filename=...,strict=true". A filename may be repeated.
func parsePolicy(s string) (Policy, error) {
	var p Policy
	pairs, err := csvPairs(s)
	if err != nil {
		return p, err
	}
	for _, kv := range pairs {
		if kv.bare {
			return p, fmt.Errorf("invalid policy field %q, must be a key=value pair", kv.field)
		}
		if err := p.set(kv.key, kv.value); err != nil {
			return p, err
		}
	}
	return p, nil
}

func policyFromObject(object map[string]cty.Value) (Policy, error) {
	attrs, err := textAttrs(object)
	if err != nil {
		return Policy{}, err
	}
	return policyOf(attrs)
}
