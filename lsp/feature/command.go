package feature

// The commands behind the lenses of definitions, as lsp/command names them.
const (
	CommandBake      = "buildlens.bake"
	CommandBakePrint = "buildlens.bake.print"
)

// BakeArguments is the argument of these commands: the whole definition, so
// that what is built is what is shown, and what of it to build. Its JSON is
// that of lsp/command's BakeArgs.
type BakeArguments struct {
	Files   []string          `json:"files"`
	Dir     string            `json:"dir"`
	Targets []string          `json:"targets"`
	Set     []string          `json:"set,omitempty"`
	Vars    map[string]string `json:"vars,omitempty"`
	Call    string            `json:"call,omitempty"`
}
