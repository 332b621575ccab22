package failure

import (
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/moby/buildkit/util/grpcerrors"
	"google.golang.org/grpc/codes"
)

// A cause is a known reason for failures. BuildKit gives no types to these
// errors; the texts are those of the operating system, of Go and of BuildKit
// itself, and decide nothing but the advice.
type cause struct {
	message []string // one of these is in the message
	also    string   // and this
	log     []string // or one of these is in the end of the step's output
	advice  string
}

var causes = []cause{
	{
		message: []string{"no space left on device"}, log: []string{"No space left on device"},
		advice: "the builder's disk is full: free space, for instance with prune",
	},
	{
		message: []string{"exec format error"}, log: []string{"exec format error", "Exec format error"},
		advice: "the builder cannot run programs of this platform: install emulation (on Debian: apt-get install qemu-user-static) or add a node that has it",
	},
	{
		message: []string{"secret "}, also: "not found",
		advice: "pass it with --secret id=NAME,src=FILE or env=VARIABLE",
	},
	{
		message: []string{"entitlement"},
		advice:  "allow it with --allow",
	},
	{
		message: []string{"connection refused", "no such host", "i/o timeout", "server misbehaving", "network is unreachable"},
		advice:  "the registry or server cannot be reached from the builder: check the name, the network and the proxy",
	},
	{
		message: []string{"401 Unauthorized", "authorization failed", "insufficient_scope", "denied: requested access"},
		advice:  "log in to the registry with docker login, and check that the repository exists",
	},
	{
		message: []string{"invalid empty ssh agent socket", "unset ssh forward key"},
		advice:  "start an ssh agent and pass it with --ssh default",
	},
}

// hint is what to do about an error, when its cause is known.
func hint(err error, f buildengine.Failure, c Context) string {
	if grpcerrors.Code(err) == codes.Unavailable {
		return "the connection to builder " + c.Builder + " was lost; run the build again"
	}
	for _, known := range causes {
		if known.matches(f) {
			return known.advice
		}
	}
	return ""
}

func (c cause) matches(f buildengine.Failure) bool {
	if containsAny(f.Message, c.message) && strings.Contains(f.Message, c.also) {
		return true
	}
	for _, line := range f.LogTail {
		if containsAny(line, c.log) {
			return true
		}
	}
	return false
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
