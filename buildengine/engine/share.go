package engine

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/buildlens/buildlens/buildengine/plan"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/buildlens/buildlens/buildengine/sourcemap"
	bksession "github.com/moby/buildkit/session"
	"github.com/tonistiigi/fsutil"
)

// A folder that several targets of a node read is served by one session more,
// so that BuildKit walks and fetches it once.
type sharing struct {
	sessions []*sharedSession
	running  sync.WaitGroup
}

// A sharedSession serves at most one folder under each name.
type sharedSession struct {
	node    *node
	session *bksession.Session
	mounts  map[string]plan.Mount
}

// share makes the sessions: one for each job, and those for common folders.
func (r *run) share(ctx context.Context, jobs map[string]*job) (*sharing, error) {
	s := &sharing{}
	users := countMounts(jobs)
	for _, name := range slices.Sorted(maps.Keys(jobs)) {
		j := jobs[name]
		if j.plan == nil {
			continue
		}
		own, err := bksession.NewSession(ctx, j.plan.Opt.SharedKey)
		if err != nil {
			return nil, fmt.Errorf("making a session: %w", err)
		}
		j.session = own
		j.plan.Opt.LocalMounts = map[string]fsutil.FS{}
		for _, local := range slices.Sorted(maps.Keys(j.plan.Mounts)) {
			mount := j.plan.Mounts[local]
			id := own.ID()
			if mount.Key != "" && users[mountKey{j.node, local, mount.Key}] > 1 {
				if id, err = s.add(ctx, j.node, local, mount, j.plan.Opt.SharedKey); err != nil {
					return nil, err
				}
				j.plan.Opt.FrontendAttrs["local-sessionid:"+local] = id
			} else {
				j.plan.Opt.LocalMounts[local] = mount.FS
			}
			r.sources.AddRoot(id, local, root(mount, j.plan.Request.Overlay))
		}
	}
	return s, s.start(ctx)
}

type mountKey struct {
	node  *node
	local string
	key   string
}

func countMounts(jobs map[string]*job) map[mountKey]int {
	users := map[mountKey]int{}
	for _, j := range jobs {
		if j.plan == nil {
			continue
		}
		for local, mount := range j.plan.Mounts {
			users[mountKey{j.node, local, mount.Key}]++
		}
	}
	return users
}

// add finds the session that serves a mount, or the first that has room for it.
func (s *sharing) add(ctx context.Context, n *node, local string, mount plan.Mount, sharedKey string) (id string, err error) {
	for _, shared := range s.sessions {
		if have, taken := shared.mounts[local]; shared.node == n && (!taken || have.Key == mount.Key) {
			shared.mounts[local] = mount
			return shared.session.ID(), nil
		}
	}
	made, err := bksession.NewSession(ctx, sharedKey)
	if err != nil {
		return "", fmt.Errorf("making a session: %w", err)
	}
	s.sessions = append(s.sessions, &sharedSession{node: n, session: made, mounts: map[string]plan.Mount{local: mount}})
	return made.ID(), nil
}

// start lets the daemons reach the shared sessions.
func (s *sharing) start(ctx context.Context) error {
	for _, shared := range s.sessions {
		dirs := map[string]fsutil.FS{}
		for local, mount := range shared.mounts {
			dirs[local] = mount.FS
		}
		files, err := session.Shared(dirs)
		if err != nil {
			return err
		}
		shared.session.Allow(files)
	}
	for _, shared := range s.sessions {
		s.running.Go(func() {
			// A session that cannot be opened shows in the solves that need it.
			_ = shared.session.Run(ctx, shared.node.client.Dialer())
		})
	}
	return nil
}

// close ends the shared sessions and returns when they have ended.
func (s *sharing) close() {
	for _, shared := range s.sessions {
		_ = shared.session.Close() // never fails
	}
	s.running.Wait()
}

// root tells the source map what a mount is. Of an inline Dockerfile it needs
// the file that holds it, as it was when the build began.
func root(mount plan.Mount, overlay map[string][]byte) sourcemap.Root {
	out := sourcemap.Root{Dir: mount.Dir, Inline: mount.Inline}
	if mount.Inline == nil || mount.Inline.InlineFile == "" {
		return out
	}
	if text, ok := overlay[mount.Inline.InlineFile]; ok {
		out.Holder = text
		return out
	}
	text, err := os.ReadFile(mount.Inline.InlineFile)
	if err != nil {
		out.Inline, out.Dir = nil, "" // no place is better than a wrong one
		return out
	}
	out.Holder = text
	return out
}
