package bake

import (
	"errors"
	"fmt"
	"strconv"
)

// Shorthands are the flags of `bake` that stand for overrides of all targets.
type Shorthands struct {
	Push, Load    bool
	Call          string   // of --call: "check", "outline,format=json" ...; "" and "build" change nothing
	Check         bool     // --check
	NoCache, Pull *bool    // nil where the flag was not given
	SBOM          string   // as given: "true", "false" or attributes
	Provenance    string   // the same
	Policy        []string // each as given
}

// Overrides turns the flags into values of PlanRequest.Overrides; they go
// behind those of --set.
func (s Shorthands) Overrides() ([]string, error) {
	var out []string
	add := func(key, value string) { out = append(out, "*."+key+"="+value) }
	if s.Push {
		add("push", "true")
	}
	if s.Load {
		add("load", "true")
	}
	call, err := s.call()
	if err != nil {
		return nil, err
	}
	if call.Method != "" {
		add("call", call.Method)
	}
	if s.NoCache != nil {
		add("no-cache", strconv.FormatBool(*s.NoCache))
	}
	if s.Pull != nil {
		add("pull", strconv.FormatBool(*s.Pull))
	}
	for _, a := range []struct{ typ, value string }{{"sbom", s.SBOM}, {"provenance", s.Provenance}} {
		if a.value != "" {
			add("attest", canonicalAttest(a.typ, a.value))
		}
	}
	for _, policy := range s.Policy {
		if err := checkPolicyFlag(policy); err != nil {
			return nil, err
		}
		add("policy+", policy)
	}
	return out, nil
}

func (s Shorthands) call() (Call, error) {
	if s.Check {
		return Call{Method: "lint"}, nil
	}
	return ParseCall(s.Call)
}

// canonicalAttest writes --sbom or --provenance as an attestation: a boolean
// switches it, anything else are its attributes.
func canonicalAttest(typ, value string) string {
	on, err := strconv.ParseBool(value)
	switch {
	case err != nil:
		return "type=" + typ + "," + value
	case on:
		return "type=" + typ
	}
	return "type=" + typ + ",disabled=true"
}

// checkPolicyFlag refuses what only a definition may say.
func checkPolicyFlag(policy string) error {
	pairs, err := csvPairs(policy)
	if err != nil {
		return fmt.Errorf("invalid value for --policy: %w", err)
	}
	for _, p := range pairs {
		if p.key == "filename" || p.key == "reset" {
			return fmt.Errorf("bake --policy does not accept %s", p.key)
		}
	}
	_, err = parsePolicy(policy)
	return err
}

// A Call is a request to the frontend in the place of a build.
type Call struct {
	Method       string // "lint", "outline", "targets" or another; "" builds
	Format       string // "json" or ""
	IgnoreStatus bool
}

// ParseCall reads a value of --call or of the attribute "call":
// "name,format=json,ignorestatus=true". "check" is another name of "lint";
// "build" is none at all.
func ParseCall(s string) (Call, error) {
	if s == "" {
		return Call{}, nil
	}
	pairs, err := csvPairs(s)
	if err != nil {
		return Call{}, fmt.Errorf("invalid call %q: %w", s, err)
	}
	var c Call
	for _, p := range pairs {
		switch {
		case p.bare && c.Method == "":
			c.Method = p.field
		case p.bare:
			return c, fmt.Errorf("invalid call %q: more than one name", s)
		case p.key == "format":
			c.Format = p.value
		case p.key == "ignorestatus":
			if c.IgnoreStatus, err = strconv.ParseBool(p.value); err != nil {
				return c, fmt.Errorf("invalid call value ignorestatus=%q: must be a boolean", p.value)
			}
		default:
			return c, fmt.Errorf("invalid call value %q", p.field)
		}
	}
	switch c.Method {
	case "":
		return c, errors.New("invalid call: a name is required")
	case "check":
		c.Method = "lint"
	case "build":
		c.Method = ""
	}
	return c, nil
}
