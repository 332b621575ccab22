package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/buildlens/buildlens/internal/testenv/gen"
)

// A cost is what one process took.
type cost struct {
	cpu    time.Duration // user and system
	memory int64         // peak resident set, bytes; 0 where the system does not tell
}

// measure runs the program several times and takes the medians.
func (b *bencher) measure(ctx context.Context, dir string, args ...string) (cost, error) {
	var cpu []time.Duration
	var memory []int64
	for range b.runs {
		cmd := exec.CommandContext(ctx, b.binary, args...)
		cmd.Dir = dir
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Run(); err != nil {
			return cost{}, fmt.Errorf("%s %s: %w\n%s", b.binary, strings.Join(args, " "), err, stderr.String())
		}
		cpu = append(cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
		memory = append(memory, peakMemory(cmd.ProcessState))
	}
	slices.Sort(cpu)
	slices.Sort(memory)
	return cost{cpu[len(cpu)/2], memory[len(memory)/2]}, nil
}

func (c cost) String() string {
	return fmt.Sprintf("%.1f ms CPU, %.0f MB", float64(c.cpu.Microseconds())/1000, float64(c.memory)/(1<<20))
}

// startup measures a process that does nothing but start.
func (b *bencher) startup(ctx context.Context) error {
	c, err := b.measure(ctx, b.dir, "version")
	if err != nil {
		return err
	}
	b.add("start-up", "buildlens version", c.String(), "15 ms, 35 MB")
	return nil
}

const twoTargets = `target "a" { context = "." }
target "b" { inherits = ["a"] }
group "default" { targets = ["a", "b"] }
`

// bake measures `bake --print` on generated definitions.
func (b *bencher) bake(ctx context.Context) error {
	for _, f := range []struct {
		name    string
		content []byte
		aim     string
	}{
		{"2 targets", []byte(twoTargets), "25 ms CPU"},
		{"30 targets", gen.Bake(30), ""},
		{"3,000 targets", gen.Bake(3000), "1 s CPU, 150 MB"},
		{"6,000 targets", gen.Bake(6000), "2.2 times that of 3,000"},
	} {
		dir := filepath.Join(b.dir, strings.ReplaceAll(f.name, ",", ""))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "docker-bake.hcl"), f.content, 0o644); err != nil {
			return err
		}
		c, err := b.measure(ctx, dir, "bake", "--print")
		if err != nil {
			return err
		}
		b.add("bake --print", f.name, c.String(), f.aim)
	}
	return nil
}

// goBenchmarks runs those of all packages, five rounds each.
func (b *bencher) goBenchmarks(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchtime", "5x", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go test -bench: %w\n%s%s", err, out, stderr.String())
	}
	pkg := ""
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		fields := strings.Fields(s.Text())
		switch {
		case len(fields) == 2 && fields[0] == "pkg:":
			pkg = fields[1]
		case len(fields) >= 4 && strings.HasPrefix(fields[0], "Benchmark"):
			b.add(strings.TrimPrefix(fields[0], "Benchmark"), strings.TrimPrefix(pkg, "github.com/buildlens/buildlens/"), strings.Join(fields[2:], " "), "")
		}
	}
	return nil
}
