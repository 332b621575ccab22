// Package command implements workspace/executeCommand and the build
// notifications: one table of commands with typed arguments and results. The
// extension's TypeScript mirror (extension/src/protocol.gen.ts) is generated
// from the types of this file; bump Version when a change is not additive.
package command

// Version of this protocol, sent in every BuildEvent and in the server's
// initialize result under capabilities.experimental.buildlens.version.
const Version = 1

// Names of the commands.
const (
	Bake        = "buildlens.bake"         // BakeArgs -> BuildResult
	BakePrint   = "buildlens.bake.print"   // BakeArgs -> PrintResult
	Build       = "buildlens.build"        // BuildArgs -> BuildResult
	BuildCancel = "buildlens.build.cancel" // CancelArgs -> null
	Builders    = "buildlens.builders"     // {} -> BuildersResult
)

// NotificationBuildEvent is sent to clients that set
// initializationOptions.buildEvents.
const NotificationBuildEvent = "buildlens/buildEvent"

// BakeArgs is the single argument of Bake and BakePrint. A lens carries all of
// it, so that what is built is what is shown.
type BakeArgs struct {
	BuildID string            `json:"buildId,omitempty"` // chosen by the client; else by the server
	URI     string            `json:"uri,omitempty"`     // a file of the project; decides files, cwd and variables when Files is empty
	Files   []string          `json:"files,omitempty"`   // definition files, absolute or relative to Dir, in merge order
	Dir     string            `json:"dir,omitempty"`     // working directory; default: that of the project
	Targets []string          `json:"targets,omitempty"` // default: "default"
	Set     []string          `json:"set,omitempty"`     // "pattern.key=value"
	Vars    map[string]string `json:"vars,omitempty"`
	Builder string            `json:"builder,omitempty"`
	Call    string            `json:"call,omitempty"` // "check", "outline", "targets"
	Push    *bool             `json:"push,omitempty"`
	Load    *bool             `json:"load,omitempty"`
	NoCache *bool             `json:"noCache,omitempty"`
	Pull    *bool             `json:"pull,omitempty"`
	Allow   []string          `json:"allow,omitempty"` // as --allow
}

// BuildArgs is the single argument of Build: one Dockerfile.
type BuildArgs struct {
	BuildID   string            `json:"buildId,omitempty"`
	URI       string            `json:"uri"`               // the Dockerfile
	Target    string            `json:"target,omitempty"`  // stage
	Context   string            `json:"context,omitempty"` // default: the folder of the Dockerfile
	Args      map[string]string `json:"args,omitempty"`
	Platforms []string          `json:"platforms,omitempty"`
	Outputs   []string          `json:"outputs,omitempty"` // as --output
	Tags      []string          `json:"tags,omitempty"`
	Secrets   []string          `json:"secrets,omitempty"` // as --secret
	SSH       []string          `json:"ssh,omitempty"`
	Builder   string            `json:"builder,omitempty"`
	Call      string            `json:"call,omitempty"`
	Push      bool              `json:"push,omitempty"`
	Load      bool              `json:"load,omitempty"`
	NoCache   bool              `json:"noCache,omitempty"`
	Pull      bool              `json:"pull,omitempty"`
}

// CancelArgs is the single argument of BuildCancel.
type CancelArgs struct {
	BuildID string `json:"buildId"`
}

// BuildResult answers Bake and Build when every target was built.
type BuildResult struct {
	BuildID  string                  `json:"buildId"`
	Targets  map[string]TargetResult `json:"targets"`
	Duration int64                   `json:"duration"`         // milliseconds
	Joined   bool                    `json:"joined,omitempty"` // an earlier, still running build answered
}

// TargetResult is how one target ended.
type TargetResult struct {
	Digest   string         `json:"digest,omitempty"`
	Outputs  []OutputResult `json:"outputs"`
	Metadata map[string]any `json:"metadata,omitempty"`
	Steps    int            `json:"steps"`
	Cached   int            `json:"cached"`
	Duration int64          `json:"duration"`       // milliseconds
	Call     any            `json:"call,omitempty"` // the frontend's JSON when the request was a call
	CallText string         `json:"callText,omitempty"`
}

// OutputResult says where a result is.
type OutputResult struct {
	Type string `json:"type"`
	Dest string `json:"dest,omitempty"`
	Push bool   `json:"push,omitempty"`
}

// PrintResult answers BakePrint: the plan as `bake --print` prints it.
type PrintResult struct {
	JSON  string   `json:"json"`
	Files []string `json:"files"`
	Dir   string   `json:"dir"`
}

// BuildersResult answers Builders.
type BuildersResult struct {
	Current  string    `json:"current"` // name, or "auto"
	Builders []Builder `json:"builders"`
}

// Builder is one builder that can be chosen.
type Builder struct {
	Name   string `json:"name"`
	Driver string `json:"driver"`
	Status string `json:"status,omitempty"`
}

// FailureData is `data` of the JSON-RPC error that answers a failed build, and
// part of a "target" event.
type FailureData struct {
	BuildID  string   `json:"buildId"`
	Target   string   `json:"target,omitempty"`
	Message  string   `json:"message"`
	Step     string   `json:"step,omitempty"`
	ExitCode int      `json:"exitCode"` // -1: no process ran
	LogTail  []string `json:"logTail,omitempty"`
	URI      string   `json:"uri,omitempty"`   // file at fault
	Range    *Range   `json:"range,omitempty"` // the instruction
	Hint     string   `json:"hint,omitempty"`
}

// Range and Position are as in the protocol, in the negotiated encoding.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Position is zero-based.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// BuildEvents is the payload of NotificationBuildEvent.
type BuildEvents struct {
	Version int          `json:"version"`
	BuildID string       `json:"buildId"`
	Seq     int          `json:"seq"`               // counts up from 1 by one
	Dropped int          `json:"dropped,omitempty"` // log events left out before this batch, the client being slow
	Events  []BuildEvent `json:"events"`
}

// BuildEvent is one event; Kind tells which of the fields is set.
type BuildEvent struct {
	Kind     string         `json:"kind"` // "started", "step", "log", "warning", "notice", "target", "finished"
	Time     int64          `json:"time"` // milliseconds since the epoch
	Started  *StartedEvent  `json:"started,omitempty"`
	Step     *StepEvent     `json:"step,omitempty"`
	Log      *LogEvent      `json:"log,omitempty"`
	Warning  *WarningEvent  `json:"warning,omitempty"`
	Notice   *NoticeEvent   `json:"notice,omitempty"`
	Target   *TargetEvent   `json:"target,omitempty"`
	Finished *FinishedEvent `json:"finished,omitempty"`
}

// StartedEvent opens every build.
type StartedEvent struct {
	Builder string   `json:"builder"`
	Driver  string   `json:"driver"`
	Targets []string `json:"targets"`
	Title   string   `json:"title"` // for people: "bake default"
}

// StepEvent is the state of one step after a change.
type StepEvent struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Targets  []string `json:"targets,omitempty"`
	Inputs   []string `json:"inputs,omitempty"`
	State    string   `json:"state"` // pending, running, done, cached, failed, canceled
	Internal bool     `json:"internal,omitempty"`
	Duration int64    `json:"duration,omitempty"` // milliseconds
	URI      string   `json:"uri,omitempty"`
	Line     int      `json:"line,omitempty"`    // one-based first line of the instruction
	Current  int64    `json:"current,omitempty"` // of a transfer, bytes
	Total    int64    `json:"total,omitempty"`
	Error    string   `json:"error,omitempty"`
}

// LogEvent is output of a step.
type LogEvent struct {
	Step   string `json:"step"`
	Stream int    `json:"stream"`
	Text   string `json:"text"`
}

// WarningEvent was raised by BuildKit's frontend.
type WarningEvent struct {
	Rule    string `json:"rule,omitempty"`
	Message string `json:"message"`
	URL     string `json:"url,omitempty"`
	URI     string `json:"uri,omitempty"`
	Line    int    `json:"line,omitempty"`
}

// NoticeEvent is something the engine wants people to know.
type NoticeEvent struct {
	Level   string `json:"level"`
	Message string `json:"message"`
}

// TargetEvent is how one target ended.
type TargetEvent struct {
	Name     string        `json:"name"`
	Result   *TargetResult `json:"result,omitempty"`
	Failure  *FailureData  `json:"failure,omitempty"`
	Canceled bool          `json:"canceled,omitempty"`
}

// FinishedEvent closes every build.
type FinishedEvent struct {
	State    string       `json:"state"`    // "succeeded", "failed", "canceled"
	Duration int64        `json:"duration"` // milliseconds
	Failure  *FailureData `json:"failure,omitempty"`
}
