package feature_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/buildlens/buildlens/lsp/command"
	"github.com/buildlens/buildlens/lsp/feature"
)

// What a lens carries is what the command takes.
func TestArgumentsAreTheCommands(t *testing.T) {
	data, err := json.Marshal(feature.BakeArguments{
		Files: []string{"a"}, Dir: "/d", Targets: []string{"t"}, Set: []string{"t.tags=x"}, Vars: map[string]string{"A": "1"}, Call: "check",
	})
	if err != nil {
		t.Fatal(err)
	}
	var got command.BakeArgs
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Files[0] != "a" || got.Dir != "/d" || got.Targets[0] != "t" || got.Set[0] != "t.tags=x" || got.Vars["A"] != "1" || got.Call != "check" {
		t.Errorf("the command got %+v", got)
	}
	if feature.CommandBake != command.Bake || feature.CommandBakePrint != command.BakePrint {
		t.Error("the commands have other names")
	}
}
