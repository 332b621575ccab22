package compose

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-units"
)

// Build is the build section of a service, with its x-bake extension folded
// in, in the spellings of the Bake attributes of the same names. Absent is nil
// or empty throughout; lists keep their order and maps have no nil values.
//
// Context through NoCacheFilter are final values. The lists under x-bake that
// Bake parses before it merges them (cache, secrets, ssh, output) are kept
// apart: parse XBake.CacheFrom and merge it into CacheFrom with Bake's own
// rule for the attribute, and so on; sort ssh by id afterwards.
type Build struct {
	Context          string            // cleaned; relative to LoadInput.Dir, absolute, or a URL; compose-go says "." when there is none
	Contexts         map[string]string // additional_contexts, then x-bake's that have a new name; "service:x" is "target:x", names made target names
	Dockerfile       string            // as written, relative to Context; empty when not given, so that Bake's default applies
	DockerfileInline string
	Args             map[string]string // valueless ones looked up in the service's environment, then the project's, and dropped when unset
	Labels           map[string]string
	Target           string            // the stage
	Tags             []string          // build.tags, then x-bake's, without duplicates; the service's image when both are empty
	CacheFrom        []string          // CSV, such as "type=gha"; a bare value is a registry reference
	CacheTo          []string          // as CacheFrom
	Platforms        []string          // build.platforms, then x-bake's, without duplicates
	Network          string            // "default", "none", "host"
	ShmSize          string            // as Bake prints it, such as "1GiB"
	Ulimits          []string          // "nofile=1024:2048", sorted
	ExtraHosts       map[string]string // host to address; several addresses are joined by commas
	SSH              []string          // "id" or "id=path", sorted
	Secrets          []string          // CSV: "id=tok,src=./tok" or "id=tok,env=TOK"
	Attest           []string          // CSV: "type=sbom", then "type=provenance,mode=max"; "disabled=true" where the value is false
	Pull             *bool             // nil unless true, or set under x-bake
	NoCache          *bool             // as Pull
	NoCacheFilter    []string          // from x-bake alone: Buildx does not look at build.no_cache_filter

	XBake XBake
}

// XBake holds the x-bake lists that merge after parsing. Each was a list, or
// one string that was split at white space.
type XBake struct {
	CacheFrom []string
	CacheTo   []string
	Secrets   []string // x-bake "secret", as --secret
	SSH       []string // as --ssh
	Outputs   []string // x-bake "output", as --output
}

// TargetName is the Bake target that a service becomes.
func TargetName(service string) string { return strings.ReplaceAll(service, ".", "_") }

// targetNames is Bake's rule for names of targets.
var targetNames = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// mapBuild turns a service's build section into Bake's spellings. What could
// be mapped is returned even when the error is not nil.
func mapBuild(s types.ServiceConfig, p *types.Project) (*Build, error) {
	src := s.Build
	b := &Build{
		Context:          src.Context,
		Contexts:         namedContexts(src.AdditionalContexts),
		Dockerfile:       src.Dockerfile,
		DockerfileInline: src.DockerfileInline,
		Args:             resolveArgs(s, p.Environment),
		Labels:           maps.Clone(map[string]string(src.Labels)),
		Target:           src.Target,
		Tags:             slices.Clone(src.Tags),
		CacheFrom:        slices.Clone(src.CacheFrom),
		CacheTo:          slices.Clone(src.CacheTo),
		Platforms:        slices.Clone(src.Platforms),
		Network:          src.Network,
		ShmSize:          shmSize(src.ShmSize),
		ExtraHosts:       extraHosts(src.ExtraHosts),
		SSH:              sshKeys(src.SSH),
		Attest:           attestations(src),
		Pull:             trueOrNil(src.Pull),
		NoCache:          trueOrNil(src.NoCache),
	}
	var errs [4]error
	if target := TargetName(s.Name); !targetNames.MatchString(target) {
		errs[0] = attributef(codeInvalid, nil, "invalid service name %q: only \"[a-zA-Z0-9_-]+\" are allowed", target)
	}
	b.Ulimits, errs[1] = ulimits(src.Ulimits)
	b.Secrets, errs[2] = secrets(src.Secrets, p.Secrets)
	errs[3] = b.extend(src.Extensions["x-bake"])
	if len(b.Tags) == 0 && s.Image != "" {
		b.Tags = []string{s.Image}
	}
	return b, errors.Join(errs[:]...)
}

func resolveArgs(s types.ServiceConfig, project types.Mapping) map[string]string {
	args := make(map[string]string, len(s.Build.Args))
	for name, value := range s.Build.Args {
		if value == nil {
			value = s.Environment[name]
		}
		if value != nil {
			args[name] = *value
		} else if v, ok := project.Resolve(name); ok {
			args[name] = v
		}
	}
	return args
}

func namedContexts(contexts map[string]string) map[string]string {
	named := make(map[string]string, len(contexts))
	for name, value := range contexts {
		kind, ref, _ := strings.Cut(value, ":")
		if kind == "service" || kind == "target" {
			value = "target:" + TargetName(ref)
		}
		named[name] = value
	}
	return named
}

// shmSize spells a size as Docker's flags print it: the shortest of four
// significant digits, in binary units.
func shmSize(size types.UnitBytes) string {
	if size <= 0 {
		return ""
	}
	return units.BytesSize(float64(size))
}

func ulimits(limits map[string]*types.UlimitsConfig) ([]string, error) {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		soft, hard := limits[name].Soft, limits[name].Hard
		if single := limits[name].Single; single != 0 {
			soft, hard = single, single
		}
		limit, err := units.ParseUlimit(fmt.Sprintf("%s=%d:%d", name, soft, hard))
		if err != nil {
			return list, attributef(codeInvalid, []string{"build", "ulimits", name}, "%w", err)
		}
		list = append(list, limit.String())
	}
	return list, nil
}

func extraHosts(hosts types.HostsList) map[string]string {
	joined := make(map[string]string, len(hosts))
	for host, addresses := range hosts {
		joined[host] = strings.Join(addresses, ",")
	}
	return joined
}

func sshKeys(keys types.SSHConfig) []string {
	var list []string
	for _, k := range keys {
		if k.Path == "" {
			list = append(list, k.ID)
			continue
		}
		list = append(list, k.ID+"="+k.Path)
	}
	slices.Sort(list)
	return list
}

func secrets(used []types.ServiceSecretConfig, declared types.Secrets) ([]string, error) {
	var list []string
	var errs []error
	for _, use := range used {
		secret := declared[use.Source]
		if secret.External {
			errs = append(errs, attributef("external-secret", []string{"build", "secrets", use.Source},
				"unsupported external secret %s", cmp.Or(secret.Name, use.Source)))
			continue
		}
		var fields []string
		for _, f := range [][2]string{{"id", use.Source}, {"src", secret.File}, {"env", secret.Environment}} {
			if f[1] != "" {
				fields = append(fields, f[0]+"="+f[1])
			}
		}
		list = append(list, csvRecord(fields))
	}
	return list, errors.Join(errs...)
}

// csvRecord joins fields as Bake splits them, quoted where they hold a comma.
func csvRecord(fields []string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(fields) // a strings.Builder does not fail
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

func attestations(src *types.BuildConfig) []string {
	var list []string
	for _, a := range [][2]string{{"sbom", src.SBOM}, {"provenance", src.Provenance}} {
		kind, value := "type="+a[0], a[1]
		on, err := strconv.ParseBool(value)
		switch {
		case value == "":
		case err != nil:
			list = append(list, kind+","+value)
		case on:
			list = append(list, kind)
		default:
			list = append(list, kind+",disabled=true")
		}
	}
	return list
}

func trueOrNil(set bool) *bool {
	if !set {
		return nil
	}
	return &set
}
