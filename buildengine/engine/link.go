package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/moby/buildkit/solver/pb"
)

// linked is the result of a job as other jobs use it: graphs, not files. What
// BuildKit has of them is not built again.
type linked struct {
	definitions map[string]*pb.Definition // by platform; "" for a result of one
	metadata    map[string][]byte
	platforms   bool
}

// inputs are what a job takes from the results of others.
type inputs struct {
	attrs       map[string]string
	definitions map[string]*pb.Definition
}

// inputs waits for the jobs whose results this one uses.
func (j *job) inputs(ctx context.Context, jobs map[string]*job) (inputs, error) {
	in := inputs{attrs: map[string]string{}, definitions: maps.Clone(j.plan.Definitions)}
	for name, target := range j.plan.Inputs {
		parent := jobs[target]
		select {
		case <-parent.ready:
		case <-ctx.Done():
			return in, context.Cause(ctx)
		}
		if parent.linked == nil {
			return in, errSibling
		}
		if err := in.add(name, parent.linked); err != nil {
			return in, fmt.Errorf("using target %s as context %s: %w", target, name, err)
		}
	}
	return in, nil
}

// add makes a result the named context of a job: for each of its platforms
// when it has several, as the frontend asks for those first.
func (in inputs) add(name string, from *linked) error {
	for platform, def := range from.definitions {
		input, suffix := name, ""
		if from.platforms {
			input, suffix = name+"::"+platform, "/"+platform
		}
		in.attrs["context:"+input] = "input:" + input
		in.definitions[input] = def
		config, ok := from.metadata[exptypes.ExporterImageConfigKey+suffix]
		if !ok {
			continue
		}
		metadata, err := json.Marshal(map[string][]byte{exptypes.ExporterImageConfigKey: config})
		if err != nil {
			return err
		}
		in.attrs["input-metadata:"+input] = string(metadata)
	}
	return nil
}
