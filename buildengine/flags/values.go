package flags

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	"github.com/docker/go-units"
)

// BuildArg parses a value of --build-arg. A name alone takes its value from
// the environment; ok is false when it is not set there.
func BuildArg(s string, env LookupEnv) (name, value string, ok bool, err error) {
	name, value, given := strings.Cut(s, "=")
	if name == "" {
		return "", "", false, fmt.Errorf("invalid key/value pair %q: empty key", s)
	}
	if given {
		return name, value, true, nil
	}
	value, ok = env(name)
	return name, value, ok, nil
}

// Label parses a value of --label; a name alone has an empty value.
func Label(s string) (name, value string, err error) {
	name, value, _ = strings.Cut(s, "=")
	if name == "" {
		return "", "", fmt.Errorf("invalid key/value pair %q: empty key", s)
	}
	return name, value, nil
}

// Platforms parses values of --platform, each of which may hold several
// separated by commas, and normalizes them. "local" is the platform of this machine.
func Platforms(values []string) ([]string, error) {
	var out []string
	for _, v := range values {
		for s := range strings.SplitSeq(v, ",") {
			p, err := platform(strings.TrimSpace(s))
			if err != nil {
				return nil, err
			}
			if p != "" {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

func platform(s string) (string, error) {
	switch s {
	case "":
		return "", nil
	case "local":
		return platforms.Format(platforms.DefaultSpec()), nil
	}
	p, err := platforms.Parse(s)
	if err != nil {
		return "", err
	}
	return platforms.FormatAll(platforms.Normalize(p)), nil
}

// Tag checks a value of --tag.
func Tag(s string) (string, error) {
	ref, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		return "", fmt.Errorf("invalid tag %q: %w", s, err)
	}
	if _, digested := ref.(reference.Digested); digested {
		return "", fmt.Errorf("invalid tag %q: a digest cannot be a tag", s)
	}
	return s, nil
}

// ExtraHost parses a value of --add-host, "host=address" or "host:address"; an
// IPv6 address may stand in brackets.
func ExtraHost(s string) (host, address string, err error) {
	host, address, ok := strings.Cut(s, "=")
	if !ok {
		host, address, ok = strings.Cut(s, ":")
	}
	if !ok || host == "" || address == "" {
		return "", "", fmt.Errorf("invalid host %s", s)
	}
	address = strings.TrimSuffix(strings.TrimPrefix(address, "["), "]")
	if address != "host-gateway" && net.ParseIP(address) == nil {
		return "", "", fmt.Errorf("invalid host %s", s)
	}
	return host, address, nil
}

// ShmSize parses a value of --shm-size, such as "128m", into bytes.
func ShmSize(s string) (int64, error) {
	n, err := units.RAMInBytes(s)
	if err != nil {
		return 0, fmt.Errorf("invalid shm-size %q: %w", s, err)
	}
	return n, nil
}

// Ulimit checks a value of --ulimit, "name=soft[:hard]".
func Ulimit(s string) (string, error) {
	u, err := units.ParseUlimit(s)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// resourceKeys are the fields of --resource.
var resourceKeys = []string{
	"memory", "memory-swap", "cpu-shares", "cpu-period", "cpu-quota", "cpuset-cpus", "cpuset-mems",
}

// Resources parses a value of --resource, such as "memory=2g,cpu-shares=512".
// Sizes become bytes.
func Resources(s string) (map[string]string, error) {
	list, err := fields("resource", s)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range list {
		if !slices.Contains(resourceKeys, f.key) {
			return nil, fmt.Errorf("unknown resources key %s", f.key)
		}
		out[f.key] = f.value
	}
	return CheckResources(out)
}

// CheckResources turns the sizes of resources into bytes.
func CheckResources(res map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(res))
	for key, value := range res {
		if (key == "memory" || key == "memory-swap") && value != "-1" {
			n, err := units.RAMInBytes(value)
			if err != nil {
				return nil, fmt.Errorf("invalid %s %q: %w", key, value, err)
			}
			value = fmt.Sprint(n)
		}
		out[key] = value
	}
	return out, nil
}

// calls maps the names that --call takes to what Request.Call holds.
var calls = map[string]string{
	"": "", "build": "", "check": "check", "lint": "check", "outline": "outline", "targets": "targets",
}

// Call is a parsed value of --call.
type Call struct {
	Name         string // as in Request.Call; other names are subrequests that the frontend may know
	Format       string // "" or "json"
	IgnoreStatus bool   // do not use the frontend's status as the exit status
}

// ParseCall parses a value of --call: "check", "outline,format=json".
func ParseCall(s string) (Call, error) {
	list, err := fields("call", s)
	if err != nil {
		return Call{}, err
	}
	var call Call
	named := false
	for _, f := range list {
		switch {
		case !f.ok && named:
			return call, fmt.Errorf("invalid call %q: more than one method", s)
		case !f.ok:
			named = true
			call.Name = f.raw
			if name, known := calls[f.raw]; known {
				call.Name = name
			}
		case f.key == "format":
			call.Format = f.value
		case f.key == "ignorestatus":
			call.IgnoreStatus = f.value == "true" || f.value == "1"
		default:
			return call, fmt.Errorf("invalid call %q: unknown key %q", s, f.key)
		}
	}
	return call, nil
}
