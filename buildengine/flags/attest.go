package flags

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/buildlens/buildlens/buildengine"
)

// Attest parses a value of --attest: "type=sbom|provenance[,key=value...]".
func Attest(s string) (buildengine.Attest, error) {
	list, err := fields("attestation", s)
	if err != nil {
		return buildengine.Attest{}, err
	}
	attest := buildengine.Attest{Attrs: map[string]string{}}
	for _, f := range list {
		switch {
		case !f.ok:
			return attest, fmt.Errorf("invalid value %s", f.raw)
		case f.key == "type":
			attest.Type = f.value
		case f.key == "disabled":
			if attest.Disabled, err = strconv.ParseBool(f.value); err != nil {
				return attest, fmt.Errorf("failed to parse disabled=%s: %w", f.value, err)
			}
		default:
			attest.Attrs[f.key] = f.value
		}
	}
	if attest.Type == "" {
		return attest, errors.New("attestation type not specified")
	}
	return attest, nil
}

// Provenance parses a value of --provenance: a boolean, "min", "max", or the
// attributes of the attestation as CSV.
func Provenance(s string) (buildengine.Attest, error) {
	if s == "min" || s == "max" {
		return Attest("type=provenance,mode=" + s)
	}
	return shorthand("provenance", s)
}

// SBOM parses a value of --sbom: a boolean, or attributes such as "generator=image".
func SBOM(s string) (buildengine.Attest, error) { return shorthand("sbom", s) }

func shorthand(kind, s string) (buildengine.Attest, error) {
	if on, err := strconv.ParseBool(s); err == nil {
		return buildengine.Attest{Type: kind, Disabled: !on, Attrs: map[string]string{}}, nil
	}
	return Attest("type=" + kind + "," + s)
}

// Attests puts the attestations of a command line together. The same type
// twice is an error.
func Attests(list []buildengine.Attest) ([]buildengine.Attest, error) {
	seen := map[string]bool{}
	for _, a := range list {
		if seen[a.Type] {
			return nil, fmt.Errorf("duplicate attestation field %s", a.Type)
		}
		seen[a.Type] = true
	}
	return list, nil
}
