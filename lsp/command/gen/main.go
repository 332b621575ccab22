// Command gen writes the TypeScript mirror of lsp/command/protocol.go:
//
//	go generate ./lsp/command/gen
//
//go:generate go run . -in ../protocol.go -out ../../../extension/src/protocol.gen.ts
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	in := flag.String("in", "", "Go file that holds the types")
	out := flag.String("out", "", "TypeScript file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	src, err := os.ReadFile(in)
	if err != nil {
		return fmt.Errorf("read the types: %w", err)
	}
	ts, err := Mirror(in, src)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, ts, 0o644); err != nil {
		return fmt.Errorf("write the mirror: %w", err)
	}
	return nil
}
