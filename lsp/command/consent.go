package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gofrs/flock"
	"go.lsp.dev/protocol"

	"github.com/buildlens/buildlens/buildengine/frombake"
	"github.com/buildlens/buildlens/internal/settings"
)

// The buttons of questions.
const (
	answerTrust       = "Trust this folder"
	answerAllowOnce   = "Allow once"
	answerAllowAlways = "Always allow in this folder"
	answerPush        = "Build and push"
	answerNoPush      = "Build without pushing"
	answerPushAlways  = "Always push from this folder"
)

// errDeclined is returned when the person said no.
var errDeclined = errors.New("declined")

// Consent is what people have agreed to, per folder. Answers that are to be
// remembered are kept in a file of the user's, shared by all editors.
type Consent struct {
	// Trusted is the editor's own workspace trust; nil when it has none, and
	// the first build in a folder asks.
	Trusted func() (trusted, governed bool)
	// Path is the file of remembered answers.
	Path string
	// Ask shows a question and returns the picked answer, or "".
	Ask func(ctx context.Context, question string, answers ...string) string

	mu sync.Mutex // one question at a time, and one writer of the file
}

// remembered is the file's content.
type remembered struct {
	Folders map[string]*folderConsent `json:"folders"`
}

type folderConsent struct {
	Trusted bool     `json:"trusted,omitempty"`
	Push    bool     `json:"push,omitempty"`
	Allow   []string `json:"allow,omitempty"`
}

// trust decides whether builds may run in a folder.
func (c *Consent) trust(ctx context.Context, folder string, setting settings.Trust) error {
	if c.Trusted != nil {
		if trusted, governed := c.Trusted(); governed {
			if trusted {
				return nil
			}
			return errors.New("this workspace is not trusted: builds are off until you trust it in the editor")
		}
	}
	switch setting {
	case settings.TrustAlways:
		return nil
	case settings.TrustNever:
		return fmt.Errorf("builds are switched off in %s by the setting buildlens.trust", folder)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of(folder).Trusted {
		return nil
	}
	question := fmt.Sprintf("Build in %s? A build runs the commands of its Dockerfiles. Trust only folders whose authors you trust.", folder)
	switch c.Ask(ctx, question, answerTrust, answerAllowOnce) {
	case answerTrust:
		return c.remember(folder, func(f *folderConsent) { f.Trusted = true })
	case answerAllowOnce:
		return nil
	}
	return fmt.Errorf("no build in %s: the folder is not trusted (%w); set buildlens.trust to \"always\" to build without being asked", folder, errDeclined)
}

// push decides what to do about a build that pushes: push, build without it,
// or nothing (errDeclined).
func (c *Consent) push(ctx context.Context, folder string, places []string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of(folder).Push {
		return true, nil
	}
	switch c.Ask(ctx, "This build pushes to a registry: "+abridge(places, 4), answerNoPush, answerPush, answerPushAlways) {
	case answerPush:
		return true, nil
	case answerPushAlways:
		return true, c.remember(folder, func(f *folderConsent) { f.Push = true })
	case answerNoPush:
		return false, nil
	}
	return false, fmt.Errorf("nothing was built: pushing was not agreed to (%w)", errDeclined)
}

// A privilege is one thing a build asks for beyond the workspace: the words
// for people and the value of --allow that grants it.
type privilege struct{ text, allow string }

// privileges asks for those that are not granted yet.
func (c *Consent) privileges(ctx context.Context, folder string, wanted []privilege) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	granted := c.of(folder).Allow
	wanted = slices.DeleteFunc(slices.Clone(wanted), func(p privilege) bool { return slices.Contains(granted, p.allow) })
	if len(wanted) == 0 {
		return nil
	}
	var list, allow []string
	for _, p := range wanted {
		list = append(list, p.text)
		allow = append(allow, p.allow)
	}
	question := "This build asks for more than the workspace: " + strings.Join(list, "; ")
	switch c.Ask(ctx, question, answerAllowOnce, answerAllowAlways) {
	case answerAllowOnce:
		return nil
	case answerAllowAlways:
		return c.remember(folder, func(f *folderConsent) { f.Allow = append(f.Allow, allow...) })
	}
	return fmt.Errorf("additional privileges requested and not granted: %s (%w); pass them in \"allow\": %s",
		strings.Join(list, "; "), errDeclined, strings.Join(allow, ", "))
}

// of is what was agreed to in a folder. An unreadable file agrees to nothing.
func (c *Consent) of(folder string) folderConsent {
	all, err := c.read()
	if err != nil || all.Folders[folder] == nil {
		return folderConsent{}
	}
	return *all.Folders[folder]
}

func (c *Consent) read() (remembered, error) {
	out := remembered{}
	raw, err := os.ReadFile(c.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || c.Path == "":
	case err != nil:
		return out, err
	default:
		err = json.Unmarshal(raw, &out)
		if err != nil {
			return remembered{}, fmt.Errorf("reading remembered answers from %s: %w", c.Path, err)
		}
	}
	if out.Folders == nil {
		out.Folders = map[string]*folderConsent{}
	}
	return out, nil
}

// remember changes what is kept about a folder; other editors may do so at
// the same time.
func (c *Consent) remember(folder string, change func(*folderConsent)) error {
	if c.Path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
		return fmt.Errorf("remembering the answer: %w", err)
	}
	lock := flock.New(c.Path + ".lock")
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("remembering the answer: %w", err)
	}
	defer func() { _ = lock.Unlock() }()
	all, err := c.read()
	if err != nil {
		return err
	}
	if all.Folders[folder] == nil {
		all.Folders[folder] = &folderConsent{}
	}
	change(all.Folders[folder])
	return c.write(all)
}

func (c *Consent) write(all remembered) error {
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(c.Path), ".consent-")
	if err != nil {
		return fmt.Errorf("remembering the answer: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(raw, '\n'))
	if err = errors.Join(err, tmp.Close()); err != nil {
		return fmt.Errorf("remembering the answer: %w", err)
	}
	return os.Rename(tmp.Name(), c.Path)
}

// Question is how Consent asks through the editor.
func (s *Server) Question(ctx context.Context, text string, answers ...string) string {
	if !s.Actions {
		return ""
	}
	return s.ask(ctx, protocol.MessageTypeWarning, text, answers...)
}

func privileges(needs []frombake.Need) []privilege {
	out := make([]privilege, 0, len(needs))
	for _, n := range needs {
		out = append(out, privilege{text: n.Text, allow: n.Allow})
	}
	return out
}
