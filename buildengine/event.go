package buildengine

import (
	"time"

	"github.com/buildlens/buildlens/internal/text"
)

// An Event is one thing that happened in a build. Exactly one of the pointers
// is set. Events of a build arrive in order from one goroutine.
type Event struct {
	Time     time.Time
	Percent  int // how far the build is, 0 to 100; an estimate that never goes back
	Started  *Started
	Step     *Step
	Log      *Log
	Warning  *Warning
	Notice   *Notice
	Target   *TargetResult
	Finished *Result
}

// Started is the first event of a build.
type Started struct {
	BuildID string
	Builder string   // the builder in use
	Driver  string   // its driver
	Targets []string // in name order
}

// StepState is where a step is in its life.
type StepState string

// The states of a step.
const (
	StepPending  StepState = "pending"
	StepRunning  StepState = "running"
	StepDone     StepState = "done"
	StepCached   StepState = "cached"
	StepFailed   StepState = "failed"
	StepCanceled StepState = "canceled"
)

// A Step is the state of one step (a vertex of BuildKit's graph) after a
// change. The same ID comes again whenever something about it changed.
type Step struct {
	ID        string   // stable within the build
	Inputs    []string // IDs of the steps it needs
	Name      string   // as BuildKit shows it: "[build 3/7] RUN make"
	Targets   []string // build targets that need it, in name order
	Internal  bool     // of no interest to people, such as loading metadata
	State     StepState
	Started   time.Time     // zero until it runs
	Duration  time.Duration // so far, or in all
	Location  *Location     // the instruction, when BuildKit told it
	Transfers []Transfer    // downloads, uploads, extractions under way
	Error     string        // for StepFailed
}

// A Location is an instruction's place in a source file.
type Location struct {
	Path string    // absolute; of the file as the user knows it
	Hash string    // of the content that was built (buildinfo.Hash)
	Span text.Span // in that content
	Line int       // one-based first line, for display
}

// A Transfer is progress inside a step.
type Transfer struct {
	ID      string // such as "sha256:… extracting"
	Current int64  // bytes, or items when Total is small
	Total   int64  // 0 when unknown
	Done    bool
}

// A Log is output of a step. Data is raw and may hold part of a line.
type Log struct {
	Step   string // ID of the step
	Stream int    // 1 standard output, 2 standard error
	Data   []byte
	Time   time.Time
}

// A Warning was raised by BuildKit's frontend.
type Warning struct {
	Step     string
	Rule     string // the rule's name when it is a lint warning
	Message  string
	Detail   []string
	URL      string
	Location *Location
}

// A Notice is something the engine wants people to know: "builder not
// answering", "no output specified".
type Notice struct {
	Level   string // "info", "warning"
	Message string
}

// A TargetResult is how one target ended. Exactly one of Failure and Canceled
// is set when it did not succeed.
type TargetResult struct {
	Target     string
	Stage      string
	Dockerfile string // absolute path, empty when remote
	Digest     string // manifest (or index) digest, "sha256:…"; empty when nothing of the kind was exported
	ImageID    string // configuration digest
	Outputs    []ResultOutput
	Metadata   map[string]any // as in the metadata file, keys as Buildx names them
	Steps      int            // instructions it took; exporting and loading do not count
	Cached     int            // of these, found in the cache
	Duration   time.Duration
	Call       *CallResult // when the request was a call
	Failure    *Failure
	Canceled   bool
}

// A ResultOutput says where a result is.
type ResultOutput struct {
	Type string // as in Output
	Dest string // absolute path, or the name of the image; empty for the cache
	Push bool
}

// A CallResult is what the frontend answered to a call.
type CallResult struct {
	JSON   []byte
	Text   string
	Status int // exit status that the frontend suggests
}

// A Result is the last event of a build.
type Result struct {
	BuildID  string
	Targets  []TargetResult // in name order
	Duration time.Duration
	Canceled bool
	Failure  *Failure // the first; nil when all went well
}

// A Failure is why a build or a target of it failed. It is an error.
type Failure struct { //nolint:errname // one of the events first, and an error besides
	Target   string
	Message  string // one sentence
	Step     string // name of the step that failed; empty when none ran
	StepID   string
	ExitCode int       // of its process; -1 when no process ran
	LogTail  []string  // last lines of the step's output, oldest first
	Location *Location // the instruction at fault
	Source   []byte    // the content Location speaks of, for excerpts
	Hint     string    // what to do, when the cause is known
	Cause    error     // the error it was made from; may be nil
}

func (f *Failure) Error() string {
	if f.Hint == "" {
		return f.Message
	}
	return f.Message + ": " + f.Hint
}

// Unwrap returns the error the failure was made from.
func (f *Failure) Unwrap() error { return f.Cause }
