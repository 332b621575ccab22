package main

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/buildlens/buildlens/internal/settings"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the generated files")

func TestGeneratedFilesAreUpToDate(t *testing.T) {
	files, err := Files("..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		path := filepath.Join("..", "..", "..", filepath.FromSlash(name))
		if *update {
			if err := Write(path, want); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is out of date; run go run ./internal/settings/gen (-want +got):\n%s", name, diff)
		}
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	docs, err := readDocs("..")
	if err != nil {
		t.Fatal(err)
	}
	all := leaves(docs)
	if len(all) == 0 {
		t.Fatal("no settings found")
	}
	for _, l := range all {
		if l.Doc == "" {
			t.Errorf("%s has no doc comment", l.Key)
		}
		for i, doc := range l.Schema.MarkdownEnumDescriptions {
			if doc == "" {
				t.Errorf("%s: value %q has no doc comment", l.Key, l.Schema.Enum[i])
			}
		}
	}
}

// What Decode accepts is what the constants declare: a value added to one and
// not the other shows here.
func TestEveryEnumValueDecodes(t *testing.T) {
	docs, err := readDocs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leaves(docs) {
		for _, value := range l.Schema.Enum {
			key := l.Key[len(settings.Section)+1:]
			got, problems := settings.Decode([]byte(`{"` + key + `": "` + value + `"}`))
			if len(problems) > 0 || reflect.ValueOf(got).IsZero() {
				t.Errorf("%s = %q: %v", l.Key, value, problems)
			}
		}
	}
}
