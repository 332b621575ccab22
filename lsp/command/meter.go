package command

import (
	"fmt"

	"github.com/buildlens/buildlens/buildengine"
)

// A meter turns steps into the one line that a progress display has room for.
type meter struct {
	states  map[string]buildengine.StepState // steps that people care about
	ended   int
	current *buildengine.Step // the step that changed last and runs
	several bool              // there is more than one target: say which
}

// newMeter makes a meter for a build of a number of targets.
func newMeter(targets int) *meter {
	return &meter{states: map[string]buildengine.StepState{}, several: targets > 1}
}

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

// message is such as "3/7 [build 2/4] RUN go build".
func (m *meter) message() string {
	if m.current == nil {
		return fmt.Sprintf("%d/%d", m.ended, len(m.states))
	}
	name := m.current.Name
	if len(m.current.Targets) == 1 && m.several {
		name = m.current.Targets[0] + " " + name
	}
	return fmt.Sprintf("%d/%d %s", m.ended, len(m.states), name)
}
