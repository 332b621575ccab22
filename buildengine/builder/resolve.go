package builder

import (
	"github.com/containerd/platforms"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// A Part is the share of one node in a target.
type Part struct {
	Node      int // index of the node
	Platforms []ocispecs.Platform
}

// Resolve says which nodes build a target's platforms, by Buildx's rules. It
// first looks at what users have fixed for the nodes alone; complete is false
// when that was not enough: then all nodes must be booted, and the workers'
// platforms given in a second call with relaxed set. Without platforms it is the
// first node.
func Resolve(nodes [][]ocispecs.Platform, want []ocispecs.Platform, relaxed bool) (parts []Part, complete bool) {
	if len(want) == 0 || len(nodes) == 1 {
		return []Part{{Node: 0, Platforms: want}}, true
	}
	complete = true
	for _, p := range want {
		node, ok := match(nodes, p, relaxed)
		if !ok {
			complete = false
		}
		parts = addPart(parts, node, p)
	}
	return parts, complete || relaxed
}

func addPart(parts []Part, node int, p ocispecs.Platform) []Part {
	for i := range parts {
		if parts[i].Node == node {
			parts[i].Platforms = append(parts[i].Platforms, p)
			return parts
		}
	}
	return append(parts, Part{Node: node, Platforms: []ocispecs.Platform{p}})
}

// match finds the node that has the platform itself, else, when relaxed, the
// first whose platform can run it too, as arm64 runs arm/v7.
func match(nodes [][]ocispecs.Platform, want ocispecs.Platform, relaxed bool) (node int, ok bool) {
	matchers := []func(ocispecs.Platform) platforms.MatchComparer{platforms.OnlyStrict}
	if relaxed {
		matchers = append(matchers, platforms.Only)
	}
	for _, matcher := range matchers {
		for i, have := range nodes {
			for _, p := range have {
				if matcher(p).Match(want) {
					return i, true
				}
			}
		}
	}
	return 0, false
}
