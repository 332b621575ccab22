package session

import (
	"context"
	"fmt"
	"os"

	"github.com/buildlens/buildlens/buildengine"
	bksession "github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/secrets"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
)

// LookupEnv finds a variable of the environment.
type LookupEnv func(name string) (string, bool)

// Secrets answers BuildKit's requests for secrets. A value is read when it is
// asked for, and made known to the redactor before it is handed out. A file
// that is not there is an error now, as it is in Buildx.
func Secrets(list []buildengine.Secret, env LookupEnv, redact *Redactor) (bksession.Attachable, error) {
	store := secretStore{byID: map[string]buildengine.Secret{}, env: env, redact: redact}
	for _, s := range list {
		if s.File != "" {
			if err := checkSecretFile(s); err != nil {
				return nil, err
			}
		}
		store.byID[s.ID] = s
	}
	return secretsprovider.NewSecretProvider(store), nil
}

func checkSecretFile(s buildengine.Secret) error {
	info, err := os.Stat(s.File)
	if err != nil {
		return fmt.Errorf("failed to stat %s: %w", s.File, err)
	}
	if info.Size() > secretsprovider.MaxSecretSize {
		return fmt.Errorf("secret %s too big. max size %d bytes", s.ID, secretsprovider.MaxSecretSize)
	}
	return nil
}

type secretStore struct {
	byID   map[string]buildengine.Secret
	env    LookupEnv
	redact *Redactor
}

// GetSecret reads one secret.
func (s secretStore) GetSecret(_ context.Context, id string) ([]byte, error) {
	secret, ok := s.byID[id]
	if !ok {
		return nil, fmt.Errorf("secret %s: %w", id, secrets.ErrNotFound)
	}
	value, err := s.read(secret)
	if err != nil {
		return nil, err
	}
	s.redact.Add(string(value))
	return value, nil
}

func (s secretStore) read(secret buildengine.Secret) ([]byte, error) {
	if secret.Env != "" {
		value, _ := s.env(secret.Env)
		return []byte(value), nil
	}
	value, err := os.ReadFile(secret.File)
	if err != nil {
		return nil, fmt.Errorf("reading secret %s: %w", secret.ID, err)
	}
	return value, nil
}
