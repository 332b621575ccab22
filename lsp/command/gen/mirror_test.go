package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestMirrorIsUpToDate(t *testing.T) {
	src, err := os.ReadFile("../protocol.go")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Mirror("protocol.go", src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../extension/src/protocol.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("extension/src/protocol.gen.ts is not what protocol.go says: run go generate ./lsp/command/gen")
	}
}

func TestMirror(t *testing.T) {
	src := `package p

// Version of it.
const Version = 3

const (
	Name = "n" // says who
)

// A Thing has parts.
//
// Two paragraphs.
type Thing struct {
	// Above.
	Parts []*Thing          ` + "`json:\"parts,omitempty\"`" + ` // behind
	Names map[string][]string ` + "`json:\"names\"`" + `
	Data  any               ` + "`json:\"data,omitempty\"`" + `
	On    *bool             ` + "`json:\"on,omitempty\"`" + `
	Size  int64             ` + "`json:\"size\"`" + `
}
`
	want := header + `
/** Version of it. */
export const Version = 3;

/** says who */
export const Name = "n";

/**
 * A Thing has parts.
 *
 * Two paragraphs.
 */
export interface Thing {
  /**
   * Above.
   * behind
   */
  parts?: Thing[];
  names: Record<string, string[]> | null;
  data?: unknown;
  on?: boolean;
  size: number;
}
`
	got, err := Mirror("p.go", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestMirrorRefuses(t *testing.T) {
	tests := []struct{ name, decl, want string }{
		{"a channel", "type T struct { C chan int `json:\"c\"` }", "p.go:2:19: no TypeScript type"},
		{"an unexported type", "type T struct { C thing `json:\"c\"` }", "no TypeScript type"},
		{"a field without a tag", "type T struct { C int }", "json tag"},
		{"a field that is not sent", "type T struct { C int `json:\"-\"` }", "C has no json name"},
		{"an embedded field", "type T struct { U `json:\"u\"` }", "one name"},
		{"a type that is no struct", "type T int", "T is not a struct"},
		{"a computed constant", "const A = 1 + 2", "A is not a literal"},
		{"a variable", "var A = 1", "variable"},
		{"no Go", "}", "parse the types"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Mirror("p.go", []byte("package p\n"+tt.decl+"\n"))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}
