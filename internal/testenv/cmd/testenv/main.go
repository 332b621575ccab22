// Command testenv prepares what Buildlens' tests and its demo run, so that no
// test has to stop for minutes to build it:
//
//	testenv ensure [embedded|demo|tests]...   build and install what is missing
//	testenv embedded --out DIR                place the embedded builder's programs into DIR
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/internal/testenv/provide"
)

// A set is a group of components with a name.
type set struct {
	name     string
	tools    []provide.Tool
	packages []provide.Package
}

// embedded are the programs that stand next to the buildlens binary.
func embedded() []provide.Tool {
	return []provide.Tool{provide.Buildkitd, provide.Runc, provide.Rootlesskit}
}

func sets() []set {
	return []set{
		{name: "embedded", tools: embedded()},
		{name: "demo", tools: embedded(), packages: provide.ImagePackages()},
		{
			name:     "tests",
			tools:    append(embedded(), provide.Buildctl, provide.DockerfileFrontend),
			packages: append(provide.ImagePackages(), provide.Uidmap),
		},
	}
}

const usage = "usage: testenv ensure [embedded|demo|tests]...\n       testenv embedded --out DIR"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	p, err := provide.New(os.Stderr)
	if err != nil {
		return err
	}
	switch args[0] {
	case "ensure":
		return ensure(ctx, p, args[1:])
	case "embedded":
		return installEmbedded(ctx, p, args[1:])
	}
	return fmt.Errorf("unknown command %q\n%s", args[0], usage)
}

// ensure provides the named sets, or all of them.
func ensure(ctx context.Context, p *provide.Provider, names []string) error {
	if err := checkNames(names); err != nil {
		return err
	}
	for _, s := range sets() {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		if err := provideSet(ctx, p, s); err != nil {
			return err
		}
	}
	return nil
}

func provideSet(ctx context.Context, p *provide.Provider, s set) error {
	if err := p.Debian(ctx, s.packages...); err != nil {
		return err
	}
	for _, t := range s.tools {
		if _, err := p.Tool(ctx, t); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%s: ready\n", s.name)
	return nil
}

func checkNames(names []string) error {
	var known []string
	for _, s := range sets() {
		known = append(known, s.name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown set %q; there are: %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

func installEmbedded(ctx context.Context, p *provide.Provider, args []string) error {
	out, err := outFlag(args)
	if err != nil {
		return err
	}
	for _, t := range embedded() {
		if err := p.Install(ctx, t, out); err != nil {
			return err
		}
	}
	return nil
}

// outFlag reads the flag that says where to write.
func outFlag(args []string) (string, error) {
	flags := flag.NewFlagSet("testenv", flag.ContinueOnError)
	out := flags.String("out", "", "the folder to write to")
	if err := flags.Parse(args); err != nil {
		return "", err
	}
	if *out == "" || flags.NArg() > 0 {
		return "", errors.New(usage)
	}
	return *out, nil
}
