package workspace

import (
	"context"
	"sync"
)

// A cell holds a value that is computed once. Those who ask while it is being
// computed wait for it; a computation that fails, as a cancelled one does, is
// not stored, and the next who asks starts anew.
type cell[T any] struct {
	mu      sync.Mutex
	done    bool
	value   T
	running chan struct{} // closed when the running computation ends; nil when none runs
}

// get returns the value, computing it when there is none yet.
func (c *cell[T]) get(ctx context.Context, compute func(context.Context) (T, error)) (T, error) {
	for {
		running, value, ok := c.enter()
		if ok {
			return value, nil
		}
		if running == nil {
			return c.run(ctx, compute)
		}
		select {
		case <-running:
		case <-ctx.Done():
			var none T
			return none, context.Cause(ctx)
		}
	}
}

// enter returns the value if there is one, or the computation to wait for, or
// nil when the caller has to compute.
func (c *cell[T]) enter() (running chan struct{}, value T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done {
		return nil, c.value, true
	}
	running = c.running
	if running == nil {
		c.running = make(chan struct{})
	}
	return running, value, false
}

// run computes and stores. The cell is released even when compute panics.
func (c *cell[T]) run(ctx context.Context, compute func(context.Context) (T, error)) (value T, err error) {
	stored := false
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if stored {
			c.value, c.done = value, true
		}
		close(c.running)
		c.running = nil
	}()
	value, err = compute(ctx)
	stored = err == nil && ctx.Err() == nil
	if err == nil && !stored {
		err = context.Cause(ctx)
	}
	return value, err
}

// peek returns the value if it has been computed.
func (c *cell[T]) peek() (T, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.value, c.done
}

// Memos keeps results that belong to one immutable thing, by name. The zero
// value is ready.
type Memos struct {
	mu    sync.Mutex
	cells map[string]any // *cell[T]
}

// Memo returns what compute returned for key, computing it at most once. A
// computation that ended with an error or whose context was cancelled is not
// stored. One key always goes with one T.
func Memo[T any](ctx context.Context, m *Memos, key string, compute func(context.Context) (T, error)) (T, error) {
	return cellOf[T](m, key).get(ctx, compute)
}

func cellOf[T any](m *Memos, key string) *cell[T] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.cells[key]; ok {
		return c.(*cell[T])
	}
	if m.cells == nil {
		m.cells = make(map[string]any)
	}
	c := new(cell[T])
	m.cells[key] = c
	return c
}
