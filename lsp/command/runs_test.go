package command

import (
	"context"
	"errors"
	"testing"

	"github.com/buildlens/buildlens/buildengine"
)

func begin(t *testing.T, r *runs, id string, targets map[string]string) (*run, bool, context.Context) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	run, joined, err := r.start(id, targets, cancel)
	if err != nil {
		t.Fatal(err)
	}
	return run, joined, ctx
}

func TestJoin(t *testing.T) {
	r := &runs{}
	first, _, ctx := begin(t, r, "one", map[string]string{"api": "1", "web": "2"})
	same, joined, _ := begin(t, r, "two", map[string]string{"web": "2"})
	if !joined || same != first {
		t.Fatal("a build of a target that is being built did not join it")
	}
	_, joined, _ = begin(t, r, "three", map[string]string{"web": "changed"})
	if joined {
		t.Error("a build of another definition joined")
	}
	if got := r.ids(); len(got) != 2 || got[0] != "one" || got[1] != "three" {
		t.Errorf("the builds are %v", got)
	}

	r.leave(same, context.Canceled)
	if ctx.Err() != nil {
		t.Fatal("one of two waiters left and the build was cancelled")
	}
	cause := errors.New("closed")
	r.leave(first, cause)
	if !errors.Is(context.Cause(ctx), cause) {
		t.Errorf("the last waiter left; the cause is %v", context.Cause(ctx))
	}
	r.finish(first, &buildengine.Result{}, nil)
	<-first.done
	if _, joined, _ := begin(t, r, "one", map[string]string{"web": "2"}); joined {
		t.Error("a build joined one that had ended")
	}
}

func TestBuildIDs(t *testing.T) {
	r := &runs{}
	made, _, _ := begin(t, r, "", map[string]string{"a": "1"})
	if !buildID.MatchString(made.id) {
		t.Errorf("the server's own ID %q is none", made.id)
	}
	for _, bad := range []string{"a b", "../x", made.id} {
		if _, _, err := r.start(bad, map[string]string{"b": "1"}, func(error) {}); err == nil {
			t.Errorf("the ID %q was accepted", bad)
		}
	}
}

func TestCancelAndDrain(t *testing.T) {
	r := &runs{}
	one, _, ctx := begin(t, r, "one", map[string]string{"a": "1"})
	if r.cancel("other") {
		t.Error("a build that is not there was cancelled")
	}
	if !r.cancel("one") || !errors.Is(context.Cause(ctx), errCanceledByCommand) {
		t.Errorf("not cancelled: %v", context.Cause(ctx))
	}
	two, _, ctx2 := begin(t, r, "two", map[string]string{"b": "1"})
	for run, ctx := range map[*run]context.Context{one: ctx, two: ctx2} {
		go func() {
			<-ctx.Done()
			r.finish(run, nil, context.Cause(ctx))
		}()
	}
	r.drain(errors.New("the client went away"))
	if left := r.ids(); len(left) != 0 {
		t.Errorf("%v are left", left)
	}
}
