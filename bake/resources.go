package bake

import (
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// Resources limits what the containers of a build may use.
type Resources struct {
	Memory     string `json:"memory,omitempty"` // as written, such as "2g"
	MemorySwap string `json:"memory-swap,omitempty"`
	CPUShares  int64  `json:"cpu-shares,omitempty"`
	CPUPeriod  int64  `json:"cpu-period,omitempty"`
	CPUQuota   int64  `json:"cpu-quota,omitempty"`
	CPUSetCPUs string `json:"cpuset-cpus,omitempty"`
	CPUSetMems string `json:"cpuset-mems,omitempty"`
}

// set sets one field by its name in Bake.
func (r *Resources) set(key, value string) error {
	texts := map[string]*string{
		"memory": &r.Memory, "memory-swap": &r.MemorySwap,
		"cpuset-cpus": &r.CPUSetCPUs, "cpuset-mems": &r.CPUSetMems,
	}
	if field, ok := texts[key]; ok {
		*field = value
		return nil
	}
	numbers := map[string]*int64{"cpu-shares": &r.CPUShares, "cpu-period": &r.CPUPeriod, "cpu-quota": &r.CPUQuota}
	field, ok := numbers[key]
	if !ok {
		return fmt.Errorf("unknown resources key %s", key)
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return fmt.Errorf("invalid value %q for resources key %s: must be a whole number", value, key)
	}
	*field = n
	return nil
}

// values lists the fields that are set, by name.
func (r *Resources) values() map[string]string {
	out := map[string]string{}
	for key, s := range map[string]string{
		"memory": r.Memory, "memory-swap": r.MemorySwap, "cpuset-cpus": r.CPUSetCPUs, "cpuset-mems": r.CPUSetMems,
	} {
		if s != "" {
			out[key] = s
		}
	}
	for key, n := range map[string]int64{"cpu-shares": r.CPUShares, "cpu-period": r.CPUPeriod, "cpu-quota": r.CPUQuota} {
		if n != 0 {
			out[key] = strconv.FormatInt(n, 10)
		}
	}
	return out
}

// merge returns r with the fields that o sets.
func (r *Resources) merge(o *Resources) (*Resources, error) {
	out := Resources{}
	if r != nil {
		out = *r
	}
	for key, value := range o.values() {
		if err := out.set(key, value); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

func resourcesFromObject(v cty.Value) (*Resources, error) {
	if ty := v.Type(); !ty.IsObjectType() && !ty.IsMapType() {
		return nil, fmt.Errorf("object required, not %s", ty.FriendlyName())
	}
	attrs, err := textAttrs(v.AsValueMap())
	if err != nil {
		return nil, err
	}
	r := &Resources{}
	for _, key := range sortedKeys(attrs) {
		if err := r.set(key, attrs[key]); err != nil {
			return nil, err
		}
	}
	return r, nil
}
