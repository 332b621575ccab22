package plan

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// annotationKey is "[type[,type][[platform]]:]key".
var annotationKey = regexp.MustCompile(`^(?:([a-z-]+(?:,[a-z-]+)*)(?:\[([A-Za-z0-9_/-]+)\])?:)?(\S+)$`)

var annotationTypes = []string{
	exptypes.AnnotationIndex, exptypes.AnnotationIndexDescriptor,
	exptypes.AnnotationManifest, exptypes.AnnotationManifestDescriptor,
}

// annotation parses a value of --annotation into exporter attributes; without a
// type it is of the manifest.
func annotation(s string) (keys []string, value string, err error) {
	name, value, ok := strings.Cut(s, "=")
	if !ok {
		return nil, "", fmt.Errorf("invalid annotation %q, expected key=value", s)
	}
	m := annotationKey.FindStringSubmatch(name)
	if m == nil {
		return nil, "", fmt.Errorf("invalid annotation format, expected <type>:<key>=<value>, got %q", s)
	}
	var platform *ocispecs.Platform
	if m[2] != "" {
		p, err := platforms.Parse(m[2])
		if err != nil {
			return nil, "", fmt.Errorf("invalid platform of annotation %q: %w", s, err)
		}
		platform = &p
	}
	types := []string{exptypes.AnnotationManifest}
	if m[1] != "" {
		types = strings.Split(m[1], ",")
	}
	for _, kind := range types {
		if !slices.Contains(annotationTypes, kind) {
			return nil, "", fmt.Errorf("unknown annotation type %q", kind)
		}
		key := exptypes.AnnotationKey{Type: kind, Platform: platform, Key: m[3]}
		keys = append(keys, key.String())
	}
	return keys, value, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
