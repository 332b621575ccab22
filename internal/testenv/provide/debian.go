package provide

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Package is a Debian package and a file that shows that it, or something
// that serves as well, is there.
type Package struct {
	Name  string
	Files []string // globs; any match will do
}

var (
	libseccomp = Package{"libseccomp-dev", []string{"/usr/lib/*/libseccomp.a", "/usr/lib64/libseccomp.a", "/usr/local/lib/libseccomp.a"}}
	pkgConfig  = Package{"pkg-config", []string{"/usr/bin/pkg-config", "/usr/local/bin/pkg-config"}}
)

// Uidmap lets plain users run rootless BuildKit.
var Uidmap = Package{"uidmap", []string{"/usr/bin/newuidmap"}}

// ImagePackages are what testenv/images makes its base images from. A dynamic
// busybox also lies at /bin/busybox, so the file tells by its documentation
// which of the two packages is there.
func ImagePackages() []Package {
	return []Package{
		{"busybox-static", []string{"/usr/share/doc/busybox-static"}},
		{"tcc", []string{"/usr/bin/tcc"}},
		{"musl-dev", []string{"/usr/include/*-linux-musl/stdio.h"}},
	}
}

func (p Package) present() bool {
	for _, pattern := range p.Files {
		if matches, _ := filepath.Glob(pattern); len(matches) > 0 {
			return true
		}
	}
	return false
}

// Debian installs those of the packages that are missing.
func (p *Provider) Debian(ctx context.Context, packages ...Package) error {
	if len(missing(packages)) == 0 {
		return nil
	}
	return p.locked(ctx, "apt", func() error {
		names := missing(packages)
		if len(names) == 0 {
			return nil
		}
		return p.aptInstall(ctx, names)
	})
}

func missing(packages []Package) []string {
	var names []string
	for _, pkg := range packages {
		if !pkg.present() {
			names = append(names, pkg.Name)
		}
	}
	return names
}

func (p *Provider) aptInstall(ctx context.Context, names []string) error {
	list := strings.Join(names, " ")
	asRoot, err := rootCommand(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w; install by hand: apt-get install %s", list, err, list)
	}
	p.say("installing Debian packages: %s (about 20 seconds, once)", list)
	// Another apt may be running, on fresh machines its own daily update.
	install := append([]string{"apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends"}, names...)
	for _, args := range [][]string{{"apt-get", "update", "-q"}, install} {
		args = append(asRoot, args...)
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, bytes.TrimSpace(out))
		}
	}
	return nil
}

// rootCommand is what to put before a command that needs root: sudo where it
// asks no password, since nobody may be there to answer.
func rootCommand(ctx context.Context) ([]string, error) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return nil, fmt.Errorf("missing, and this is not Debian or Ubuntu")
	}
	if os.Geteuid() == 0 {
		return []string{}, nil
	}
	if err := exec.CommandContext(ctx, "sudo", "-n", "true").Run(); err != nil {
		return nil, fmt.Errorf("missing, and installing needs root or a sudo without password")
	}
	return []string{"sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"}, nil
}
