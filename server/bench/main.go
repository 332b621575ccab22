// Command bench measures what people wait for and prints it as one table: the
// program's start, the evaluation of Bake files, the language server over its
// standard input and output on small and large files, and the Go benchmarks.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"
)

func main() {
	binary := flag.String("binary", "bin/buildlens", "the program to measure")
	runs := flag.Int("runs", 11, "runs of each measurement; the median is printed")
	goBench := flag.Bool("go", true, "run the Go benchmarks too")
	files := flag.String("corpus", "", "measure nothing; open every file of this folder through the server instead")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	path, err := filepath.Abs(*binary)
	switch {
	case err != nil:
	case *files != "":
		err = corpus(ctx, path, *files)
	default:
		err = bench(ctx, path, *runs, *goBench)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A row is one line of the table.
type row struct {
	what, on string
	value    string
	aim      string // on an idle machine; empty where there is none
}

func bench(ctx context.Context, binary string, runs int, goBench bool) error {
	dir, err := os.MkdirTemp("", "buildlens-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bencher{binary: binary, dir: dir, runs: runs}
	parts := []func(context.Context) error{b.startup, b.bake, b.server}
	if goBench {
		parts = append(parts, b.goBenchmarks)
	}
	for _, part := range parts {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return b.print()
}

// A bencher gathers rows.
type bencher struct {
	binary, dir string
	runs        int
	rows        []row
}

func (b *bencher) add(what, on, value, aim string) {
	b.rows = append(b.rows, row{what, on, value, aim})
	fmt.Fprintf(os.Stderr, "  %s, %s: %s\n", what, on, value)
}

func (b *bencher) print() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WHAT\tON\tMEDIAN\tAIM")
	for _, r := range b.rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.what, r.on, r.value, r.aim)
	}
	return w.Flush()
}

// median of durations, in milliseconds with two digits.
func median(list []time.Duration) string {
	if len(list) == 0 {
		return "-"
	}
	slices.Sort(list)
	return fmt.Sprintf("%.2f ms", float64(list[len(list)/2].Microseconds())/1000)
}
