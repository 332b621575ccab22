package progress

import "bytes"

// tailLines is how many lines of a failed step's output are kept, and
// tailWidth how much of a line.
const (
	tailLines = 20
	tailWidth = 4096
)

// tail keeps the last lines of an output.
type tail struct {
	done []string // complete lines
	part []byte   // the line that is being written
}

func (t *tail) add(data []byte) {
	for {
		line, rest, complete := bytes.Cut(data, []byte("\n"))
		if room := tailWidth - len(t.part); room > 0 {
			t.part = append(t.part, line[:min(room, len(line))]...)
		}
		if !complete {
			return
		}
		t.done = append(t.done, string(lastReturn(t.part)))
		if len(t.done) > tailLines {
			t.done = append(t.done[:0], t.done[len(t.done)-tailLines:]...)
		}
		t.part = t.part[:0]
		data = rest
	}
}

// lastReturn is what a terminal would show of a line that was overwritten with
// carriage returns, as progress bars are.
func lastReturn(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if i := bytes.LastIndexByte(line, '\r'); i >= 0 {
		return line[i+1:]
	}
	return line
}

func (t *tail) lines() []string {
	out := append([]string(nil), t.done...)
	if len(t.part) > 0 {
		out = append(out, string(lastReturn(t.part)))
	}
	if len(out) > tailLines {
		out = out[len(out)-tailLines:]
	}
	return out
}
