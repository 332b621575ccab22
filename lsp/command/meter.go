package command

import (
	"fmt"

	"github.com/buildlens/buildlens/buildengine"
)

// A meter turns steps into the one line and the percentage that a progress
// display has room for.
type meter struct {
	states  map[string]buildengine.StepState // steps that people care about
	ended   int
	current *buildengine.Step // the step that changed last and runs
}

func newMeter() *meter { return &meter{states: map[string]buildengine.StepState{}} }

// step takes in a change and tells whether the display changes.
func (m *meter) step(s *buildengine.Step) bool {
	if s.Internal {
		return false
	}
	was := m.states[s.ID]
	m.states[s.ID] = s.State
	if ended(s.State) && !ended(was) {
		m.ended++
	}
	if ended(was) && !ended(s.State) { // a step that another target runs again
		m.ended--
	}
	if s.State == buildengine.StepRunning {
		m.current = s
	}
	return was != s.State || s.State == buildengine.StepRunning
}

func ended(s buildengine.StepState) bool {
	switch s {
	case buildengine.StepDone, buildengine.StepCached, buildengine.StepFailed, buildengine.StepCanceled:
		return true
	}
	return false
}

// percent is the share of known steps that have ended. More steps become
// known while a build runs, so the display keeps the highest value; 100 is left to the end.
func (m *meter) percent() int {
	if len(m.states) == 0 {
		return 0
	}
	return min(m.ended*100/len(m.states), 99)
}

// message is such as "3/7 [build 2/4] RUN go build".
func (m *meter) message() string {
	if m.current == nil {
		return fmt.Sprintf("%d/%d", m.ended, len(m.states))
	}
	return fmt.Sprintf("%d/%d %s", m.ended, len(m.states), m.current.Name)
}
