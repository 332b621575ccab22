package embedded

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/drivers"
)

// programs are what a daemon consists of.
type programs struct {
	buildkitd   string
	runtime     string
	rootlesskit string // empty as root
}

func unusable(reason, hint string) error {
	return &drivers.UnusableError{Driver: Name, Reason: reason, Hint: hint}
}

func usable(ctx context.Context, opts Options) error {
	if answers(ctx, newPaths(opts.StateDir)) {
		return nil
	}
	if _, err := findPrograms(opts); err != nil {
		return err
	}
	return checkRights()
}

// findPrograms looks for the daemon's programs next to the binary and on PATH.
func findPrograms(opts Options) (programs, error) {
	var p programs
	var err error
	if p.buildkitd, err = findProgram(opts, "buildkitd"); err != nil {
		return programs{}, unusable(err.Error(), "install Buildlens with its bundled buildkitd, or BuildKit itself")
	}
	if p.runtime, err = findProgram(opts, "buildkit-runc", "runc"); err != nil {
		return programs{}, unusable("no OCI runtime: "+err.Error(), "install runc")
	}
	if os.Geteuid() == 0 {
		return p, nil
	}
	if appArmorRestricts() {
		opts.ToolDirs = []string{systemPrograms}
	}
	if p.rootlesskit, err = findProgram(opts, "rootlesskit"); err != nil {
		return programs{}, unusable("not root, and "+err.Error(), "install the package rootlesskit")
	}
	return p, nil
}

// systemPrograms is where the system's own rootlesskit lies.
const systemPrograms = "/usr/bin"

// appArmorRestricts tells whether only programs with an AppArmor profile may
// use user namespaces, as on Ubuntu since 24.04. The distribution's rootlesskit
// has a profile, which goes by its path; a bundled one cannot.
func appArmorRestricts() bool {
	data, err := os.ReadFile("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
	return err == nil && strings.TrimSpace(string(data)) == "1"
}

func findProgram(opts Options, names ...string) (string, error) {
	for _, dir := range opts.ToolDirs {
		for _, name := range names {
			if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
				return path, nil
			}
		}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", fmt.Errorf("no %s in %s or on PATH", strings.Join(names, " or "), strings.Join(opts.ToolDirs, ", "))
}

// checkRights tells whether this user may make containers here. It reads a few
// files; what they do not tell is reported by the daemon's own start.
func checkRights() error {
	if os.Geteuid() != 0 {
		return checkRootless()
	}
	if !hasSysAdmin() {
		return unusable("root lacks CAP_SYS_ADMIN here, as in an unprivileged container", "run as a plain user, or in a privileged container")
	}
	return nil
}

// hasSysAdmin reads the effective capabilities. When they cannot be read, trying is the way to find out.
func hasSysAdmin() bool {
	const sysAdmin = 1 << 21
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return true
	}
	for line := range strings.Lines(string(data)) {
		mask, ok := strings.CutPrefix(line, "CapEff:")
		if !ok {
			continue
		}
		caps, err := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
		return err != nil || caps&sysAdmin != 0
	}
	return true
}

// closedBy lists the switches with which systems forbid user namespaces to
// plain users, and the value that forbids them.
var closedBy = []struct{ file, value, hint string }{
	{"/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=28633"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"},
}

func checkRootless() error {
	if _, err := os.Stat("/proc/self/ns/user"); err != nil {
		return unusable("this kernel has no user namespaces", "run as root")
	}
	for _, c := range closedBy {
		data, err := os.ReadFile(c.file)
		if err == nil && strings.TrimSpace(string(data)) == c.value {
			return unusable("user namespaces are not allowed to plain users: "+c.file+" is "+c.value, c.hint)
		}
	}
	for _, name := range []string{"newuidmap", "newgidmap"} {
		if _, err := exec.LookPath(name); err != nil {
			return unusable("not root, and no "+name+" on PATH", "install uidmap (Debian) or shadow-utils")
		}
	}
	return checkSubIDs()
}

// checkSubIDs looks for the ranges of IDs that root has given this user.
func checkSubIDs() error {
	names := []string{strconv.Itoa(os.Getuid())}
	if u, err := user.Current(); err == nil {
		names = append(names, u.Username)
	}
	for _, file := range []string{"/etc/subuid", "/etc/subgid"} {
		if !grantsRange(file, names) {
			return unusable(file+" gives this user no range of IDs", "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "+names[len(names)-1])
		}
	}
	return nil
}

func grantsRange(file string, names []string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	for scanner := bufio.NewScanner(f); scanner.Scan(); {
		owner, _, _ := strings.Cut(scanner.Text(), ":")
		for _, name := range names {
			if owner == name {
				return true
			}
		}
	}
	return false
}
