package compose

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// maxRepairs bounds how many broken lines of a file are left out before what
// follows them is given up.
const maxRepairs = 12

// parseRecovering parses all documents of a file. The YAML library gives up a
// whole document for one error, so the line at fault is blanked, which keeps
// all offsets, and the file parsed again.
func parseRecovering(src string, spans *spanner) ([]*yaml.Node, []diag.Diagnostic) {
	roots, err := parseAll(src)
	if err == nil {
		return roots, nil
	}
	// One mistake tends to be seen several times, so only the first is reported.
	diagnostics := []diag.Diagnostic{syntaxDiagnostic(err, spans)}
	for range maxRepairs {
		src, roots, err = blankBest(src, err, spans)
		if err == nil {
			return roots, diagnostics
		}
	}
	for line := errorLine(err); line > 1; line /= 2 {
		if roots, err = parseAll(src[:spans.starts[min(line, len(spans.starts))-1]]); err == nil {
			return roots, diagnostics
		}
	}
	return nil, diagnostics
}

// blankBest blanks the line of an error or one beside it, whichever brings the
// parser furthest: the library often sees a mistake a line late.
func blankBest(src string, cause error, spans *spanner) (best string, roots []*yaml.Node, err error) {
	reached := -1
	for _, candidate := range suspects(src, cause, spans) {
		span := spans.lineSpan(candidate)
		if span.Len() == 0 {
			continue
		}
		span.Start = spans.starts[candidate-1] // with its indentation, which may be the mistake
		blanked := src[:span.Start] + strings.Repeat(" ", span.Len()) + src[span.End:]
		parsed, parseErr := parseAll(blanked)
		if parseErr == nil {
			return blanked, parsed, nil
		}
		if at := errorLine(parseErr); at > reached {
			best, err, reached = blanked, parseErr, at
		}
	}
	if reached < 0 {
		return src, nil, errors.New("yaml: line 1: nothing to leave out")
	}
	return best, nil, err
}

// suspects are the lines that may be at fault: those that the error names, the
// last first, and their neighbours. A line before without a colon that is no
// list's element is most likely a key being typed, so it comes first.
func suspects(src string, cause error, spans *spanner) []int {
	line := errorLine(cause)
	previous := previousLine(src, line, spans)
	lines := []int{line, previous, line + 1}
	if before := spans.lineSpan(previous).In(src); !strings.Contains(before, ":") && !strings.HasPrefix(before, "-") {
		lines = []int{previous, line, line + 1}
	}
	for _, match := range errorLines.FindAllStringSubmatch(cause.Error(), -1) {
		if n, err := strconv.Atoi(match[1]); err == nil && !slices.Contains(lines, n) {
			lines = append(lines, n)
		}
	}
	return slices.DeleteFunc(lines, func(n int) bool { return n < 1 || n > len(spans.starts) })
}

// previousLine is the last line before line that has content.
func previousLine(src string, line int, spans *spanner) int {
	for line--; line > 1; line-- {
		if strings.TrimSpace(spans.lineSpan(line).In(src)) != "" {
			break
		}
	}
	return max(line, 1)
}

func parseAll(src string) ([]*yaml.Node, error) {
	var roots []*yaml.Node
	decoder := yaml.NewDecoder(strings.NewReader(src))
	for {
		var root yaml.Node
		err := decoder.Decode(&root)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, err
		}
		roots = append(roots, &root)
	}
}

var (
	errorLines   = regexp.MustCompile(`\bline (\d+)`)
	errorColumns = regexp.MustCompile(`\bline (\d+), column (\d+)`)
)

// errorLine is the last line an error of the YAML library names; 1 when it names none.
func errorLine(err error) int {
	line := 1
	for _, match := range errorLines.FindAllStringSubmatch(err.Error(), -1) {
		if n, convErr := strconv.Atoi(match[1]); convErr == nil {
			line = n
		}
	}
	return line
}

func syntaxDiagnostic(err error, spans *spanner) diag.Diagnostic {
	return diag.Diagnostic{
		Span:     yamlErrorSpan(err, spans),
		Severity: diag.Error,
		Source:   diag.SourceSyntax,
		Code:     "yaml",
		Message:  "not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: "),
	}
}

// yamlErrorSpan is the token at the error's position, or its line, or the last
// line with content before it.
func yamlErrorSpan(err error, spans *spanner) text.Span {
	if m := errorColumns.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1])
		column, _ := strconv.Atoi(m[2])
		start := spans.offset(line, column)
		end := start + tokenLen(spans.src[start:])
		if end > start && line == spans.lineOf(start) {
			return text.Span{Start: start, End: end}
		}
	}
	for line := errorLine(err); line > 0; line-- {
		if s := spans.lineSpan(line); s.Len() > 0 {
			return s
		}
	}
	return text.Span{}
}
