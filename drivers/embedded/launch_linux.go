package embedded

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// statusFD is where a supervisor finds the pipe to report on: the first
// descriptor behind the standard ones.
const statusFD = 3

// A startReport is the one line that a supervisor writes when its daemon is
// ready or has failed to become so.
type startReport struct {
	Error string `json:"error,omitempty"`
}

// launch starts a supervisor in a session of its own and returns when its
// daemon is ready. When ctx ends before, so does the supervisor: the caller
// holds the boot lock, so nobody else waits for it.
func launch(ctx context.Context, opts Options, cfg SupervisorConfig) error {
	status, theirs, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("starting the embedded BuildKit: %w", err)
	}
	defer status.Close()
	cfg.StatusFD = statusFD
	cmd, err := supervisorCommand(opts, cfg)
	if err != nil {
		return err
	}
	cmd.ExtraFiles = []*os.File{theirs}
	err = startLogging(cmd, newPaths(opts.StateDir).log())
	theirs.Close()
	if err != nil {
		return fmt.Errorf("starting the embedded BuildKit's supervisor: %w", err)
	}
	go func() { _ = cmd.Wait() }() // reaps it, should it end before this process
	defer context.AfterFunc(ctx, func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended by itself
		status.Close()
	})()
	err = readReport(status)
	if ctx.Err() != nil {
		return fmt.Errorf("starting the embedded BuildKit: %w", context.Cause(ctx))
	}
	return err
}

// startLogging starts cmd with its own last words, should it panic, in the log.
func startLogging(cmd *exec.Cmd, path string) error {
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stderr = log
	return cmd.Start()
}

func supervisorCommand(opts Options, cfg SupervisorConfig) (*exec.Cmd, error) {
	arg, err := json.Marshal(cfg)
	if err != nil {
		return nil, fmt.Errorf("starting the embedded BuildKit: %w", err)
	}
	args := append(append([]string{}, opts.SupervisorArgs...), string(arg))
	// It outlives the call that starts it, and the whole process.
	cmd := exec.CommandContext(context.Background(), opts.Executable, args...)
	cmd.Dir = "/" // it must not keep a folder of its starter busy
	cmd.Env = supervisorEnv(os.Environ())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd, nil
}

// passed are the variables that the daemon may need. The starter's others, among
// them whatever secrets its builds use, do not live on in a process that outlasts it.
var passed = []string{
	"PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "XDG_RUNTIME_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR",
}

func supervisorEnv(environ []string) []string {
	var env []string
	for _, name := range passed {
		for _, e := range environ {
			if strings.HasPrefix(e, name+"=") {
				env = append(env, e)
			}
		}
	}
	return env
}

func readReport(status *os.File) error {
	line, err := bufio.NewReader(status).ReadBytes('\n')
	if err != nil {
		return errors.New("starting the embedded BuildKit: its supervisor ended without a word")
	}
	var r startReport
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("starting the embedded BuildKit: reading its supervisor's report: %w", err)
	}
	if r.Error != "" {
		return errors.New("starting the embedded BuildKit: " + r.Error)
	}
	return nil
}
