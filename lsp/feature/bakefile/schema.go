package bakefile

import (
	"slices"
	"strings"
)

// A shape is the form an attribute's value has.
type shape int

const (
	text1   shape = iota + 1 // a string
	texts                    // a list of strings
	textMap                  // a map of strings
	boolean                  // true or false
	entries                  // a list of strings or objects
	object                   // one object
	axes                     // a map of lists
	names                    // a list of bare names
	name1                    // one bare name
	typeOf                   // a type expression
	any1                     // an expression
)

// shapes say how a shape is shown and typed: as people read it, and as a
// snippet in HCL and in JSON.
var shapes = map[shape]struct{ label, hcl, json string }{
	text1:   {"string", `"$1"`, `"$1"`},
	texts:   {"list of strings", `["$1"]`, `["$1"]`},
	textMap: {"map of strings", "{\n  $1 = \"$2\"\n}", `{"$1": "$2"}`},
	boolean: {"bool", `${1|true,false|}`, `${1|true,false|}`},
	entries: {"list of strings or objects", `["$1"]`, `["$1"]`},
	object:  {"object", "{\n  $1 = \"$2\"\n}", `{"$1": "$2"}`},
	axes:    {"map of lists", "{\n  ${1:name} = [\"$2\"]\n}", `{"${1:name}": ["$2"]}`},
	names:   {"list of names", `[$1]`, `["$1"]`},
	name1:   {"name", `$1`, `"$1"`},
	typeOf:  {"type", `${1:string}`, `"${1:string}"`},
	any1:    {"expression", `$1`, `"$1"`},
}

// A choice is one value of an enumeration.
type choice struct{ name, doc string }

// A field is one key of an entry, such as "dest" of an output; it belongs to
// entries of the listed types, or to all.
type field struct {
	name, doc string
	types     []string
	values    []choice
}

// An attribute is what is known about one attribute of a block.
type attribute struct {
	name   string
	shape  shape
	doc    string // markdown
	values []choice
	fields []field // of entries and objects
	merge  string  // what happens where a child or a later file sets it too
}

const (
	lastWins = "The last one that sets it wins: the target over what it inherits, a later file over an earlier one."
	added    = "Added to what is inherited; repetitions are dropped."
	byKey    = "Merged key by key with what is inherited."
)

// schemas lists the attributes each kind of block may have, by name.
var schemas = map[string][]attribute{
	"target": targetSchema,
	"group": {
		{name: "description", shape: text1, doc: "What the group is for; shown by `bake --list=targets`."},
		{name: "targets", shape: texts, doc: "Names of the targets and groups that are built when the group is."},
	},
	"variable": {
		{name: "default", shape: any1, doc: "Value where neither `--var` nor the environment sets the variable. May use other variables and functions. Without it an untyped variable is the empty string, a typed one is null."},
		{name: "description", shape: text1, doc: "What the variable is for; shown by `bake --list=variables`."},
		{name: "sensitive", shape: boolean, doc: "Whether the value is kept out of listings, messages and logs."},
		{name: "type", shape: typeOf, doc: "Type that values are converted to. Values from outside are read as CSV for lists and maps, or as JSON from a variable of the same name with `_JSON` behind it.", values: typeChoices},
	},
	"function": {
		{name: "params", shape: names, doc: "Names of the parameters, in order."},
		{name: "result", shape: any1, doc: "The expression that a call stands for. It sees the parameters and all variables."},
		{name: "variadic_params", shape: name1, doc: "Name of a last parameter that takes all further arguments, as a list."},
	},
	"validation": {
		{name: "condition", shape: any1, doc: "Has to be true for the variable's value to be accepted."},
		{name: "error_message", shape: text1, doc: "What is said when the condition does not hold."},
	},
}

var targetSchema = []attribute{
	{name: "annotations", shape: texts, merge: added, doc: "Annotations of the image's index or manifests, as `[type[,type][platform]:]key=value` with the types `index`, `manifest`, `index-descriptor` and `manifest-descriptor`."},
	{name: "args", shape: textMap, merge: byKey, doc: "Values of the Dockerfile's `ARG`s. A null value leaves the argument out."},
	{name: "attest", shape: entries, merge: "Merged by type with what is inherited.", doc: "Attestations about the image.", fields: attestFields},
	{name: "cache-from", shape: entries, merge: added, doc: "Caches to read from.", fields: cacheFields},
	{name: "cache-to", shape: entries, merge: lastWins, doc: "Caches to write to.", fields: cacheFields},
	{name: "call", shape: text1, merge: lastWins, doc: "What the Dockerfile's frontend is asked for in place of a build.", values: callChoices},
	{name: "context", shape: text1, merge: lastWins, doc: "Build context: a folder relative to the working directory, a Git or HTTP URL, or `-`. Without it the working directory."},
	{name: "contexts", shape: textMap, merge: byKey + " An empty value removes a context.", doc: "Further contexts by name. A stage or image of that name in the Dockerfile is replaced. Values are folders, URLs, `docker-image://NAME`, `oci-layout://PATH`, or `target:NAME` for another target's result."},
	{name: "description", shape: text1, merge: lastWins, doc: "What the target is for; shown by `bake --list=targets`."},
	{name: "dockerfile", shape: text1, merge: lastWins, doc: "Path of the Dockerfile, relative to the context; `cwd://` in front makes it relative to the working directory. Without it `Dockerfile`."},
	{name: "dockerfile-inline", shape: text1, merge: lastWins, doc: "The Dockerfile's text itself. `dockerfile` has no effect beside it."},
	{name: "entitlements", shape: texts, merge: added, doc: "Privileges the build needs. Each has to be granted with `--allow`.", values: entitlementChoices},
	{name: "extra-hosts", shape: textMap, merge: byKey, doc: "Host names and the addresses they have during the build."},
	{name: "inherits", shape: texts, merge: "Added to what is inherited.", doc: "Targets whose attributes this one takes over, later ones over earlier ones, its own over all."},
	{name: "labels", shape: textMap, merge: byKey, doc: "Labels of the image. A null value leaves the label out."},
	{name: "matrix", shape: axes, doc: "Makes one target of each combination of the listed values; a group of the block's name holds them all. `name` tells what each is called."},
	{name: "name", shape: text1, doc: "Name of each target of the `matrix`; it has to use the matrix's variables so that names differ."},
	{name: "network", shape: text1, merge: lastWins, doc: "Network that `RUN` sees. `host` needs the entitlement `network.host`.", values: networkChoices},
	{name: "no-cache", shape: boolean, merge: lastWins, doc: "Whether to run every step, whatever is cached."},
	{name: "no-cache-filter", shape: texts, merge: added, doc: "Stages to run anew, whatever is cached."},
	{name: "output", shape: entries, merge: lastWins, doc: "Where the result goes. Without it, it stays in the builder's cache.", fields: outputFields},
	{name: "platforms", shape: texts, merge: lastWins, doc: "Platforms to build for, as `os/arch[/variant]`.", values: platformChoices},
	{name: "policy", shape: entries, merge: added, doc: "Policies that decide which sources a build may use.", fields: policyFields},
	{name: "pull", shape: boolean, merge: lastWins, doc: "Whether to ask registries for newer base images even when an image is there already."},
	{name: "resources", shape: object, merge: byKey, doc: "Limits for the containers that `RUN` starts.", fields: resourceFields},
	{name: "secret", shape: entries, merge: "Merged by `id` with what is inherited.", doc: "Secrets that `RUN --mount=type=secret` can read; they do not become part of the image.", fields: secretFields},
	{name: "shm-size", shape: text1, merge: lastWins, doc: "Size of `/dev/shm` in the containers of `RUN`, such as `128m`."},
	{name: "ssh", shape: entries, merge: "Merged by `id` with what is inherited.", doc: "SSH agents or keys that `RUN --mount=type=ssh` can use: `default`, or `id=path`.", fields: sshFields, values: []choice{{"default", "the agent of `SSH_AUTH_SOCK`"}}},
	{name: "tags", shape: texts, merge: lastWins, doc: "Names of the image, as `[registry/]name[:tag]`."},
	{name: "target", shape: text1, merge: lastWins, doc: "Stage of the Dockerfile to build. Without it the last one."},
	{name: "ulimits", shape: texts, merge: added, doc: "Limits of the containers' processes, as `name=soft[:hard]`, such as `nofile=1024:2048`."},
}

// attributeOf finds an attribute of a kind of block, or nil.
func attributeOf(kind, name string) *attribute {
	list := schemas[kind]
	if i := slices.IndexFunc(list, func(a attribute) bool { return a.name == name }); i >= 0 {
		return &list[i]
	}
	return nil
}

// markdown is the attribute's documentation.
func (a *attribute) markdown() string {
	var b strings.Builder
	b.WriteString(a.doc)
	if len(a.values) > 0 {
		b.WriteString("\n\nValues: " + choiceList(a.values) + ".")
	}
	if len(a.fields) > 0 {
		b.WriteString("\n\nKeys: " + fieldList(a.fields) + ".")
	}
	if a.merge != "" {
		b.WriteString("\n\n" + a.merge)
	}
	return b.String()
}

func choiceList(list []choice) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = "`" + c.name + "`"
	}
	return strings.Join(out, ", ")
}

func fieldList(list []field) string {
	var out []string
	for _, f := range list {
		if name := "`" + f.name + "`"; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// A blockKind is a block that can stand at top level or inside another.
type blockKind struct{ name, doc, body string }

var topBlocks = []blockKind{
	{"target", "What one build makes: a Dockerfile, a context, arguments, tags and outputs.", "target \"${1:name}\" {\n  $0\n}"},
	{"group", "A set of targets that are built together. The group `default` is built when nothing is named.", "group \"${1:default}\" {\n  targets = [\"$2\"]\n}"},
	{"variable", "A value that `--var` or the environment can replace.", "variable \"${1:NAME}\" {\n  default = \"$2\"\n}"},
	{"function", "An expression with a name and parameters.", "function \"${1:name}\" {\n  params = [${2:value}]\n  result = $0\n}"},
}

var validationBlock = blockKind{
	"validation", "A condition that the variable's value has to meet.", "validation {\n  condition     = $1\n  error_message = \"$2\"\n}",
}

// builtins are the variables that are always there.
var builtins = []choice{
	{"BAKE_CMD_CONTEXT", "The context of a remote definition's command line, `cwd://` for a local one."},
	{"BAKE_LOCAL_PLATFORM", "The platform of this machine, such as `linux/amd64`."},
}
