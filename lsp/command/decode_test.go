package command

import (
	"errors"
	"testing"
)

func TestDecode(t *testing.T) {
	got, err := decode[BakeArgs](Bake, [][]byte{[]byte(`{"targets":["a"],"push":false,"vars":{"X":"1"}}`)})
	if err != nil || len(got.Targets) != 1 || got.Push == nil || *got.Push || got.Vars["X"] != "1" {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, none := range [][][]byte{nil, {[]byte("null")}} {
		if got, err := decode[BakeArgs](Bake, none); err != nil || got.Targets != nil {
			t.Errorf("no argument gives %+v, %v", got, err)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	for args, want := range map[string]string{
		`{"tagets":[]}`:     `buildlens.bake: argument "tagets": unknown, did you mean "targets"?`,
		`{"targets":"a"}`:   `buildlens.bake: argument "targets": expected a list, got string`,
		`{"targets":[1]}`:   `buildlens.bake: argument "targets": expected a string, got number`,
		`{"push":"yes"}`:    `buildlens.bake: argument "push": expected true or false, got string`,
		`["default"]`:       `buildlens.bake: expected an object, got array`,
		`{"vars":{"X":[]}}`: `buildlens.bake: argument "vars": expected a string, got array`,
		`{"targets":["a"]`:  `buildlens.bake: unexpected EOF`,
	} {
		_, err := decode[BakeArgs](Bake, [][]byte{[]byte(args)})
		var bad *ArgumentError
		if !errors.As(err, &bad) || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", args, err, want)
		}
	}
	if _, err := decode[BakeArgs](Bake, [][]byte{[]byte("{}"), []byte("{}")}); err == nil {
		t.Error("two arguments were accepted")
	}
}
