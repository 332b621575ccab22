package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
)

// maxDockerfile is how much of a Dockerfile is fetched from an address.
const maxDockerfile = 2 << 20

// fetchDockerfile lets the node fetch a Dockerfile that is given by its
// address; it is built as an inline one then.
func (r *run) fetchDockerfile(ctx context.Context, j *job, req *buildengine.Request) error {
	url := req.Dockerfile.Remote
	if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return nil
	}
	var text []byte
	read := func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		def, err := llb.HTTP(url, llb.Filename("Dockerfile"), llb.WithCustomName("[internal] fetching "+url)).Marshal(ctx)
		if err != nil {
			return nil, err
		}
		res, err := c.Solve(ctx, gateway.SolveRequest{Definition: def.ToPB()})
		if err != nil {
			return nil, err
		}
		ref, err := res.SingleRef()
		if err != nil {
			return nil, err
		}
		text, err = ref.ReadFile(ctx, gateway.ReadRequest{Filename: "Dockerfile", Range: &gateway.FileRange{Length: maxDockerfile + 1}})
		return nil, err
	}
	if _, err := j.node.client.Build(ctx, client.SolveOpt{Internal: true}, product, read, nil); err != nil {
		return fmt.Errorf("fetching the Dockerfile %s: %w", url, err)
	}
	if len(text) > maxDockerfile {
		return fmt.Errorf("the Dockerfile %s is larger than %d bytes", url, maxDockerfile)
	}
	req.Dockerfile = buildengine.Dockerfile{Inline: text}
	return nil
}
