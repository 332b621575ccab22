package report

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
)

// jsonFinding is one element of the JSON format. Lines and columns are
// one-based, columns count bytes; the end is exclusive.
type jsonFinding struct {
	File      string   `json:"file"`
	Line      int      `json:"line"`
	Column    int      `json:"column"`
	EndLine   int      `json:"endLine"`
	EndColumn int      `json:"endColumn"`
	Severity  string   `json:"severity"`
	Source    string   `json:"source,omitempty"`
	Code      string   `json:"code,omitempty"`
	URL       string   `json:"url,omitempty"`
	Message   string   `json:"message"`
	Fixes     []string `json:"fixes,omitempty"`
}

func writeJSON(w io.Writer, findings []Finding) error {
	out := make([]jsonFinding, 0, len(findings))
	for _, f := range findings {
		start, end := f.start(), f.end()
		j := jsonFinding{
			File: f.File, Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column,
			Severity: f.Severity.String(), Source: f.Source, Code: f.Code, URL: f.URL, Message: f.Message,
		}
		for _, fix := range f.Fixes {
			j.Fixes = append(j.Fixes, fix.Title)
		}
		out = append(out, j)
	}
	return encode(w, out)
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// writeGitHub prints workflow commands, which GitHub Actions turns into
// annotations: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
func writeGitHub(w io.Writer, findings []Finding) error {
	levels := map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning"}
	for _, f := range findings {
		level := levels[f.Severity]
		if level == "" {
			level = "notice"
		}
		start, end := f.start(), f.end()
		_, err := fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,endLine=%d,endColumn=%d,title=%s::%s\n", level,
			property(filepath.ToSlash(f.File)), start.Line, start.Column, end.Line, end.Column,
			property(title(f.Diagnostic)), data(f.Message))
		if err != nil {
			return err
		}
	}
	return nil
}

func title(d diag.Diagnostic) string {
	if d.Code != "" {
		return d.Code
	}
	return d.Source
}

// data and property escape as workflow commands ask for.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}
