package dockerfile

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// fileTable are the rules about other things than the commands of RUN.
var fileTable = []practiceRule{
	{Practice{Code: "DL3002", Doc: "A container whose last USER is root runs as root."}, rootUser},
	{Practice{Code: "DL3006", Doc: "An image without a tag means its latest one, which changes.", Default: true}, untaggedImage},
	{Practice{Code: "DL3007", Doc: "The tag latest changes.", Default: true}, latestImage},
	{Practice{Code: "DL3010", Doc: "ADD extracts a local archive; COPY and tar leave it in a layer."}, copiedArchive},
	{Practice{Code: "DL3020", Doc: "ADD does more than to copy: COPY is clearer for local files.", Default: true}, addedFile},
	{Practice{Code: "DL3021", Doc: "Several sources are copied into a folder, whose name ends with a slash."}, folderSlash},
	{Practice{Code: "DL3022", Doc: "COPY --from names a stage above or an image.", Default: true}, unknownSource},
	{Practice{Code: "DL3026", Doc: "Only images from the registries that are allowed."}, foreignRegistry},
	{Practice{Code: "DL3045", Doc: "A relative destination depends on the WORKDIR of the base image.", Default: true}, relativeDestination},
	{Practice{Code: "DL3048", Doc: "Keys of labels follow Docker's rules for names."}, labelKey},
	{Practice{Code: "DL3057", Doc: "Without HEALTHCHECK nobody knows whether a container works."}, missingHealthcheck},
	{Practice{Code: "DL3066", Doc: "Only a numeric user can be told from root before the container starts."}, namedUser},
}

// builtOn tells whether a stage of the file builds on s.
func (p *practicePass) builtOn(s *Stage) bool {
	return slices.ContainsFunc(p.f.Stages[s.Index+1:], func(other *Stage) bool { return other.Parent == s })
}

func rootUser(p *practicePass, ins *Instruction) {
	if ins.Cmd != "USER" || len(ins.Words) == 0 || p.builtOn(ins.Stage) {
		return
	}
	later := ins.Stage.Instructions[ins.index+1:]
	user, _, _ := strings.Cut(p.f.Expand(ins, ins.Words[0].Text), ":")
	if (user == "root" || user == "0") && !slices.ContainsFunc(later, func(o *Instruction) bool { return o.Cmd == "USER" }) {
		p.hit(ins.Words[0].Span, "Containers of this stage run as root: end with another USER.")
	}
}

// image is the image that a FROM names, when all of its name is written there.
func image(ins *Instruction) (name string, ok bool) {
	s := ins.Stage
	if ins.Cmd != "FROM" || s.Parent != nil || s.Base.Text == "" || s.Base.Text == "scratch" || strings.ContainsRune(s.Base.Text, '$') {
		return "", false
	}
	return s.Base.Text, true
}

// image is image for one pass: a name that stands for a build context is none.
func (p *practicePass) image(ins *Instruction) (string, bool) {
	name, ok := image(ins)
	return name, ok && !slices.Contains(p.opt.Contexts, name)
}

func untaggedImage(p *practicePass, ins *Instruction) {
	name, ok := p.image(ins)
	if ok && !strings.Contains(name, "@") && strings.LastIndexByte(name, ':') <= strings.LastIndexByte(name, '/') {
		p.hit(ins.Stage.Base.Span, "Name a tag or a digest: "+name+" alone means the latest one.")
	}
}

func latestImage(p *practicePass, ins *Instruction) {
	if name, ok := p.image(ins); ok && strings.HasSuffix(name, ":latest") {
		p.hit(ins.Stage.Base.Span, "The tag latest is another image tomorrow: name a version.")
	}
}

var archiveSuffixes = []string{".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst", ".tar.lzma", ".tlz", ".tar.Z"}

func isArchive(name string) bool {
	return slices.ContainsFunc(archiveSuffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// sources are the words of COPY and ADD that name local files.
func sources(ins *Instruction) []Word {
	if len(ins.Words) < 2 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(ins.Words[:len(ins.Words)-1]), func(w Word) bool { return isHeredocWord(w.Text) })
}

func copiedArchive(p *practicePass, ins *Instruction) {
	if ins.Cmd != "COPY" || ins.Flag("from") != nil {
		return
	}
	for _, w := range sources(ins) {
		if name := path.Base(w.Text); isArchive(name) && p.extractedLater(ins, name) {
			p.hit(w.Span, "The archive stays in a layer: ADD would extract it.")
		}
	}
}

func (p *practicePass) extractedLater(ins *Instruction, name string) bool {
	for _, other := range ins.Stage.Instructions[ins.index+1:] {
		for _, c := range p.calls(other) {
			if c.name() == "tar" && slices.ContainsFunc(c.words, func(w shellWord) bool { return path.Base(w.text) == name }) {
				return true
			}
		}
	}
	return false
}

// isRemote tells whether a source of ADD is fetched, or may be.
func isRemote(s string) bool {
	return strings.ContainsRune(s, '$') || strings.Contains(s, "://") || strings.HasPrefix(s, "git@")
}

func addedFile(p *practicePass, ins *Instruction) {
	if ins.Cmd != "ADD" || len(ins.Words) < 2 {
		return
	}
	for _, w := range sources(ins) {
		if isRemote(w.Text) || isArchive(w.Text) {
			return
		}
	}
	for _, flag := range []string{"checksum", "keep-git-dir", "unpack"} {
		if ins.Flag(flag) != nil {
			return
		}
	}
	word := "COPY"
	if ins.Keyword.Text == strings.ToLower(ins.Keyword.Text) {
		word = "copy"
	}
	p.hit(ins.Keyword.Span, "COPY is enough for local files that need no extracting.", replaceFix("Change to "+word, ins.Keyword.Span, word))
}

func folderSlash(p *practicePass, ins *Instruction) {
	if ins.Cmd != "COPY" || len(ins.Words) < 3 {
		return
	}
	if dest := ins.Words[len(ins.Words)-1]; !strings.HasSuffix(dest.Text, "/") && !strings.ContainsRune(dest.Text, '$') && dest.Text != "." {
		p.hit(dest.Span, "Several sources are copied into a folder: end its name with a slash.", safe(diag.Fix{Title: "Add /", Edits: edit(text.At(dest.Span.End), "/")}))
	}
}

// unknownSource leaves alone what can only be an image.
func unknownSource(p *practicePass, ins *Instruction) {
	if ins.Cmd != "COPY" {
		return
	}
	for _, ref := range p.f.refsOf(ins) {
		if ref.Stage != nil || ref.Name == "" || isNumber(ref.Name) || strings.ContainsAny(ref.Name, "$:/@.") || slices.Contains(p.opt.Contexts, ref.Name) {
			continue
		}
		var names []string
		for _, s := range p.f.Stages[:ins.Stage.Index] {
			if s.Name.Text != "" {
				names = append(names, s.Name.Text)
			}
		}
		var fixes []diag.Fix
		if near := text.Near(ref.Name, names); near != "" {
			fixes = []diag.Fix{replaceFix("Change to "+near, ref.Span, near)}
		}
		p.hit(ref.Span, "No stage above is named "+ref.Name+": unless the build sets a context of that name, it is pulled as an image.", fixes...)
	}
}

func foreignRegistry(p *practicePass, ins *Instruction) {
	name, ok := p.image(ins)
	if !ok || len(p.opt.Registries) == 0 {
		return
	}
	ref, err := reference.ParseNormalizedNamed(name)
	if err == nil && !slices.Contains(p.opt.Registries, reference.Domain(ref)) {
		p.hit(ins.Stage.Base.Span, "The registry "+reference.Domain(ref)+" is not among those allowed.")
	}
}

func relativeDestination(p *practicePass, ins *Instruction) {
	if ins.Cmd != "COPY" || len(ins.Words) < 2 {
		return
	}
	dest := ins.Words[len(ins.Words)-1]
	value := strings.Trim(dest.Text, `"'`)
	drive := len(value) > 1 && value[1] == ':'
	if strings.HasPrefix(value, "/") || strings.HasPrefix(value, "$") || strings.HasPrefix(value, `\`) || drive {
		return
	}
	for s, before := ins.Stage, ins.index; s != nil; s, before = s.Parent, wholeStage {
		if slices.ContainsFunc(s.Instructions[:min(before, len(s.Instructions))], func(o *Instruction) bool { return o.Cmd == "WORKDIR" }) {
			return
		}
	}
	p.hit(dest.Span, "Where this is depends on the WORKDIR of the base image: set WORKDIR above, or name an absolute path.")
}

var labelPattern = regexp.MustCompile(`^[a-z0-9]+(?:[.-][a-z0-9]+)*$`)

func labelKey(p *practicePass, ins *Instruction) {
	if ins.Cmd != "LABEL" {
		return
	}
	for _, pair := range ins.Pairs {
		key := strings.Trim(pair.Key, `"'`)
		switch {
		case strings.ContainsRune(key, '$'):
		case strings.HasPrefix(key, "com.docker."), strings.HasPrefix(key, "io.docker."), strings.HasPrefix(key, "org.dockerproject."):
			p.hit(pair.KeySpan, "This prefix is reserved for Docker's own labels.")
		case !labelPattern.MatchString(key):
			p.hit(pair.KeySpan, "The key of a label is made of lower-case letters and digits, separated by single dots and hyphens.")
		}
	}
}

func missingHealthcheck(p *practicePass, ins *Instruction) {
	if ins.Cmd != "FROM" || ins.Stage.Index != len(p.f.Stages)-1 {
		return
	}
	for s := ins.Stage; s != nil; s = s.Parent {
		if slices.ContainsFunc(s.Instructions, func(o *Instruction) bool { return o.Cmd == "HEALTHCHECK" }) {
			return
		}
	}
	p.hit(ins.Stage.Base.Span, "The image has no HEALTHCHECK.")
}

func namedUser(p *practicePass, ins *Instruction) {
	if ins.Cmd != "USER" || len(ins.Words) == 0 {
		return
	}
	user, _, _ := strings.Cut(ins.Words[0].Text, ":")
	if !isNumber(user) && !strings.ContainsRune(user, '$') {
		p.hit(ins.Words[0].Span, "Name the user by number: only then can it be told from root before the container starts.")
	}
}
