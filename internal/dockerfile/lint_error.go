package dockerfile

import (
	"regexp"
	"strings"

	"github.com/buildlens/buildlens/internal/diag"
	"github.com/buildlens/buildlens/internal/text"
)

// parseErrorPrefix is what BuildKit puts before the error of an instruction.
var parseErrorPrefix = regexp.MustCompile(`^dockerfile parse error on line \d+: `)

// explainBuild reports an error that turned up when the whole build was laid
// out, on the token it is about.
func explainBuild(ins *Instruction, message string) diag.Diagnostic {
	message = parseErrorPrefix.ReplaceAllString(message, "")
	if strings.HasSuffix(message, "should not be blank") && ins.Cmd == "FROM" && len(ins.Words) > 0 {
		message = "the base image " + ins.Words[0].Text + " is blank unless the build sets its arguments"
	}
	d := syntaxError(buildSpan(ins, message), "invalid-"+strings.ToLower(ins.Cmd), sentence(message))
	d.Source = diag.SourceBuildKit
	if ins.Cmd == "" {
		d.Code = "invalid-instruction"
	}
	return d
}

// buildRules say which token an error of the whole build is about.
var buildRules = []struct {
	part string
	span func(*Instruction) text.Span
}{
	{"platform", flagValue("platform")},
	{"--from", flagValue("from")},
	{"stage index", flagValue("from")},
	{"cannot copy from stage", flagValue("from")},
	{"circular dependency", circular},
	{"cannot mount from stage", flagValue("mount")},
	{"mount", flagValue("mount")},
	{"sharing", flagValue("mount")},
	{"chmod", flagValue("chmod")},
	{"chown", flagValue("chown")},
	{"checksum", flagValue("checksum")},
	{"digest", flagValue("checksum")},
}

// buildSpan finds the token: the one that the message quotes, else by the kind
// of error, else the arguments.
func buildSpan(ins *Instruction, message string) text.Span {
	if s := quotedToken(ins, message); s.Len() > 0 {
		return s
	}
	for _, r := range buildRules {
		if strings.Contains(message, r.part) {
			return r.span(ins)
		}
	}
	if ins.Cmd == "FROM" && len(ins.Words) > 0 {
		return ins.Words[0].Span
	}
	return argsOrKeyword(ins)
}

// quotedToken finds a word of the instruction that the message holds in
// quotes or behind a colon.
func quotedToken(ins *Instruction, message string) text.Span {
	for _, w := range ins.Words {
		if len(w.Text) > 0 && len(ins.Words) > 1 && (strings.Contains(message, quote(w.Text)) || strings.HasSuffix(message, ": "+w.Text)) {
			return w.Span
		}
	}
	return text.Span{}
}

// circular is the flag or base by which a stage depends on itself.
func circular(ins *Instruction) text.Span {
	for _, name := range []string{"from", "mount"} {
		if fl := ins.Flag(name); fl != nil {
			return fl.Span
		}
	}
	return argsOrKeyword(ins)
}
