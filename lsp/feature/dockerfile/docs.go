package dockerfile

import (
	"fmt"
	"strings"

	df "github.com/buildlens/buildlens/internal/dockerfile"
)

type namedDoc struct{ name, doc string }

var directiveDocs = []namedDoc{
	{df.DirectiveSyntax, "The image of the frontend that reads this file, such as `docker/dockerfile:1`. It is fetched when building, so that new syntax works with older builders."},
	{df.DirectiveEscape, "The character that escapes and continues lines: `\\` (default) or `` ` ``, which leaves backslashes in Windows paths alone."},
	{df.DirectiveCheck, "Options of the build checks: `skip=Rule,Rule` (or `all`), `error=true` to fail on violations, `experimental=Rule` to run experimental ones. Options are separated by `;`."},
}

var checkOptions = []namedDoc{
	{"skip", "Rules not to check, separated by commas, or `all`."},
	{"error", "`true`: violations fail the build."},
	{"experimental", "Experimental rules to check too, or `all`."},
}

// instructionDoc is the documentation of an instruction in markdown.
func instructionDoc(spec *df.InstructionSpec) string {
	var b strings.Builder
	if spec.Deprecated != "" {
		fmt.Fprintf(&b, "**Deprecated**: use `%s`.\n\n", spec.Deprecated)
	}
	b.WriteString(spec.Doc)
	b.WriteString("\n\n```dockerfile\n")
	for _, form := range spec.Forms {
		b.WriteString(form.Label + "\n")
	}
	fmt.Fprintf(&b, "```\n\n[Reference](%s)", spec.URL())
	return b.String()
}

// flagDoc is the documentation of a flag in markdown.
func flagDoc(spec *df.InstructionSpec, fl *df.FlagSpec) string {
	var b strings.Builder
	fmt.Fprintf(&b, "`%s`\n\n%s", strings.TrimSuffix("--"+fl.Name+"="+fl.Hint, "="), fl.Doc)
	if fl.Fallback != "" {
		fmt.Fprintf(&b, " Default: `%s`.", fl.Fallback)
	}
	for _, v := range fl.Values {
		if v.Doc != "" {
			fmt.Fprintf(&b, "\n- `%s`: %s", v.Value, v.Doc)
		}
	}
	fmt.Fprintf(&b, "\n\n[Reference](%s)", spec.URL())
	return b.String()
}

// mountDoc is the documentation of a mount type and its options in markdown.
func mountDoc(m *df.MountSpec) string {
	var b strings.Builder
	fmt.Fprintf(&b, "`--mount=type=%s`\n\n%s\n", m.Type, m.Doc)
	for _, o := range m.Options {
		fmt.Fprintf(&b, "\n- `%s`: %s", strings.Join(append([]string{o.Name}, o.Aliases...), "`, `"), o.Doc)
	}
	return b.String()
}

func ruleDoc(r df.Rule) string {
	s := r.Doc + "."
	if r.URL != "" {
		s += fmt.Sprintf("\n\n[%s](%s)", r.Name, r.URL)
	}
	return s
}
