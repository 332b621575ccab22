package definition

import (
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
	"github.com/moby/buildkit/util/gitutil"
)

// Variables of the environment that hold what git needs to fetch definitions.
const (
	envToken  = "BUILDX_BAKE_GIT_AUTH_TOKEN"
	envHeader = "BUILDX_BAKE_GIT_AUTH_HEADER"
	envSSH    = "BUILDX_BAKE_GIT_SSH"
)

// Secrets are what BuildKit may ask for to fetch the repository, for its host
// alone. The variables are named; their values are read when they are needed.
func (s *Source) Secrets(lookup func(name string) (string, bool)) []buildengine.Secret {
	if s.git == nil {
		return nil
	}
	remote, err := gitutil.ParseURL(s.git.Remote)
	if err != nil || remote.Host == "" {
		return nil
	}
	token, _ := lookup(envToken)
	if token == "" {
		return nil
	}
	secrets := []buildengine.Secret{{ID: llb.GitAuthTokenKey + "." + remote.Host, Env: envToken}}
	if header, _ := lookup(envHeader); header != "" {
		secrets = append(secrets, buildengine.Secret{ID: llb.GitAuthHeaderKey + "." + remote.Host, Env: envHeader})
	}
	return secrets
}

// SSH are the agents or keys to fetch the repository with: those that the
// environment names, else the default agent when git goes over ssh.
func (s *Source) SSH(lookup func(name string) (string, bool)) []buildengine.SSHAgent {
	if s.git == nil {
		return nil
	}
	if paths, _ := lookup(envSSH); paths != "" {
		return []buildengine.SSHAgent{{ID: "default", Paths: strings.Split(paths, ",")}}
	}
	remote, err := gitutil.ParseURL(s.git.Remote)
	if err != nil || remote.Scheme != gitutil.SSHProtocol {
		return nil
	}
	if socket, _ := lookup("SSH_AUTH_SOCK"); socket == "" {
		return nil
	}
	return []buildengine.SSHAgent{{ID: "default"}}
}

// SameRepository tells whether a context is fetched from the repository that
// the definition is in, be it another branch or folder of it.
func (s *Source) SameRepository(context string) bool {
	if s.git == nil {
		return false
	}
	git, ok, err := dfgitutil.ParseGitRef(context)
	return ok && err == nil && git.Remote == s.git.Remote
}
