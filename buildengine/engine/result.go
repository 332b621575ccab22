package engine

import (
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"strconv"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
)

// result is the part of a target's result that the job knows.
func (o *outcome) result(name string) buildengine.TargetResult {
	out := buildengine.TargetResult{Target: name, Call: o.call, Duration: o.ended.Sub(o.started)}
	if o.job == nil || o.job.plan == nil {
		return out
	}
	p := o.job.plan
	out.Stage = p.Request.Stage
	if mount, ok := p.Mounts["dockerfile"]; ok && mount.Dir != "" {
		out.Dockerfile = filepath.Join(mount.Dir, p.Opt.FrontendAttrs["filename"])
	}
	if o.err != nil {
		return out
	}
	out.Digest = o.response[exptypes.ExporterImageDigestKey]
	out.ImageID = o.response[exptypes.ExporterImageConfigDigestKey]
	if !p.IsCall() {
		out.Outputs = p.Outputs
		out.Metadata = metadata(o.response)
		out.Metadata["buildx.build.ref"] = o.job.node.Builder + "/" + o.job.node.Name + "/" + o.ref
	}
	return out
}

// metadata decodes the exporters' response as Buildx's metadata file has it:
// values that are JSON in base64 become JSON.
func metadata(response map[string]string) map[string]any {
	out := make(map[string]any, len(response)+1)
	for key, value := range response {
		out[key] = value
		data, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			continue
		}
		var decoded any
		if json.Unmarshal(data, &decoded) != nil {
			continue
		}
		switch v := decoded.(type) {
		case map[string]any:
			if len(v) > 0 {
				out[key] = json.RawMessage(data)
			}
		case []any:
			if len(v) > 0 {
				out[key] = json.RawMessage(data)
			}
		}
	}
	return out
}

// callResult is what the frontend answered to a call.
func callResult(metadata map[string][]byte) *buildengine.CallResult {
	status, err := strconv.Atoi(string(metadata["result.statuscode"]))
	if err != nil {
		status = 0 // not every call has one
	}
	return &buildengine.CallResult{JSON: metadata["result.json"], Text: string(metadata["result.txt"]), Status: status}
}
