package bakefile

import (
	"slices"
	"strings"

	"github.com/buildlens/buildlens/lsp/feature"
)

// A function is what is known about a function that can be called: its
// parameters as "name type" ("name?" when optional, "name..." when it takes
// any number), what it gives and what it does.
type function struct {
	name, params, result, doc string
}

// label is the function as it is shown: "join(separator string, lists... list) string".
func (f function) label() string {
	out := f.name + "(" + f.params + ")"
	if f.result != "" {
		out += " " + f.result
	}
	return out
}

// signature is the function with the places of its parameters.
func (f function) signature() feature.Signature {
	s := feature.Signature{Label: f.label(), Documentation: f.doc}
	at := len(f.name) + 1
	for _, param := range f.list() {
		s.Parameters = append(s.Parameters, feature.ParameterLabel{Start: at, End: at + len(param)})
		at += len(param) + len(", ")
	}
	return s
}

func (f function) list() []string {
	if f.params == "" {
		return nil
	}
	return strings.Split(f.params, ", ")
}

// variadic tells whether the last parameter takes any number of arguments.
func (f function) variadic() bool { return strings.Contains(f.params, "...") }

// libraryFunction finds a function of Bake's library by its name.
func libraryFunction(name string) (function, bool) {
	i, ok := slices.BinarySearchFunc(library, name, func(f function, n string) int { return strings.Compare(f.name, n) })
	if !ok {
		return function{}, false
	}
	return library[i], true
}

// function finds a function that can be called: one of the project's, else of
// the library.
func (v *view) function(name string) (function, bool) {
	if f, ok := libraryFunction(name); ok {
		return f, true
	}
	blocks := v.blocks("function", name)
	if len(blocks) == 0 {
		return function{}, false
	}
	return declaredFunction(blocks[len(blocks)-1]), true
}

// declaredFunction describes a function by its block: its parameters, and what
// it results in.
func declaredFunction(at located) function {
	f := function{name: at.block.Label().Text}
	var params []string
	for _, w := range localsOf(at.block) {
		params = append(params, w.Text)
	}
	if at.block.Attr("variadic_params") != nil && len(params) > 0 {
		params[len(params)-1] += "..."
	}
	f.params = strings.Join(params, ", ")
	if a := at.block.Attr("result"); a != nil && a.Value != nil {
		f.doc = "Result: " + code(shorten(a.Value.Span.In(at.tree.Source), 200))
	}
	return f
}

// library lists the functions that every definition has, sorted by name.
var library = []function{
	{"absolute", "num number", "number", "Magnitude of a number, without its sign."},
	{"add", "a number, b number", "number", "Sum."},
	{"and", "a bool, b bool", "bool", "Whether both are true."},
	{"base64decode", "str string", "string", "Text from Base64."},
	{"base64encode", "str string", "string", "Text in Base64."},
	{"basename", "path string", "string", "Last element of a path."},
	{"bcrypt", "str string, cost? number", "string", "Blowfish hash of a text."},
	{"byteslen", "buf any", "number", "Number of bytes."},
	{"bytesslice", "buf any, offset number, length number", "any", "Part of a run of bytes."},
	{"can", "expression any", "bool", "Whether the expression can be evaluated."},
	{"ceil", "num number", "number", "Smallest whole number that is not below."},
	{"chomp", "str string", "string", "Text without line breaks at its end."},
	{"chunklist", "list list, size number", "list", "The list cut into lists of a size."},
	{"cidrhost", "prefix string, hostnum number", "string", "Address of a host in a network."},
	{"cidrnetmask", "prefix string", "string", "Network mask of a network, in dotted form."},
	{"cidrsubnet", "prefix string, newbits number, netnum number", "string", "A network inside a network."},
	{"cidrsubnets", "prefix string, newbits... number", "list", "Networks inside a network, one after the other."},
	{"coalesce", "vals... any", "any", "First argument that is not null."},
	{"coalescelist", "vals... list", "list", "First list that is not empty."},
	{"compact", "list list", "list", "The list without empty strings."},
	{"concat", "seqs... list", "list", "Lists joined into one."},
	{"contains", "list list, value any", "bool", "Whether a list holds a value."},
	{"convert", "value any, type type", "any", "The value converted to a type."},
	{"csvdecode", "str string", "list", "Rows of a CSV text, each an object with the first row's names."},
	{"dirname", "path string", "string", "A path without its last element."},
	{"distinct", "list list", "list", "The list without repetitions."},
	{"divide", "a number, b number", "number", "Quotient."},
	{"element", "list list, index number", "any", "Element at an index, which wraps around."},
	{"equal", "a any, b any", "bool", "Whether two values are equal."},
	{"flatten", "list list", "list", "Lists inside a list, taken out of it."},
	{"floor", "num number", "number", "Greatest whole number that is not above."},
	{"format", "format string, args... any", "string", "Text from a format such as `%s-%02d`."},
	{"formatdate", "format string, time string", "string", "A time (RFC 3339) in a format such as `YYYY-MM-DD`."},
	{"formatlist", "format string, args... any", "list", "`format` for each element of lists."},
	{"formattimestamp", "format string, timestamp any", "string", "A time, given in RFC 3339 or seconds since 1970, in a format; `X` gives seconds."},
	{"greaterthan", "a number, b number", "bool", "Whether the first is above the second."},
	{"greaterthanorequalto", "a number, b number", "bool", "Whether the first is not below the second."},
	{"hasindex", "collection any, key any", "bool", "Whether there is an element at an index or key."},
	{"homedir", "", "string", "Home folder of the user who builds."},
	{"indent", "spaces number, str string", "string", "Text whose lines but the first are indented."},
	{"index", "collection any, key any", "any", "Element at an index or key."},
	{"indexof", "list list, value any", "number", "Index of a value in a list; an error when it is not in it."},
	{"int", "num number", "number", "Whole part of a number."},
	{"join", "separator string, lists... list", "string", "Elements as one text with a separator between them."},
	{"jsondecode", "str string", "any", "Value of a JSON text."},
	{"jsonencode", "val any", "string", "Value as a JSON text."},
	{"keys", "map any", "list", "Keys of a map, sorted."},
	{"length", "collection any", "number", "Number of elements."},
	{"lessthan", "a number, b number", "bool", "Whether the first is below the second."},
	{"lessthanorequalto", "a number, b number", "bool", "Whether the first is not above the second."},
	{"log", "num number, base number", "number", "Logarithm."},
	{"lookup", "map any, key string, default any", "any", "Element of a map, or a default."},
	{"lower", "str string", "string", "Text in lower case."},
	{"max", "numbers... number", "number", "Greatest number."},
	{"md5", "str string", "string", "MD5 hash, in hexadecimal."},
	{"merge", "maps... any", "any", "Maps joined into one; later ones win."},
	{"min", "numbers... number", "number", "Smallest number."},
	{"modulo", "a number, b number", "number", "Remainder of a division."},
	{"multiply", "a number, b number", "number", "Product."},
	{"negate", "num number", "number", "The number with the other sign."},
	{"not", "val bool", "bool", "The other truth value."},
	{"notequal", "a any, b any", "bool", "Whether two values differ."},
	{"or", "a bool, b bool", "bool", "Whether one of both is true."},
	{"parseint", "number string, base number", "number", "Number from a text in a base."},
	{"pow", "num number, power number", "number", "Power."},
	{"range", "params... number", "list", "Numbers from a start up to an end, by a step."},
	{"regex", "pattern string, string string", "any", "First match of a pattern, or its groups; an error when there is none."},
	{"regex_replace", "string string, pattern string, replacement string", "string", "Text with the matches of a pattern replaced; `$1` stands for a group."},
	{"regexall", "pattern string, string string", "list", "All matches of a pattern."},
	{"replace", "string string, search string, replacement string", "string", "Text with a part replaced wherever it occurs; no pattern."},
	{"reverse", "str string", "string", "Text backwards."},
	{"reverselist", "list list", "list", "List backwards."},
	{"rsadecrypt", "ciphertext string, privatekey string", "string", "Text that was encrypted with RSA, given in Base64."},
	{"sanitize", "str string", "string", "Text in which all but letters, digits, `_` and `-` is replaced by `_`."},
	{"semvercmp", "version string, constraint string", "bool", "Whether a version meets a constraint such as `>= 1.2, < 2`."},
	{"sethaselement", "set set, elem any", "bool", "Whether a set holds a value."},
	{"setintersection", "sets... set", "set", "What all sets hold."},
	{"setproduct", "sets... any", "any", "All combinations of elements."},
	{"setsubtract", "a set, b set", "set", "What only the first set holds."},
	{"setsymmetricdifference", "sets... set", "set", "What only one of the sets holds."},
	{"setunion", "sets... set", "set", "What any of the sets holds."},
	{"sha1", "str string", "string", "SHA-1 hash, in hexadecimal."},
	{"sha256", "str string", "string", "SHA-256 hash, in hexadecimal."},
	{"sha512", "str string", "string", "SHA-512 hash, in hexadecimal."},
	{"signum", "num number", "number", "-1, 0 or 1 by the sign."},
	{"slice", "list list, start number, end number", "list", "Part of a list, its end not included."},
	{"sort", "list list", "list", "List of strings, sorted."},
	{"split", "separator string, str string", "list", "Text cut at a separator."},
	{"strlen", "str string", "number", "Number of characters."},
	{"substr", "str string, offset number, length number", "string", "Part of a text; a length of -1 takes the rest."},
	{"subtract", "a number, b number", "number", "Difference."},
	{"timeadd", "timestamp string, duration string", "string", "A time (RFC 3339) moved by a duration such as `-2h`."},
	{"timestamp", "", "string", "The present time, in RFC 3339."},
	{"title", "str string", "string", "Text with each word's first letter in upper case."},
	{"trim", "str string, cutset string", "string", "Text without characters of a set at both ends."},
	{"trimprefix", "str string, prefix string", "string", "Text without a beginning."},
	{"trimspace", "str string", "string", "Text without white space at both ends."},
	{"trimsuffix", "str string, suffix string", "string", "Text without an end."},
	{"try", "expressions... any", "any", "First expression that can be evaluated."},
	{"unixtimestampparse", "timestamp number", "object", "Parts of a time given in seconds since 1970: `year`, `month`, `day`, `hour`, `rfc3339` and so on."},
	{"upper", "str string", "string", "Text in upper case."},
	{"urlencode", "str string", "string", "Text escaped for a URL's query."},
	{"uuidv4", "", "string", "A random UUID."},
	{"uuidv5", "namespace string, name string", "string", "The UUID of a name in a namespace."},
	{"values", "map any", "list", "Values of a map, in order of the keys."},
	{"zipmap", "keys list, values list", "any", "A map of a list of keys and a list of values."},
}
