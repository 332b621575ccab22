package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/buildlens/buildlens/buildengine"
	"github.com/buildlens/buildlens/buildengine/flags"
	"github.com/buildlens/buildlens/buildengine/session"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/session/upload/uploadprovider"
)

// Names of the local mounts that the Dockerfile frontend asks for.
const (
	mountContext    = "context"
	mountDockerfile = "dockerfile"
)

const (
	defaultDockerfile = "Dockerfile"
	schemeOCILayout   = "oci-layout://"
	schemeImage       = "docker-image://"
)

// contexts sets the context, the Dockerfile and the named contexts.
func (s *Solve) contexts(_ Node, env Env) error {
	if err := s.mainContext(); err != nil {
		return err
	}
	if err := s.dockerfile(); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Request.Contexts)) {
		if err := s.namedContext(name, s.Request.Contexts[name], env); err != nil {
			return err
		}
	}
	if s.Opt.SharedKey == "" {
		s.Opt.SharedKey = sharedKey(s.Request.Context.Dir, env.NodeID)
	}
	return nil
}

func (s *Solve) mainContext() error {
	c := s.Request.Context
	switch {
	case c.URL != "":
		s.Opt.FrontendAttrs[mountContext] = c.URL
		if c.Folder != "" {
			s.Opt.FrontendAttrs["contextsubdir"] = c.Folder
		}
	case c.Stream != nil:
		uploader := uploadprovider.New()
		s.Opt.FrontendAttrs[mountContext] = uploader.Add(io.NopCloser(c.Stream))
		s.Opt.Session = append(s.Opt.Session, uploader)
	case c.Empty:
		s.Mounts[mountContext] = Mount{FS: session.Text(nil), Key: "empty"}
	case c.Dir != "":
		mount, err := s.dir(c.Dir)
		if err != nil {
			return fmt.Errorf("unable to prepare context: %w", err)
		}
		s.Mounts[mountContext] = mount
	case c.Target != "":
		return errors.New("a target cannot be the main context: use a named context")
	default:
		return errors.New(`please specify build context (e.g. "." for the current directory)`)
	}
	return nil
}

// dockerfile mounts the folder of the Dockerfile, which need not be in the context.
func (s *Solve) dockerfile() error {
	d, attrs := s.Request.Dockerfile, s.Opt.FrontendAttrs
	remote := s.Request.Context.URL != "" || s.Request.Context.Stream != nil
	switch {
	case d.Inline != nil:
		files := map[string][]byte{defaultDockerfile: d.Inline}
		s.Mounts[mountDockerfile] = Mount{FS: session.Text(files), Key: "inline:" + contentKey(files), Inline: &d}
		attrs["dockerfilekey"] = mountDockerfile
		return nil
	case d.Remote != "":
		attrs["filename"] = d.Remote
		if folder := s.Request.Context.Folder; folder != "" { // the frontend looks for it in the whole archive
			attrs["filename"] = path.Join(folder, d.Remote)
		}
		return nil
	case d.Path == "" && remote:
		if folder := s.Request.Context.Folder; folder != "" {
			attrs["filename"] = path.Join(folder, defaultDockerfile)
		}
		return nil
	}
	path, err := s.dockerfilePath()
	if err != nil {
		return err
	}
	mount, err := s.dir(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("failed to read dockerfile: %w", err)
	}
	s.Mounts[mountDockerfile] = mount
	attrs["filename"] = filepath.Base(path)
	if remote {
		attrs["dockerfilekey"] = mountDockerfile
	}
	return nil
}

// dockerfilePath finds the Dockerfile: a default name may also be in lower case.
func (s *Solve) dockerfilePath() (string, error) {
	path := s.Request.Dockerfile.Path
	if path == "" && s.Request.Context.Dir == "" {
		return "", errors.New("a Dockerfile is needed: the context is empty")
	}
	if path == "" {
		path = filepath.Join(s.Request.Context.Dir, defaultDockerfile)
	}
	if _, ok := s.Request.Overlay[path]; ok {
		return path, nil
	}
	_, err := os.Stat(path)
	if err == nil {
		return path, nil
	}
	if filepath.Base(path) == defaultDockerfile {
		lower := filepath.Join(filepath.Dir(path), strings.ToLower(defaultDockerfile))
		if _, err := os.Stat(lower); err == nil {
			return lower, nil
		}
	}
	return "", fmt.Errorf("failed to read dockerfile: %w", err)
}

func (s *Solve) namedContext(name string, c buildengine.Context, env Env) error {
	key := name
	if normal, err := flags.ContextName(name); err == nil {
		key = normal
	}
	attr := "context:" + key
	switch {
	case c.Target != "":
		s.Inputs[key] = c.Target
		s.Opt.FrontendAttrs[attr] = "input:" + key
	case strings.HasPrefix(c.URL, schemeOCILayout):
		ref, err := s.ociLayout(strings.TrimPrefix(c.URL, schemeOCILayout), env.Stores)
		if err != nil {
			return fmt.Errorf("oci-layout reference %q could not be resolved: %w", c.URL, err)
		}
		s.Opt.FrontendAttrs[attr] = ref
	case c.URL != "" && c.Folder != "":
		return s.archiveFolder(key, c)
	case c.URL != "":
		s.Opt.FrontendAttrs[attr] = c.URL
	case c.Empty:
		s.Opt.FrontendAttrs[attr] = schemeImage + "scratch"
	case c.Dir != "":
		return s.namedDir(key, c.Dir)
	default:
		return fmt.Errorf("named context %s has no source", name)
	}
	return nil
}

// archiveFolder makes a folder of an archive a named context: a graph, as it
// has no address of its own.
func (s *Solve) archiveFolder(name string, c buildengine.Context) error {
	const file = "context"
	archive := llb.HTTP(c.URL, llb.Filename(file), llb.WithCustomName("[context "+name+"] "+c.URL))
	unpacked := llb.Scratch().File(llb.Copy(archive, "/"+file, "/", &llb.CopyInfo{AttemptUnpack: true}))
	folder := llb.Scratch().File(llb.Copy(unpacked, c.Folder, "/", &llb.CopyInfo{CopyDirContentsOnly: true}),
		llb.WithCustomName("[context "+name+"] "+c.Folder))
	def, err := folder.Marshal(context.Background())
	if err != nil {
		return fmt.Errorf("preparing the folder %s of %s: %w", c.Folder, c.URL, err)
	}
	s.Definitions[name] = def.ToPB()
	s.Opt.FrontendAttrs["context:"+name] = "input:" + name
	return nil
}

func (s *Solve) namedDir(name, dir string) error {
	mount, err := s.dir(dir)
	if err != nil {
		return fmt.Errorf("failed to get build context %s: %w", name, err)
	}
	local := name
	if local == mountContext || local == mountDockerfile {
		local = "_" + local
	}
	s.Mounts[local] = mount
	s.Opt.FrontendAttrs["context:"+name] = "local:" + local
	return nil
}

// dir mounts a folder with the unsaved texts that lie in it.
func (s *Solve) dir(dir string) (Mount, error) {
	fs, err := session.Dir(dir, s.Request.Overlay)
	if err != nil {
		return Mount{}, err
	}
	key := "dir:" + dir
	if len(s.Request.Overlay) > 0 {
		key += ":" + contentKey(s.Request.Overlay)
	}
	return Mount{FS: fs, Key: key, Dir: dir}, nil
}

// contentKey identifies texts by name and content.
func contentKey(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%q %q\n", name, files[name])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// sharedKey makes BuildKit send only what changed since the last build of the
// same folder on the same machine.
func sharedKey(dir, nodeID string) string {
	if dir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(nodeID + "\x00" + dir))
	return filepath.Base(dir) + ":" + hex.EncodeToString(sum[:8])
}

// isSSHGit tells whether git fetches this context over ssh.
func isSSHGit(url string) bool {
	return strings.HasPrefix(url, "git@") || strings.HasPrefix(url, "ssh://")
}
