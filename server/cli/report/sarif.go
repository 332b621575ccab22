package report

import (
	"io"
	"net/url"
	"path/filepath"
	"unicode/utf16"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// The types below are the part of SARIF 2.1.0 that is written:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string `json:"id"`
	HelpURI string `json:"helpUri,omitempty"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId,omitempty"`
	RuleIndex *int            `json:"ruleIndex,omitempty"`
	Level     string          `json:"level"`
	Message   sarifMessage    `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	PhysicalLocation sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	ArtifactLocation sarifArtifact `json:"artifactLocation"`
	Region           sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

var sarifLevels = map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Information: "note", diag.Hint: "note"}

func writeSARIF(w io.Writer, version string, findings []Finding) error {
	rules := []sarifRule{}
	index := map[string]int{}
	results := make([]sarifResult, 0, len(findings))
	for _, f := range findings {
		r := sarifResult{RuleID: f.Code, Level: sarifLevels[f.Severity], Message: sarifMessage{f.Message}}
		if f.Code != "" {
			i, known := index[f.Code]
			if !known {
				i = len(rules)
				index[f.Code] = i
				rules = append(rules, sarifRule{ID: f.Code, HelpURI: f.URL})
			}
			r.RuleIndex = &i
		}
		r.Locations = []sarifLocation{{sarifPhysical{sarifArtifact{artifactURI(f.File)}, region(f)}}}
		results = append(results, r)
	}
	return encode(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:       sarifTool{sarifDriver{Name: "buildlens", Version: version, Rules: rules}},
			ColumnKind: "utf16CodeUnits",
			Results:    results,
		}},
	})
}

func artifactURI(path string) string {
	return (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}

// region counts columns in UTF-16 code units, as the run's columnKind says.
func region(f Finding) sarifRegion {
	start, end := f.start(), f.end()
	return sarifRegion{start.Line, utf16Column(f.Lines, start), end.Line, utf16Column(f.Lines, end)}
}

func utf16Column(l *text.Lines, p text.Position) int {
	line := l.Text(p.Line - 1)
	return len(utf16.Encode([]rune(line[:min(p.Column-1, len(line))]))) + 1
}
