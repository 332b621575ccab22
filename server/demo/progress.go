package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/buildlens/buildlens/lsp/command"
)

// A progressView prints buildlens/buildEvent notifications as they come: one
// line for each step that ends, so that it reads well in a log too.
type progressView struct {
	mu    sync.Mutex
	known map[string]string // state by step
}

func newProgressView() *progressView { return &progressView{known: map[string]string{}} }

// event takes one notification.
func (v *progressView) event(params json.RawMessage) {
	var batch command.BuildEvents
	if err := json.Unmarshal(params, &batch); err != nil {
		fmt.Println("  (an event that cannot be read:", err, ")")
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, e := range batch.Events {
		v.one(e)
	}
}

func (v *progressView) one(e command.BuildEvent) {
	switch {
	case e.Started != nil:
		clear(v.known)
		fmt.Printf("  %s with the builder %s: %s\n", e.Started.Title, e.Started.Builder, strings.Join(e.Started.Targets, ", "))
	case e.Step != nil && !e.Step.Internal:
		v.step(e.Step)
	case e.Notice != nil:
		fmt.Println("  note:", e.Notice.Message)
	}
}

// marks are what is shown for the states that end a step.
var marks = map[string]string{"done": "✓", "cached": "≡", "failed": "✗", "canceled": "-"}

func (v *progressView) step(s *command.StepEvent) {
	if v.known[s.ID] == s.State {
		return
	}
	v.known[s.ID] = s.State
	mark, ends := marks[s.State]
	if !ends {
		return
	}
	note := fmt.Sprintf("%.1f s", float64(s.Duration)/1000)
	if s.State == "cached" {
		note = "cached"
	}
	fmt.Printf("    %s %-12s %-70.70s %s\n", mark, strings.Join(s.Targets, ","), strings.Join(strings.Fields(s.Name), " "), note)
}

// flush waits until an event that is being printed is out.
func (v *progressView) flush() {
	v.mu.Lock()
	defer v.mu.Unlock()
}
