package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
)

var (
	apt        = []string{"apt-get", "apt"}
	install    = []string{"install"}
	aptValues  = []string{"-o", "-c", "-t", "--option", "--target-release", "--config-file"}
	apkValues  = []string{"-X", "--repository", "-t", "--virtual", "-p", "--root", "--repositories-file", "--keys-dir", "--arch"}
	pipValues  = []string{"-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-i", "--index-url", "--extra-index-url", "-t", "--target", "-f", "--find-links", "--trusted-host", "--platform", "--python-version", "--prefix", "--root"}
	pointless  = []string{"ssh", "vim", "shutdown", "service", "ps", "free", "top", "kill", "mount", "ifconfig"}
	sharedSubs = []string{"install", "update", "upgrade", "remove", "purge", "autoremove", "clean", "autoclean", "download", "source", "build-dep"}
)

// runTable are the rules about the commands of RUN.
var runTable = []practiceRule{
	{Practice{Code: "DL3001", Doc: "Some commands make no sense in a container."}, pointlessCommand},
	{Practice{Code: "DL3003", Doc: "WORKDIR changes the folder for all that follows; cd only for its own RUN."}, changeFolder},
	{Practice{Code: "DL3004", Doc: "sudo has surprising effects on terminals and signals; RUN follows USER.", Default: true}, usesSudo},
	{Practice{Code: "DL3009", Doc: "The lists that apt-get update fetches stay in the layer unless the same RUN deletes them.", Default: true}, aptLists},
	{Practice{Code: "DL3014", Doc: "apt-get asks before it installs; a build cannot answer.", Default: true}, aptYes},
	{Practice{Code: "DL3015", Doc: "apt-get installs recommended packages that the image may not need.", Default: true}, aptRecommends},
	{Practice{Code: "DL3019", Doc: "apk keeps its index in the layer without --no-cache.", Default: true}, apkCache},
	{Practice{Code: "DL3027", Doc: "apt is made for people; its interface may change.", Default: true}, usesApt},
	{Practice{Code: "DL3042", Doc: "pip keeps its downloads in the layer without --no-cache-dir.", Default: true}, pipCache},
	{Practice{Code: "DL3046", Doc: "useradd with a high user ID writes huge log files without --no-log-init."}, highUser},
	{Practice{Code: "DL3047", Doc: "wget floods the build's log with its progress bar."}, wgetProgress},
	{Practice{Code: "DL3059", Doc: "Consecutive RUN instructions make a layer each."}, consecutiveRun},
	{Practice{Code: "DL3060", Doc: "yarn keeps its cache in the layer."}, yarnCache},
	{Practice{Code: "DL3062", Doc: "go install without a version gives whatever is the latest."}, goInstall},
	{Practice{Code: "DL4001", Doc: "One of wget and curl is enough in an image."}, wgetAndCurl},
	{Practice{Code: "DL4005", Doc: "SHELL changes the default shell without touching /bin/sh."}, linksShell},
	{Practice{Code: "DL4006", Doc: "Without pipefail only the last command of a pipe can fail the build.", Default: true}, pipeFail},
}

func pointlessCommand(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		if slices.Contains(pointless, c.name()) {
			p.hit(c.span(ins, 0, 0), "The command "+c.name()+" has no use while an image is built.")
		}
	}
}

func changeFolder(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		if c.name() == "cd" {
			p.hit(c.span(ins, 0, 0), "This folder holds for this RUN only: WORKDIR sets it for all that follows.")
		}
	}
}

func usesSudo(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		if c.name() != "sudo" {
			continue
		}
		var fixes []diag.Fix
		if len(c.words) > 1 && !strings.HasPrefix(c.words[1].text, "-") && !ins.JSON {
			s := c.span(ins, 0, 0)
			s.End = c.span(ins, 1, 1).Start
			fixes = []diag.Fix{replaceFix("Remove sudo", s, "")}
		}
		p.hit(c.span(ins, 0, 0), "RUN already runs as the user that USER sets: switch with USER instead of sudo.", fixes...)
	}
}

func aptLists(p *practicePass, ins *Instruction) {
	calls := p.calls(ins)
	clean := slices.ContainsFunc(calls, func(c call) bool {
		return c.name() == "rm" && slices.ContainsFunc(c.words, func(w shellWord) bool { return strings.HasPrefix(w.text, "/var/lib/apt") })
	})
	if clean || cached(ins, "/var/lib/apt") {
		return
	}
	for _, c := range calls {
		at, ok := c.is(apt, []string{"update"}, aptValues...)
		if !ok {
			continue
		}
		var fixes []diag.Fix
		if last := ins.Args.Text; c.in.heredoc < 0 && !ins.JSON && len(ins.Heredocs) == 0 && !strings.ContainsAny(last, "#;") {
			fix := replaceFix("Delete the lists at the end", ins.Args.Span, "")
			fix.Edits[0].Edit.Span.Start = ins.Args.Span.End
			fix.Edits[0].Edit.New = " && rm -rf /var/lib/apt/lists/*"
			fixes = append(fixes, fix)
		}
		p.hit(c.span(ins, 0, at), "The package lists stay in this layer: delete /var/lib/apt/lists in the same RUN.", fixes...)
		return
	}
}

func aptYes(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		at, ok := c.is(apt, install, aptValues...)
		if !ok || c.has("-y", "--yes", "--assume-yes", "-qq", "--quiet=2") || quietTwice(c) {
			continue
		}
		p.hit(c.span(ins, 0, at), c.name()+" will ask and get no answer: add -y.", safe(c.insert(ins, at, " -y")))
	}
}

// quietTwice tells whether -q is given twice, which implies -y.
func quietTwice(c call) bool {
	n := 0
	for _, w := range c.words[1:] {
		if w.text == "-q" || w.text == "--quiet" {
			n++
		}
	}
	return n > 1
}

func aptRecommends(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		at, ok := c.is(apt, install, aptValues...)
		off := slices.ContainsFunc(c.words, func(w shellWord) bool { return strings.Contains(w.text, "APT::Install-Recommends") })
		if ok && !off && !c.has("--no-install-recommends") {
			p.hit(c.span(ins, 0, at), "This also installs the packages that are merely recommended: add --no-install-recommends.", c.insert(ins, at, " --no-install-recommends"))
		}
	}
}

func apkCache(p *practicePass, ins *Instruction) {
	if cached(ins, "/var/cache/apk", "/etc/apk/cache") {
		return
	}
	for _, c := range p.calls(ins) {
		if at, ok := c.is([]string{"apk"}, []string{"add"}, apkValues...); ok && !c.has("--no-cache") {
			p.hit(c.span(ins, 0, at), "The package index stays in this layer: add --no-cache.", safe(c.insert(ins, at, " --no-cache")))
		}
	}
}

func usesApt(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		if c.name() != "apt" {
			continue
		}
		s := c.span(ins, 0, 0)
		fix := replaceFix("Change to apt-get", s, strings.TrimSuffix(c.words[0].text, "apt")+"apt-get")
		fix.Safe = slices.Contains(sharedSubs, c.words[c.sub(aptValues...)].text)
		p.hit(s, "The interface of apt is for people and may change: use apt-get.", fix)
	}
}

// pip finds the "install" of a call of pip.
func pip(c call) (at int, ok bool) {
	name := c.name()
	if strings.HasPrefix(name, "python") && len(c.words) > 3 && c.words[1].text == "-m" && c.words[2].text == "pip" {
		at, ok = call{words: c.words[2:], in: c.in}.is([]string{"pip"}, install)
		return at + 2, ok
	}
	if name != "pip" && (!strings.HasPrefix(name, "pip") || strings.Trim(name[3:], "0123456789.") != "") {
		return 0, false
	}
	return c.is([]string{name}, install)
}

func pipCache(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		at, ok := pip(c)
		if ok && !c.has("--no-cache-dir") && !cached(ins, "pip", ".cache") && p.f.Lookup(ins, "PIP_NO_CACHE_DIR") == nil {
			p.hit(c.span(ins, 0, at), "The downloads stay in this layer: add --no-cache-dir.", safe(c.insert(ins, at, " --no-cache-dir")))
		}
	}
}

func highUser(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		if c.name() != "useradd" || c.has("-l", "--no-log-init") {
			continue
		}
		for i, w := range c.words {
			id := strings.TrimPrefix(w.text, "--uid=")
			if i > 0 && (c.words[i-1].text == "-u" || c.words[i-1].text == "--uid" || id != w.text) && len(id) > 5 && isNumber(id) {
				p.hit(c.span(ins, i, i), "With an ID this high useradd writes huge sparse log files: add --no-log-init.", safe(c.insert(ins, 0, " --no-log-init")))
			}
		}
	}
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

func wgetProgress(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		if c.name() == "wget" && !c.has("-q", "--quiet", "--progress", "-o", "--output-file", "-a", "--append-output") && !slices.ContainsFunc(c.words, func(w shellWord) bool { return w.text == "-nv" || w.text == "--no-verbose" }) {
			p.hit(c.span(ins, 0, 0), "The progress bar of wget floods the log: add --progress=dot:giga.", safe(c.insert(ins, 0, " --progress=dot:giga")))
		}
	}
}

func consecutiveRun(p *practicePass, ins *Instruction) {
	if ins.Cmd != "RUN" || ins.index == 0 || len(ins.Flags) > 0 || len(ins.Heredocs) > 0 || ins.JSON {
		return
	}
	before := ins.Stage.Instructions[ins.index-1]
	if before.Cmd == "RUN" && len(before.Flags) == 0 && len(before.Heredocs) == 0 && !before.JSON {
		p.hit(ins.Keyword.Span, "This RUN follows another one: joined with && they make one layer.")
	}
}

func yarnCache(p *practicePass, ins *Instruction) {
	calls := p.calls(ins)
	clean := slices.ContainsFunc(calls, func(c call) bool {
		at, ok := c.is([]string{"yarn"}, []string{"cache"})
		return ok && at+1 < len(c.words) && c.words[at+1].text == "clean"
	})
	if clean || cached(ins, "yarn", ".cache") {
		return
	}
	for _, c := range calls {
		if at, ok := c.is([]string{"yarn"}, install); ok {
			p.hit(c.span(ins, 0, at), "The cache of yarn stays in this layer: run yarn cache clean in the same RUN.")
		}
	}
}

func goInstall(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		at, ok := c.is([]string{"go"}, install)
		if !ok {
			continue
		}
		for _, i := range c.operands(at, "-ldflags", "-tags", "-gcflags", "-o", "-mod", "-p") {
			w := c.words[i]
			host, _, _ := strings.Cut(w.text, "/")
			if w.constant && strings.Contains(host, ".") && !strings.HasPrefix(host, ".") && !strings.Contains(w.text, "@") {
				p.hit(c.span(ins, i, i), "Name the version to install: "+w.text+"@version.")
			}
		}
	}
}

// wgetAndCurl reports the first use of the tool that comes second in a stage.
func wgetAndCurl(p *practicePass, ins *Instruction) {
	if ins.Cmd != "FROM" {
		return
	}
	first := ""
	for _, other := range ins.Stage.Instructions {
		for _, c := range p.calls(other) {
			name := c.name()
			switch {
			case name != "wget" && name != "curl" || name == first:
			case first == "":
				first = name
			default:
				p.hit(c.span(other, 0, 0), "This stage uses "+first+" already: one of wget and curl is enough.")
				return
			}
		}
	}
}

func linksShell(p *practicePass, ins *Instruction) {
	for _, c := range p.calls(ins) {
		if c.name() == "ln" && c.words[len(c.words)-1].text == "/bin/sh" {
			p.hit(c.span(ins, 0, len(c.words)-1), "SHELL changes the shell of what follows without replacing /bin/sh.")
		}
	}
}

func pipeFail(p *practicePass, ins *Instruction) {
	if ins.Cmd != "RUN" || ins.JSON || !p.f.runsShell(ins) {
		return
	}
	scripts := p.f.scripts(ins)
	if !slices.ContainsFunc(scripts, func(sc *script) bool { return len(sc.pipes) > 0 && sc.problem == nil }) {
		return
	}
	if slices.ContainsFunc(p.f.shellOf(ins), func(word string) bool { return strings.Contains(word, "pipefail") }) {
		return
	}
	for _, sc := range scripts {
		if len(sc.pipes) == 0 {
			continue
		}
		at := sc.pipes[0]
		fix := diag.Fix{
			Title: "Set a SHELL with pipefail above", Preferred: true,
			Edits: edit(sc.span(ins, 0, 0), ""),
		}
		fix.Edits[0].Edit.Span.Start, fix.Edits[0].Edit.Span.End = p.lineStart(ins), p.lineStart(ins)
		fix.Edits[0].Edit.New = `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` + p.f.newline()
		p.hit(sc.span(ins, at, at+1), "Only the last command of this pipe can fail the build: set pipefail.", fix)
		return
	}
}
