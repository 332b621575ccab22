package session

import (
	"errors"
	"fmt"

	"github.com/buildlens/buildlens/buildengine"
	bksession "github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/sshforward/sshprovider"
)

// SSH forwards agents and keys. An agent without paths is the one of $SSH_AUTH_SOCK.
func SSH(agents []buildengine.SSHAgent, env LookupEnv) (bksession.Attachable, error) {
	configs := make([]sshprovider.AgentConfig, 0, len(agents))
	for _, a := range agents {
		paths := a.Paths
		if len(paths) == 0 {
			socket, _ := env("SSH_AUTH_SOCK")
			if socket == "" {
				return nil, errors.New("invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set")
			}
			paths = []string{socket}
		}
		configs = append(configs, sshprovider.AgentConfig{ID: a.ID, Paths: paths})
	}
	provider, err := sshprovider.NewSSHAgentProvider(configs)
	if err != nil {
		return nil, fmt.Errorf("preparing ssh forwarding: %w", err)
	}
	return provider, nil
}
