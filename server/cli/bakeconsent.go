package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/buildengine/frombake"
	"github.com/containerd/console"
)

var errNoConsent = errors.New("additional privileges requested")

// consent asks for what was not granted with --allow, and says how to grant
// it. Without a terminal to ask on it is an error.
func (a *App) consent(ctx context.Context, progress string, needs []frombake.Need) error {
	if len(needs) == 0 {
		return nil
	}
	grants := make([]string, len(needs))
	for i, n := range needs {
		grants[i] = "--allow=" + n.Short
	}
	if progress == "rawjson" {
		return fmt.Errorf("%w: pass %q to grant requested privileges", errNoConsent, strings.Join(grants, " "))
	}
	terminal := a.onTerminal()
	a.printNeeds(needs, grants, terminal)
	if terminal && a.confirm(ctx, "Do you want to grant requested privileges and continue? [y/N] ") {
		return nil
	}
	return errNoConsent
}

// printNeeds lists what is asked for, and the command that grants it.
func (a *App) printNeeds(needs []frombake.Need, grants []string, terminal bool) {
	fmt.Fprint(a.Stderr, "Your build is requesting privileges for following possibly insecure capabilities:\n\n")
	paths := false
	for _, n := range needs {
		fmt.Fprintln(a.Stderr, " -", n.Text)
		paths = paths || strings.HasPrefix(n.Allow, "fs")
	}
	pass := "Pass"
	if terminal {
		pass = "In order to not see this message in the future pass"
	}
	fmt.Fprintf(a.Stderr, "\n%s %q to grant requested privileges.\n", pass, strings.Join(grants, " "))
	if at := slices.IndexFunc(a.args, func(s string) bool { return s == "bake" || s == "f" }); at >= 0 {
		command := slices.Concat([]string{a.Name}, a.args[:at+1], grants, a.args[at+1:])
		fmt.Fprintf(a.Stderr, "\nYour full command with requested privileges:\n\n%s\n\n", shellLine(command))
	}
	if _, set := os.LookupEnv("BUILDX_BAKE_ENTITLEMENTS_FS"); paths && !set {
		fmt.Fprint(a.Stderr, "To disable filesystem entitlements checks, you can set BUILDX_BAKE_ENTITLEMENTS_FS=0 .\n\n")
	}
}

// onTerminal tells whether a person can answer questions.
func (a *App) onTerminal() bool {
	f, ok := a.Stdin.(*os.File)
	if !ok {
		return false
	}
	_, err := console.ConsoleFromFile(f)
	return err == nil
}

// confirm asks a question of yes or no. The end of the input, an interrupt and
// whatever else is not yes mean no.
func (a *App) confirm(ctx context.Context, question string) bool {
	fmt.Fprint(a.Stderr, question)
	answer := make(chan string, 1)
	go func() { // reads on after an interrupt, until the program ends
		line, _ := bufio.NewReader(a.Stdin).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return false
	case line := <-answer:
		return line == "y" || line == "yes"
	}
}

// shellLine writes a command as a shell reads it.
func shellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsAny(w, " \t\n'\"\\$`*?[]{}()<>|&;#!~") {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
