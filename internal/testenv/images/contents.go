package images

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// A MissingError says which Debian package an image needs.
type MissingError struct {
	What    string
	Package string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is not on this machine: install it (Debian: apt-get install %s)", e.What, e.Package)
}

// addBusybox adds BusyBox, a link for each of its applets, and the few files
// that programs expect in a root file system.
func addBusybox(ctx context.Context, r *rootfs) error {
	path, err := staticBusybox()
	if err != nil {
		return err
	}
	if err := r.copy("bin/busybox", path, 0o755); err != nil {
		return err
	}
	list, err := exec.CommandContext(ctx, path, "--list").Output()
	if err != nil {
		return fmt.Errorf("asking %s for its applets: %w", path, err)
	}
	for applet := range strings.FieldsSeq(string(list)) {
		if applet != "busybox" {
			r.link("bin/"+applet, "busybox")
		}
	}
	r.dir("tmp", 0o1777)
	r.dir("root", 0o700)
	r.file("etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"))
	r.file("etc/group", 0o644, []byte("root:x:0:\nnogroup:x:65534:\n"))
	return nil
}

// staticBusybox finds a BusyBox that needs no shared library.
func staticBusybox() (string, error) {
	candidates := []string{"/bin/busybox", "/usr/bin/busybox"}
	if path, err := exec.LookPath("busybox"); err == nil {
		candidates = append(candidates, path)
	}
	for _, path := range candidates {
		if libs, err := needed(path); err == nil && len(libs) == 0 {
			return path, nil
		}
	}
	return "", &MissingError{"a statically linked BusyBox", "busybox-static"}
}

// needed lists the shared libraries that a program asks for.
func needed(path string) ([]string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ImportedLibraries()
}

// goPackages are the standard packages that programs in the golang image may use.
var goPackages = []string{"bufio", "encoding/json", "errors", "flag", "fmt", "io", "os", "sort", "strconv", "strings", "time"}

// addGo adds the running machine's Go: the go command, compiler, assembler and
// linker, and the sources of goPackages with all they import.
func addGo(ctx context.Context, r *rootfs, env []string) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("asking go where it lives: %w", err)
	}
	root := strings.TrimSpace(string(out))
	for _, f := range []string{"VERSION", "go.env"} {
		if err := r.copy("usr/local/go/"+f, filepath.Join(root, f), 0o644); err != nil {
			return nil, err
		}
	}
	tools := "pkg/tool/linux_" + runtime.GOARCH + "/"
	for _, f := range []string{"bin/go", tools + "compile", tools + "link", tools + "asm"} {
		if err := r.copy("usr/local/go/"+f, filepath.Join(root, f), 0o755); err != nil {
			return nil, err
		}
	}
	if err := r.tree("usr/local/go/pkg/include", filepath.Join(root, "pkg/include"), func(string) bool { return true }); err != nil {
		return nil, err
	}
	// The runtime's assembly includes headers of packages it does not import.
	header := func(path string) bool { return strings.HasSuffix(path, ".h") }
	if err := r.tree("usr/local/go/src/runtime", filepath.Join(root, "src/runtime"), header); err != nil {
		return nil, err
	}
	if err := addGoSources(ctx, r, root); err != nil {
		return nil, err
	}
	env = append(slices.Clone(env), "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOPROXY=off", "GOFLAGS=-buildvcs=false")
	env[0] = strings.Replace(env[0], "PATH=", "PATH=/usr/local/go/bin:", 1)
	return env, nil
}

func addGoSources(ctx context.Context, r *rootfs, root string) error {
	args := append([]string{"list", "-deps", "-f", "{{.Dir}}"}, goPackages...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("listing the standard packages: %w", err)
	}
	source := func(path string) bool { return !strings.HasSuffix(path, "_test.go") }
	for dir := range strings.FieldsSeq(string(out)) {
		rel, err := filepath.Rel(root, dir)
		if err != nil {
			return err
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.IsDir() || !source(e.Name()) {
				continue
			}
			if err := r.copy(filepath.Join("usr/local/go", rel, e.Name()), filepath.Join(dir, e.Name()), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// staticCC is the image's C compiler driver: tcc against musl, linked statically.
const staticCC = `#!/bin/sh
exec tcc -static -nostdinc -nostdlib -I/usr/include/musl -I/usr/lib/tcc/include "$@" \
  /usr/lib/musl/crt1.o /usr/lib/musl/libc.a /usr/lib/tcc/libtcc1.a
`

// addTCC adds Debian's tcc with the shared libraries it needs, and musl.
func addTCC(r *rootfs) error {
	tcc, err := exec.LookPath("tcc")
	if err != nil {
		return &MissingError{"the Tiny C Compiler", "tcc"}
	}
	if err := addDynamic(r, "usr/bin/tcc", tcc); err != nil {
		return err
	}
	triple, ok := map[string]string{"amd64": "x86_64-linux", "arm64": "aarch64-linux"}[runtime.GOARCH]
	if !ok {
		return fmt.Errorf("this image cannot be made on %s", runtime.GOARCH)
	}
	musl := "/usr/include/" + triple + "-musl"
	if !exists(musl) {
		return &MissingError{"musl's headers", "musl-dev"}
	}
	every := func(string) bool { return true }
	if err := r.tree("usr/include/musl", musl, every); err != nil {
		return err
	}
	if err := r.tree("usr/lib/tcc/include", "/usr/lib/"+triple+"-gnu/tcc/include", every); err != nil {
		return err
	}
	for _, f := range [][2]string{
		{"usr/lib/musl/crt1.o", "/usr/lib/" + triple + "-musl/crt1.o"},
		{"usr/lib/musl/libc.a", "/usr/lib/" + triple + "-musl/libc.a"},
		{"usr/lib/tcc/libtcc1.a", "/usr/lib/" + triple + "-gnu/tcc/libtcc1.a"},
	} {
		if err := r.copy(f[0], f[1], 0o644); err != nil {
			return err
		}
	}
	r.file("usr/bin/static-cc", 0o755, []byte(staticCC))
	return nil
}

// addDynamic adds a program with its interpreter and shared libraries.
func addDynamic(r *rootfs, name, path string) error {
	if err := r.copy(name, path, 0o755); err != nil {
		return err
	}
	interp, err := interpreter(path)
	if err != nil {
		return err
	}
	if err := r.copy(strings.TrimPrefix(interp, "/"), interp, 0o755); err != nil {
		return err
	}
	return addLibraries(r, path)
}

// libraryDirs are where Debian keeps shared libraries.
var libraryDirs = []string{"/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib64", "/lib"}

func addLibraries(r *rootfs, path string) error {
	libs, err := needed(path)
	if err != nil {
		return err
	}
	for _, lib := range libs {
		found := false
		for _, dir := range libraryDirs {
			from := filepath.Join(dir, lib)
			if !exists(from) {
				continue
			}
			found = true
			name := strings.TrimPrefix(from, "/")
			if r.seen[name] {
				break
			}
			if err := r.copy(name, from, 0o755); err != nil {
				return err
			}
			if err := addLibraries(r, from); err != nil {
				return err
			}
			break
		}
		if !found {
			return fmt.Errorf("the library %s of %s was not found", lib, path)
		}
	}
	return nil
}

// interpreter is the dynamic loader that a program names.
func interpreter(path string) (string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		b := make([]byte, p.Filesz)
		if _, err := p.ReadAt(b, 0); err != nil {
			return "", err
		}
		return string(bytes.TrimRight(b, "\x00")), nil
	}
	return "", errors.New(path + " is linked statically")
}
