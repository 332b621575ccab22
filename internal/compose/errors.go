package compose

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// Codes of diagnostics, besides "yaml" for syntax, "external-secret" and "unset-variable".
const (
	codeInvalid       = "compose"       // compose-go or the schema refuses it
	codeInterpolation = "interpolation" // a "${...}" that cannot be replaced
	codeReference     = "compose-file"  // include, extends or env_file that cannot be followed
)

// syntaxError says that a file is not YAML.
type syntaxError struct {
	file string // as named in its reference, or File.Name
	err  error
}

func (e *syntaxError) Error() string { return e.err.Error() }
func (e *syntaxError) Unwrap() error { return e.err }

// fileError ties an error to the innermost file it arose in.
type fileError struct {
	file string
	err  error
}

func (e *fileError) Error() string { return e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// inFile names the file of an error that has none yet.
func inFile(file string, err error) error {
	if errors.As(err, new(*fileError)) || errors.As(err, new(*syntaxError)) {
		return err
	}
	return &fileError{file, err}
}

// serviceError ties an error to an attribute of a service.
type serviceError struct {
	service string
	keys    []string
	err     error
}

func (e *serviceError) Error() string { return e.err.Error() }
func (e *serviceError) Unwrap() error { return e.err }

// topError ties an error to an attribute at the top of a file.
type topError struct {
	keys []string
	err  error
}

func (e *topError) Error() string { return e.err.Error() }
func (e *topError) Unwrap() error { return e.err }

// diagnose turns the error that ended loading into diagnostics, one for each
// of the errors that are joined in it.
func (p *Project) diagnose(err error) []diag.Diagnostic {
	models := searchOrder(p.Models)
	var inner *fileError
	if errors.As(err, &inner) {
		models = preferFile(models, inner.file)
	}
	var all []diag.Diagnostic
	for _, e := range flatten(err) {
		all = append(all, p.diagnoseOne(e, models))
	}
	return all
}

// flatten lists the errors that are joined in err, or err alone.
func flatten(err error) []error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []error{err}
	}
	var flat []error
	for _, e := range joined.Unwrap() {
		flat = append(flat, flatten(e)...)
	}
	return flat
}

func preferFile(models []*Model, name string) []*Model {
	var first, rest []*Model
	for _, m := range models {
		if m.File.Name == name || m.File.Path == name {
			first = append(first, m)
		} else {
			rest = append(rest, m)
		}
	}
	return append(first, rest...)
}

func (p *Project) diagnoseOne(err error, models []*Model) diag.Diagnostic {
	d := diag.Diagnostic{
		Severity: diag.Error,
		Source:   diag.SourceCompose,
		Code:     codeOf(err),
		Message:  strings.TrimSuffix(err.Error(), ": invalid compose project"),
	}
	place := p.placeOf(err, models)
	d.File, d.Span = place.File, place.Span
	return d
}

func codeOf(err error) string {
	message := err.Error()
	switch {
	case errors.As(err, new(*syntaxError)):
		return "yaml"
	case strings.Contains(message, "interpolat"):
		return codeInterpolation
	case errors.As(err, new(*topError)), strings.Contains(message, "include"), strings.Contains(message, "extend"), strings.Contains(message, "env file"):
		return codeReference
	}
	return codeInvalid
}

// placeOf finds where an error belongs: the attribute it was tied to, the
// position or the path or the service that its text names, or the first line
// of the first file in question.
func (p *Project) placeOf(err error, models []*Model) Place {
	var bad *syntaxError
	if errors.As(err, &bad) {
		for _, m := range preferFile(models, bad.file)[:min(1, len(models))] {
			return Place{m.File.label(), yamlErrorSpan(bad.err, m.spans)}
		}
	}
	var at *serviceError
	if errors.As(err, &at) {
		return p.nearest(at.service, at.keys)
	}
	var top *topError
	if errors.As(err, &top) && !errors.As(top.err, new(*fileError)) {
		if place, ok := placeOfTop(top.keys, models); ok {
			return place
		}
	}
	message := err.Error()
	if place, ok := placeOfPath(message, models); ok {
		return place
	}
	if place, ok := placeOfService(message, models); ok {
		return place
	}
	if len(models) == 0 {
		return Place{}
	}
	return Place{models[0].File.label(), models[0].firstLine()}
}

// placeOfTop finds the deepest of keys that a model has.
func placeOfTop(keys []string, models []*Model) (Place, bool) {
	for n := len(keys); n > 0; n-- {
		for _, m := range models {
			if e, ok := m.Top(keys[:n]...); ok {
				return Place{m.File.label(), valueSpan(e)}, true
			}
		}
	}
	return Place{}, false
}

// dottedPaths are paths as compose-go and the schema write them.
var dottedPaths = regexp.MustCompile(`\b(?:services|secrets|configs|networks|volumes|include|name)(?:[.\[][^\s,:]*)?`)

// unknownKey is the schema's complaint about a key.
var unknownKey = regexp.MustCompile(`additional propert(?:y|ies) '([^']+)'`)

// requiredVariable is the complaint about a variable that is not set.
var requiredVariable = regexp.MustCompile(`required variable (\w+)`)

// placeOfPath looks for a dotted path in the message and follows it as far as
// one of the models has it. Keys may hold dots themselves.
func placeOfPath(message string, models []*Model) (Place, bool) {
	path := dottedPaths.FindString(message)
	if path == "" {
		return Place{}, false
	}
	path = strings.NewReplacer("[", ".", "]", "").Replace(path)
	extra := unknownKey.FindStringSubmatch(message)
	variable := requiredVariable.FindStringSubmatch(message)
	var best Place
	depth := 0
	for _, m := range models {
		span, steps := m.follow(strings.Split(path, "."), extra, variable)
		if steps > depth {
			best, depth = Place{m.File.label(), span}, steps
		}
	}
	return best, depth > 0
}

// follow walks down parts, joining some where a key holds dots, and returns
// the place of the deepest entry and how many parts led there. When the
// complaint is an unknown key, the key itself is the place.
func (m *Model) follow(parts, extra, variable []string) (text.Span, int) {
	var span text.Span
	deepest := 0
	for _, document := range m.Documents {
		node, used := document, 0
		for used < len(parts) {
			e, n := step(node, parts[used:])
			if n == 0 {
				break
			}
			node, used = e.Value, used+n
			if used > deepest {
				span, deepest = valueSpan(e), used
			}
			if item := namingItem(e.Value, variable); item != nil {
				span = item.Span
			}
		}
		if used < deepest || len(extra) < 2 {
			continue
		}
		if e, ok := node.Entry(extra[1]); ok {
			return e.KeySpan, used + 1
		}
	}
	return span, deepest
}

// namingItem is the element of a list that refers to the variable: paths to
// elements have no index.
func namingItem(list *Node, variable []string) *Node {
	if len(variable) < 2 || list == nil || list.Kind != Sequence {
		return nil
	}
	for _, item := range list.Items {
		if item.Kind == Scalar && strings.Contains(item.Text, "{"+variable[1]) {
			return item
		}
	}
	return nil
}

// step finds the child that the fewest of parts name.
func step(n *Node, parts []string) (Entry, int) {
	for i := 1; i <= len(parts); i++ {
		if e, ok := n.child(strings.Join(parts[:i], ".")); ok {
			return e, i
		}
	}
	return Entry{}, 0
}

// valueSpan is the span of a scalar value, else of the key: a whole section
// under one squiggle helps nobody.
func valueSpan(e Entry) text.Span {
	switch {
	case !e.Alias.IsZero():
		return e.Alias
	case e.Value != nil && e.Value.Kind == Scalar && e.Value.Span.Len() > 0:
		return e.Value.Span
	case e.KeySpan.Len() > 0:
		return e.KeySpan
	case e.Value != nil:
		return e.Value.Span
	}
	return text.Span{}
}

// namedServices and namedParts find the quoted service of a consistency error
// and the attribute it is about.
var (
	namedServices = regexp.MustCompile(`service ("(?:[^"\\]|\\.)*")`)
	namedParts    = []struct {
		text string
		keys []string
	}{
		{"dockerfile_inline", []string{"build", "dockerfile_inline"}},
		{"additional contexts", []string{"build", "additional_contexts"}},
		{"build secret", []string{"build", "secrets"}},
	}
)

func placeOfService(message string, models []*Model) (Place, bool) {
	match := namedServices.FindStringSubmatch(message)
	if match == nil {
		return Place{}, false
	}
	name, err := strconv.Unquote(match[1])
	if err != nil {
		return Place{}, false
	}
	for _, m := range models {
		s := m.Service(name)
		if s == nil {
			continue
		}
		return Place{m.File.label(), s.partSpan(message)}, true
	}
	return Place{}, false
}

func (s *ServiceDecl) partSpan(message string) text.Span {
	words := strings.FieldsFunc(message, func(r rune) bool { return r == ' ' || r == ':' })
	for _, part := range namedParts {
		if !strings.Contains(message, part.text) {
			continue
		}
		e, ok := s.Attr(part.keys...)
		if !ok {
			continue
		}
		for _, word := range words {
			if named, ok := e.Value.child(word); ok {
				return valueSpan(named)
			}
		}
		return e.KeySpan
	}
	return s.NameSpan
}

// String is the place as "file[start,end)", for tests and logs.
func (p Place) String() string { return fmt.Sprintf("%s%v", p.File, p.Span) }
