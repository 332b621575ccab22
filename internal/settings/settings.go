// Package settings is the one typed form of what people can set. The doc
// comments of Settings and of the types below it are the manual: the
// extension's contributed configuration and docs/settings.md are generated
// from them (by gen), and a test holds those files up to date.
package settings

// Section is the name under which editors keep these settings.
const Section = "buildlens"

// Settings is everything that can be set, per workspace folder. Start from
// Default: the zero value switches everything off.
type Settings struct {
	// Name of the builder that builds, as `buildlens ls` lists them. Empty
	// means the one the environment (`BUILDX_BUILDER`) or the builder store has
	// selected, then the current Docker context, then the embedded builder.
	Builder string `json:"builder"`

	Build      Build      `json:"build"`
	Bake       Bake       `json:"bake"`
	Lint       Lint       `json:"lint"`
	Network    Network    `json:"network"`
	InlayHints InlayHints `json:"inlayHints"`
	CodeLens   CodeLens   `json:"codeLens"`
	Log        Log        `json:"log"`

	// Whether builds may be started from the editor. Editors with a workspace
	// trust of their own (VS Code) decide it themselves and this is not read.
	Trust Trust `json:"trust"`
}

// Build says how builds are started from the editor.
type Build struct {
	// What happens with unsaved changes in the files of a definition when it
	// is built.
	Unsaved Unsaved `json:"unsaved"`
}

// Unsaved is what a build does about unsaved changes.
type Unsaved string

// The values of Unsaved.
const (
	// Save the files of the definition first.
	UnsavedSave Unsaved = "save"
	// Build the Dockerfile and Bake text of the editor without saving it.
	UnsavedOverlay Unsaved = "overlay"
	// Refuse to build while there are unsaved changes.
	UnsavedRefuse Unsaved = "refuse"
)

// Bake says which definitions there are.
type Bake struct {
	// Definitions that consist of other files than those found in one
	// folder, or that need variables or overrides. A file listed here
	// belongs to its project; any other belongs to the definition that
	// `buildx bake` finds in the file's own folder.
	Projects []Project `json:"projects"`
}

// Project is one Bake definition.
type Project struct {
	// Name shown where one of several projects has to be chosen.
	Name string `json:"name"`
	// Definition files in merge order, relative to the working directory.
	Files []string `json:"files"`
	// Working directory, relative to the workspace folder. Local paths in the
	// definition are relative to it. Empty means the workspace folder.
	Dir string `json:"dir"`
	// Values of variables, as `--var` would give them.
	Vars map[string]string `json:"vars"`
	// Overrides, as `--set` would give them: `target.key=value`.
	Set []string `json:"set"`
}

// Lint says which problems are reported and how gravely.
type Lint struct {
	// Severity by rule name, for BuildKit's rules and Buildlens's own, such as
	// `{"StageNameCasing": "error", "MaintainerDeprecated": "off"}`.
	Rules map[string]Severity `json:"rules"`
	// BuildKit rules that are experimental and therefore off unless named here.
	Experimental []string `json:"experimental"`
}

// Severity grades a rule.
type Severity string

// The values of Severity.
const (
	// Do not report it.
	SeverityOff Severity = "off"
	// A faint mark in the text.
	SeverityHint Severity = "hint"
	// For information.
	SeverityInfo Severity = "info"
	// A warning.
	SeverityWarning Severity = "warning"
	// An error; `buildlens check` exits with 1.
	SeverityError Severity = "error"
)

// Network says what may be asked from the network. Everything is off by
// default: opening a folder dials nothing.
type Network struct {
	// Ask registries for the tags and configurations of the images that open
	// files name.
	Registry bool `json:"registry"`
	// Fetch remote Bake definitions and Compose files that open files refer to.
	Definitions bool `json:"definitions"`
}

// InlayHints says which hints are shown between the text.
type InlayHints struct {
	// Duration of each instruction in the last build, and whether it was found
	// in the cache.
	Build bool `json:"build"`
	// Values of ARG and ENV variables where a Dockerfile uses them.
	Variables bool `json:"variables"`
	// Evaluated values of Bake attributes that are not literals.
	Values bool `json:"values"`
}

// CodeLens says which lenses are shown above the text.
type CodeLens struct {
	// Build, Check and Print above Bake targets and groups, and Build above
	// Dockerfile stages.
	Build bool `json:"build"`
	// The result of the last build beside them.
	LastResult bool `json:"lastResult"`
}

// Log says what the server writes to its log (standard error).
type Log struct {
	// Level of the least important messages that are written.
	Level LogLevel `json:"level"`
}

// LogLevel grades a log message.
type LogLevel string

// The values of LogLevel.
const (
	// Everything, also each message of the protocol.
	LogDebug LogLevel = "debug"
	// What the server does.
	LogInfo LogLevel = "info"
	// What may need attention.
	LogWarning LogLevel = "warning"
	// What failed.
	LogError LogLevel = "error"
)

// Trust says whether builds may be started.
type Trust string

// The values of Trust.
const (
	// Ask before the first build in a folder, and remember the answer.
	TrustAsk Trust = "ask"
	// Build without asking.
	TrustAlways Trust = "always"
	// Language features only.
	TrustNever Trust = "never"
)

// Default is what holds where nothing is set.
func Default() Settings {
	return Settings{
		Build:      Build{Unsaved: UnsavedSave},
		InlayHints: InlayHints{Build: true, Variables: true, Values: true},
		CodeLens:   CodeLens{Build: true, LastResult: true},
		Log:        Log{Level: LogInfo},
		Trust:      TrustAsk,
	}
}

// values lists what an enumeration allows; Decode and the generator ask for it.
type enumeration interface{ values() []string }

func (Unsaved) values() []string  { return []string{"save", "overlay", "refuse"} }
func (Severity) values() []string { return []string{"off", "hint", "info", "warning", "error"} }
func (LogLevel) values() []string { return []string{"debug", "info", "warning", "error"} }
func (Trust) values() []string    { return []string{"ask", "always", "never"} }
