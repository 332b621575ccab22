// Package plan turns a Request into what BuildKit's client solves on one node:
// frontend attributes, local mounts, exporters, caches and attestations. It
// reads the Dockerfile's folder and OCI layouts, and starts nothing.
package plan

import (
	"context"
	"io"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/buildlens/buildlens/drivers"
	"github.com/moby/buildkit/client"
	bksession "github.com/moby/buildkit/session"
	"github.com/moby/buildkit/solver/pb"
	"github.com/tonistiigi/fsutil"
)

// A Node is what a plan has to know about the node that will solve it.
type Node struct {
	Builder  string
	Name     string
	Driver   string
	Features drivers.Features
	Workers  []*client.WorkerInfo
}

// Env is what plans need from outside, shared by all plans of a build.
type Env struct {
	Lookup session.LookupEnv
	Redact *session.Redactor
	Auth   bksession.Attachable // registry credentials; may be nil
	Proxy  map[string]string    // build arguments for proxies, by name
	Stdout io.Writer            // for outputs to "-"; nil refuses them
	// Load opens an import of an image archive into Docker; closing the writer
	// waits for its end. Nil when there is no Docker to load into.
	Load   func(ctx context.Context) (io.WriteCloser, error)
	NodeID string // identifies this machine to BuildKit's file cache
	Stores *Stores
}

// A Solve is a Request made ready for one node.
type Solve struct {
	Request  *buildengine.Request
	Frontend string
	Opt      client.SolveOpt // without LocalMounts, which are Mounts
	Mounts   map[string]Mount
	Inputs   map[string]string // named context -> the target it comes from
	// Definitions are the graphs of named contexts that have no address.
	Definitions map[string]*pb.Definition
	Outputs     []buildengine.ResultOutput
	Notices     []buildengine.Notice

	files []*file
}

// A Mount is a folder that BuildKit reads from this machine.
type Mount struct {
	FS fsutil.FS
	// Key is equal for mounts with equal content, so that they can be served
	// by one session; empty means that the mount cannot be shared.
	Key string
	// Dir is the folder, absolute; empty when the files are on no disk.
	Dir string
	// Inline is the Dockerfile that the files come from when they are on no disk.
	Inline *buildengine.Dockerfile
}

// New makes the plan of a request. A plan must be ended with Finish, however
// the solve goes.
func New(ctx context.Context, req *buildengine.Request, node Node, env Env) (*Solve, error) {
	s := &Solve{
		Request:  req,
		Frontend: "dockerfile.v0",
		Mounts:   map[string]Mount{},
		Inputs:   map[string]string{},

		Definitions: map[string]*pb.Definition{},
	}
	s.Opt.FrontendAttrs = map[string]string{}
	steps := []func(*Solve, Node, Env) error{
		(*Solve).frontend,
		(*Solve).contexts,
		(*Solve).attachables,
		(*Solve).caches,
		(*Solve).attestations,
		(*Solve).sourcePolicy,
		func(s *Solve, node Node, env Env) error { return s.exports(ctx, node, env) },
	}
	for _, step := range steps {
		if err := step(s, node, env); err != nil {
			return nil, err
		}
	}
	s.applyCall()
	return s, nil
}

func (s *Solve) attachables(_ Node, env Env) error {
	if env.Auth != nil {
		s.Opt.Session = append(s.Opt.Session, env.Auth)
	}
	if len(s.Request.Secrets) > 0 {
		secrets, err := session.Secrets(s.Request.Secrets, env.Lookup, env.Redact)
		if err != nil {
			return err
		}
		s.Opt.Session = append(s.Opt.Session, secrets)
	}
	agents := s.sshAgents(env)
	if len(agents) == 0 {
		return nil
	}
	ssh, err := session.SSH(agents, env.Lookup)
	if err != nil {
		return err
	}
	s.Opt.Session = append(s.Opt.Session, ssh)
	return nil
}

// sshAgents adds the default agent for contexts that git fetches over ssh, as
// Buildx does, when there is one.
func (s *Solve) sshAgents(env Env) []buildengine.SSHAgent {
	if len(s.Request.SSH) > 0 || !isSSHGit(s.Request.Context.URL) {
		return s.Request.SSH
	}
	if socket, _ := env.Lookup("SSH_AUTH_SOCK"); socket == "" {
		return nil
	}
	return []buildengine.SSHAgent{{ID: "default"}}
}
