package dockerfile

import "strings"

// pinTable are the rules that ask for versions of packages.
var pinTable = []practiceRule{
	pin("DL3008", "apt-get", pinning{programs: apt, subs: install, values: aptValues, mark: "=", form: "package=version"}),
	pin("DL3013", "pip", pinning{find: pip, values: pipValues, mark: "=<>~@", form: "package==version"}),
	pin("DL3016", "npm", pinning{programs: []string{"npm"}, subs: []string{"install", "i", "add"}, mark: "@", form: "package@version"}),
	pin("DL3018", "apk", pinning{programs: []string{"apk"}, subs: []string{"add"}, values: apkValues, mark: "=<>~", form: "package=version"}),
	pin("DL3028", "gem", pinning{programs: []string{"gem"}, subs: []string{"install", "i"}, values: []string{"-v", "--version"}, mark: ":", form: "package:version", version: []string{"-v", "--version"}}),
	pin("DL3033", "yum", pinning{programs: []string{"yum"}, subs: install, mark: "-", form: "package-version", digits: true}),
	pin("DL3037", "zypper", pinning{programs: []string{"zypper"}, subs: []string{"install", "in"}, values: []string{"-t", "--type", "-r", "--repo"}, mark: "=<>", form: "package=version"}),
	pin("DL3041", "dnf", pinning{programs: []string{"dnf", "microdnf"}, subs: install, mark: "-", form: "package-version", digits: true}),
}

// A pinning says how a package manager names packages with their versions.
type pinning struct {
	programs, subs []string
	find           func(call) (at int, ok bool) // instead of programs and subs
	values         []string                     // options that take the next word
	version        []string                     // options that give the version
	mark           string                       // the characters that stand before a version
	form           string
	digits         bool // a digit follows the mark, which names hold too
}

func pin(code, program string, how pinning) practiceRule {
	rule := Practice{Code: code, Doc: "Without a version " + program + " installs whatever is current when the image is built.", Pinning: true}
	return practiceRule{rule, func(p *practicePass, ins *Instruction) {
		for _, c := range p.calls(ins) {
			how.check(p, ins, c)
		}
	}}
}

func (how pinning) check(p *practicePass, ins *Instruction, c call) {
	find := how.find
	if find == nil {
		find = func(c call) (int, bool) { return c.is(how.programs, how.subs, how.values...) }
	}
	at, ok := find(c)
	if !ok || len(how.version) > 0 && c.has(how.version...) {
		return
	}
	for _, i := range c.operands(at, how.values...) {
		w := c.words[i]
		if w.constant && !how.pinned(w.text) && !isPath(w.text) {
			p.hit(c.span(ins, i, i), "Name the version to install: "+how.form+".")
		}
	}
}

// pinned tells whether a package is named with its version. A mark at the start
// belongs to the name, as in "@scope/package".
func (how pinning) pinned(name string) bool {
	for i := 1; i < len(name); i++ {
		if strings.IndexByte(how.mark, name[i]) < 0 {
			continue
		}
		if !how.digits || i+1 < len(name) && '0' <= name[i+1] && name[i+1] <= '9' {
			return true
		}
	}
	return false
}

// isPath tells whether an operand is a file, an address or a group of packages
// rather than the name of one.
func isPath(s string) bool {
	switch s[:min(1, len(s))] {
	case "", ".", "/", "@":
		return !strings.HasPrefix(s, "@") || !strings.Contains(s, "/")
	}
	for _, suffix := range []string{".deb", ".rpm", ".apk", ".whl", ".tgz", ".tar.gz", ".zip", ".gem"} {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return strings.Contains(s, "://") || strings.HasPrefix(s, "git+")
}
