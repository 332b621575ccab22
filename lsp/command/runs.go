package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/buildlens/buildlens/buildengine"
)

// errCanceledByCommand is the cause of a build that buildlens.build.cancel ended.
var errCanceledByCommand = errors.New("canceled by " + BuildCancel)

// buildID is what a client may choose.
var buildID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// runs are the builds under way.
type runs struct {
	mu   sync.Mutex // guards byID and the waiters of each run
	byID map[string]*run
}

// A run is one build under way. It ends when it is done, when it is cancelled
// by its ID, or when nobody waits for it any more.
type run struct {
	id      string
	targets map[string]string // what each target builds: name -> fingerprint
	cancel  context.CancelCauseFunc
	waiters int
	done    chan struct{} // closed when result and err are set
	result  *buildengine.Result
	err     error
}

// start registers a build, or finds one under way that builds all the same
// targets in the same way. The caller becomes a waiter and must call leave.
func (r *runs) start(id string, targets map[string]string, cancel context.CancelCauseFunc) (found *run, joined bool, err error) {
	if id == "" {
		id = rand.Text()[:12]
	}
	if !buildID.MatchString(id) {
		return nil, false, fmt.Errorf("build ID %q: use 1 to 64 letters, digits, %q and %q", id, "-", "_")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, other := range r.byID {
		if other.covers(targets) {
			other.waiters++
			return other, true, nil
		}
	}
	if _, taken := r.byID[id]; taken {
		return nil, false, fmt.Errorf("build ID %q belongs to a build that is still running: choose another or none", id)
	}
	if r.byID == nil {
		r.byID = map[string]*run{}
	}
	made := &run{id: id, targets: targets, cancel: cancel, waiters: 1, done: make(chan struct{})}
	r.byID[id] = made
	return made, false, nil
}

func (r *run) covers(targets map[string]string) bool {
	for name, fingerprint := range targets {
		if r.targets[name] != fingerprint {
			return false
		}
	}
	return len(targets) > 0
}

// leave ends one caller's interest in a build; the last one cancels it.
func (r *runs) leave(run *run, cause error) {
	r.mu.Lock()
	run.waiters--
	last := run.waiters == 0
	r.mu.Unlock()
	if last {
		run.cancel(cause)
	}
}

// finish records how a build ended and wakes everybody who waits for it.
func (r *runs) finish(run *run, result *buildengine.Result, err error) {
	r.mu.Lock()
	delete(r.byID, run.id)
	r.mu.Unlock()
	run.result, run.err = result, err
	close(run.done)
}

// cancel ends a build by its ID.
func (r *runs) cancel(id string) bool {
	r.mu.Lock()
	run, ok := r.byID[id]
	r.mu.Unlock()
	if ok {
		run.cancel(errCanceledByCommand)
	}
	return ok
}

// ids lists the builds under way, sorted.
func (r *runs) ids() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make([]string, 0, len(r.byID))
	for id := range r.byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// drain cancels every build and waits until all have ended.
func (r *runs) drain(cause error) {
	r.mu.Lock()
	all := make([]*run, 0, len(r.byID))
	for _, run := range r.byID {
		all = append(all, run)
	}
	r.mu.Unlock()
	for _, run := range all {
		run.cancel(cause)
	}
	for _, run := range all {
		<-run.done
	}
}
