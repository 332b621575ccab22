package session

import (
	"context"
	"time"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	bksession "github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"
)

// Auth answers BuildKit's requests for registry credentials from the Docker
// configuration and its credential helpers. One provider serves all targets of
// a build, so that helpers are asked once. Credentials become known to the redactor.
func Auth(config *configfile.ConfigFile, redact *Redactor) bksession.Attachable {
	load := authprovider.LoadAuthConfig(config)
	return authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: func(ctx context.Context, host string, scopes []string, expired authprovider.ExpireCachedAuthCheck) (types.AuthConfig, error) {
			auth, err := load(ctx, host, scopes, expired)
			for _, v := range []string{auth.Password, auth.Auth, auth.IdentityToken, auth.RegistryToken} {
				redact.Add(v)
			}
			return auth, err
		},
		ExpireCachedAuth: func(created time.Time, _ string) bool {
			// Registries hand out tokens of five minutes through some helpers.
			return time.Since(created) > 4*time.Minute+50*time.Second
		},
	})
}
