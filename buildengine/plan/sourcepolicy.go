package plan

import (
	"encoding/json"
	"fmt"
	"os"

	spb "github.com/moby/buildkit/sourcepolicy/pb"

	"github.com/buildlens/buildlens/buildengine/session"
)

// sourcePolicyVariable names a file of rules that BuildKit applies to the
// sources of a build, as in Buildx.
const sourcePolicyVariable = "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"

// SourcePolicy reads the policy that the environment names; nil when it names none.
func SourcePolicy(env session.LookupEnv) (*spb.Policy, error) {
	path, ok := env(sourcePolicyVariable)
	if !ok || path == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("failed to read the source policy of $%s: %w", sourcePolicyVariable, err)
	}
	var policy spb.Policy
	if err := json.Unmarshal(raw, &policy); err != nil {
		return nil, fmt.Errorf("failed to parse the source policy %s of $%s: %w", path, sourcePolicyVariable, err)
	}
	return &policy, nil
}

func (s *Solve) sourcePolicy(_ Node, env Env) (err error) {
	s.Opt.SourcePolicy, err = SourcePolicy(env.Lookup)
	return err
}
