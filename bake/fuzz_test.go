package bake_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/buildlens/buildlens/bake"
)

// seeds adds the definition files of the golden cases to a corpus.
func seeds(f *testing.F, add func(name string, data []byte)) {
	f.Helper()
	paths, err := filepath.Glob("../testdata/bake/*/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		if bake.Classify(path) == bake.KindUnknown || filepath.Base(path) == "want.json" || strings.HasPrefix(filepath.Base(filepath.Dir(path)), "hostile-") {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		add(filepath.Base(path), data)
	}
}

var fuzzNames = []string{"docker-bake.hcl", "docker-bake.json", "compose.yaml", "Bakefile"}

// use asks a definition for everything it offers.
func use(t *testing.T, d *bake.Definition, file string, size int) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, one := range d.Diagnostics(ctx) {
		if one.Span.Start < 0 || one.Span.End < one.Span.Start || one.File == file && one.Span.End > size+1 {
			t.Errorf("diagnostic outside the file of %d bytes: %+v", size, one)
		}
	}
	for _, decl := range d.Declarations(ctx) {
		d.AttributesOf(decl)
	}
	for _, ref := range d.Refs(ctx, file) {
		if ref.Span.Start < 0 || ref.Span.End > size+1 || ref.Span.Start > ref.Span.End {
			t.Errorf("reference outside the file of %d bytes: %+v", size, ref)
		}
	}
	for offset := 0; offset <= size; offset += 1 + size/20 {
		d.ValueAt(ctx, file, offset)
	}
	if plan, err := d.Plan(ctx, bake.PlanRequest{Targets: []string{"*"}, Overrides: []string{"*.args.X=1"}}); err == nil {
		plan.Print()
		_ = d.Check(plan)
	}
	_, _ = d.ListTargets(ctx)
	_, _ = d.ListVariables(ctx)
}

// nothing is a file system without any file.
type nothing struct{}

func (nothing) Read(string) ([]byte, error)        { return nil, os.ErrNotExist }
func (nothing) Stat(string) (os.FileInfo, error)   { return nil, os.ErrNotExist }
func (nothing) List(string) ([]os.DirEntry, error) { return nil, os.ErrNotExist }

// FuzzDefinition holds that any bytes in any file give answers, not crashes.
func FuzzDefinition(f *testing.F) {
	seeds(f, func(name string, data []byte) {
		for i, n := range fuzzNames {
			if bake.Classify(n) == bake.Classify(name) {
				f.Add(i, data)
			}
		}
	})
	f.Fuzz(func(t *testing.T, kind int, data []byte) {
		name := fuzzNames[(kind%len(fuzzNames)+len(fuzzNames))%len(fuzzNames)]
		file := bake.File{Name: name, Path: "/w/" + name, Data: data}
		in := testInput("/w", file)
		in.FS = nothing{}
		use(t, bake.New(in), file.Path, len(data))
	})
}

// FuzzReparse holds that an incremental parse equals a full one.
func FuzzReparse(f *testing.F) {
	seeds(f, func(name string, data []byte) {
		if bake.Classify(name) == bake.KindHCL {
			f.Add(data, len(data)/2, 3, "}\n")
			f.Add(data, len(data)/3, 0, "\"${")
		}
	})
	f.Fuzz(func(t *testing.T, data []byte, at, cut int, insert string) {
		file := bake.File{Name: "docker-bake.hcl", Path: "/w/docker-bake.hcl", Data: data}
		old := bake.Parse(file)
		start := min(max(at, 0), len(data))
		end := min(start+max(cut, 0)%64, len(data))
		next := append(append(append([]byte{}, data[:start]...), insert...), data[end:]...)
		file.Data = next
		got, want := outline(bake.Reparse(old, file)), outline(bake.Parse(file))
		if got != want {
			t.Errorf("incremental and full parse differ at %s", firstDifference(got, want))
		}
	})
}
