package testenv

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// stopGrace is how long a component may take to end after SIGTERM.
const stopGrace = 20 * time.Second

// A process is a component that runs as a child of the test, with its output in a file.
type process struct {
	cmd    *exec.Cmd
	log    string
	exited chan struct{} // closed when the process has ended
}

// start runs a program until the test ends. Its output goes to logFile.
func start(t testing.TB, logFile, program string, args ...string) *process {
	t.Helper()
	out, err := os.Create(logFile)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	// stop ends it, gently; the end of the test's context would kill it before that.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	endWithParent(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", filepath.Base(program), err)
	}
	p := &process{cmd: cmd, log: logFile, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // that it has ended is all that matters
		close(p.exited)
	}()
	t.Cleanup(p.stop)
	return p
}

// stop asks the process to end, insists after a while, and waits for its end.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended by itself
	select {
	case <-p.exited:
	case <-time.After(stopGrace):
		p.kill()
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // fails when it has ended by itself
	<-p.exited
}

// failure describes why the component did not come up, with the end of its log.
func (p *process) failure(what string) error {
	data, _ := os.ReadFile(p.log)
	lines := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	tail := lines[max(0, len(lines)-20):]
	return fmt.Errorf("%s %s; its log ends:\n%s", filepath.Base(p.cmd.Path), what, bytes.Join(tail, []byte("\n")))
}
