package failure

import (
	"fmt"
	"io"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/internal/text"
)

const rule = "--------------------"

// PrintExcerpt writes the source around the instruction at fault as Buildx
// does: name, line, and the lines with ">>>" before those of the instruction.
// It writes nothing when the place is not known. name is what to call the file.
func PrintExcerpt(w io.Writer, f *buildengine.Failure, name string) {
	if f.Location == nil || len(f.Source) == 0 {
		return
	}
	lines := text.NewLines(string(f.Source))
	first, last := lines.Line(f.Location.Span.Start), lines.Line(f.Location.Span.End)
	from, to := surround(first, last, lines.Count())
	fmt.Fprintf(w, "%s:%d\n%s\n", name, first+1, rule)
	for i := from; i <= to; i++ {
		mark := "   "
		if first <= i && i <= last {
			mark = ">>>"
		}
		fmt.Fprintf(w, " %3d | %s %s\n", i+1, mark, lines.Span(i).In(string(f.Source)))
	}
	fmt.Fprintln(w, rule)
}

// surround widens a range of zero-based lines by up to a budget of lines, which
// is spent in rounds on one line before and one after.
func surround(first, last, count int) (from, to int) {
	budget := 2
	if first == last {
		budget = 4
	}
	from, to = first, last
	for spent := 0; spent < budget; spent++ {
		if from > 0 {
			from--
			spent++
		}
		if to < count-1 {
			to++
			spent++
		}
	}
	return from, to
}

// PrintLog writes the end of the failed step's output under the step's name.
func PrintLog(w io.Writer, f *buildengine.Failure) {
	if f.Step == "" || len(f.LogTail) == 0 {
		return
	}
	fmt.Fprintf(w, "------\n > %s:\n%s\n------\n", f.Step, strings.Join(f.LogTail, "\n"))
}
