package flags

import (
	"errors"
	"fmt"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
)

// Secret parses a value of --secret, such as "id=token,src=.token" or
// "id=token,env=TOKEN". Without a source the variable named like the secret is
// taken when it is set, else the file of that name. The value is not read.
func Secret(s, cwd string, env LookupEnv) (buildengine.Secret, error) {
	list, err := fields("secret", s)
	if err != nil {
		return buildengine.Secret{}, err
	}
	var secret buildengine.Secret
	kind := ""
	for _, f := range list {
		if !f.ok {
			return secret, fmt.Errorf("invalid field '%s' must be a key=value pair", f.raw)
		}
		switch f.key {
		case "type":
			if f.value != "file" && f.value != "env" {
				return secret, fmt.Errorf("unsupported secret type %q", f.value)
			}
			kind = f.value
		case "id":
			secret.ID = f.value
		case "source", "src":
			secret.File = f.value
		case "env":
			secret.Env = f.value
		default:
			return secret, fmt.Errorf("unexpected key '%s' in '%s'", f.key, f.raw)
		}
	}
	if kind == "env" && secret.Env == "" {
		secret.Env, secret.File = secret.File, ""
	}
	return CheckSecret(secret, cwd, env)
}

// CheckSecret completes a secret that was written as an object: it finds its
// source when it names none, and makes the file's path absolute.
func CheckSecret(secret buildengine.Secret, cwd string, env LookupEnv) (buildengine.Secret, error) {
	if secret.ID == "" {
		return secret, errors.New("secret missing ID")
	}
	if secret.Env == "" && secret.File == "" {
		if _, set := env(secret.ID); set {
			secret.Env = secret.ID
		} else {
			secret.File = secret.ID
		}
	}
	if secret.Env != "" {
		secret.File = ""
		return secret, nil
	}
	secret.File = absolute(secret.File, cwd)
	return secret, nil
}

// SSH parses a value of --ssh: "default", or "id=socket" or "id=key[,key...]".
func SSH(s, cwd string) (buildengine.SSHAgent, error) {
	id, paths, ok := strings.Cut(s, "=")
	if id == "" {
		return buildengine.SSHAgent{}, fmt.Errorf("invalid ssh value %q: an id is needed, such as \"default\"", s)
	}
	agent := buildengine.SSHAgent{ID: id}
	if !ok {
		return agent, nil
	}
	for path := range strings.SplitSeq(paths, ",") {
		if path != "" {
			agent.Paths = append(agent.Paths, absolute(path, cwd))
		}
	}
	return agent, nil
}
