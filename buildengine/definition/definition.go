// Package definition reads Bake definitions that lie behind an address: in a
// git repository, in an archive, or as a single file on a web server. BuildKit
// fetches them, so that what is read is what it builds from; nothing is run.
package definition

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
	"github.com/moby/buildkit/frontend/dockerui"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
)

// Sizes in bytes.
const (
	maxSingle   = 2 << 20 // of a definition that is the answer itself, as in Buildx
	archiveHead = 1024    // enough to know an archive
)

// Kind is what an address leads to.
type Kind int

// The kinds of places.
const (
	Git     Kind = iota + 1 // a repository, whose folders have addresses too
	Archive                 // an archive on a web server
	Single                  // one file on a web server
)

// A Source is an address that definitions can be read from.
type Source struct {
	URL   string
	git   *dfgitutil.GitRef // nil for http(s)
	state llb.State
	file  string // what BuildKit calls the file of an http(s) address
}

// Parse reads an address.
func Parse(url string) (*Source, error) {
	state, isGit, err := dockerui.DetectGitContext(url, nil)
	if isGit {
		if err != nil {
			return nil, fmt.Errorf("reading the git address %s: %w", url, err)
		}
		git, _, err := dfgitutil.ParseGitRef(url)
		if err != nil {
			return nil, fmt.Errorf("reading the git address %s: %w", url, err)
		}
		return &Source{URL: url, git: git, state: *state}, nil
	}
	state, file, ok := dockerui.DetectHTTPContext(url)
	if !ok {
		return nil, fmt.Errorf("%s is not the address of a git repository or of a file", url)
	}
	return &Source{URL: url, state: *state, file: file}, nil
}

// Names says which files to read.
type Names struct {
	Files    []string // relative to the root of the remote place
	Optional bool     // those that are missing are left out: the default names
}

// A File is one file of a remote place.
type File struct {
	Name string // as it was asked for; the address itself for a Single
	Data []byte
}

// A Tree is what was read from an address.
type Tree struct {
	Kind  Kind
	Files []File
}

// Read fetches the address and reads files from it. A Single is read whatever
// the names.
func (s *Source) Read(ctx context.Context, c gateway.Client, names Names) (*Tree, error) {
	ref, err := solve(ctx, c, s.state)
	if err != nil {
		return nil, err
	}
	if s.file == "" {
		files, err := s.readAll(ctx, ref, names)
		return &Tree{Kind: Git, Files: files}, err
	}
	head, err := ref.ReadFile(ctx, gateway.ReadRequest{Filename: s.file, Range: &gateway.FileRange{Length: archiveHead}})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", s.URL, err)
	}
	if !isArchive(head) {
		file, err := s.single(ctx, ref)
		return &Tree{Kind: Single, Files: []File{file}}, err
	}
	unpacked := Unpack(s.state, s.file, llb.WithCustomName("[internal] unpacking "+s.URL))
	if ref, err = solve(ctx, c, unpacked); err != nil {
		return nil, err
	}
	files, err := s.readAll(ctx, ref, names)
	return &Tree{Kind: Archive, Files: files}, err
}

// Unpack is the content of an archive that is a file of a state.
func Unpack(state llb.State, file string, opts ...llb.ConstraintsOpt) llb.State {
	return llb.Scratch().File(llb.Copy(state, path.Join("/", file), "/", &llb.CopyInfo{AttemptUnpack: true}), opts...)
}

func solve(ctx context.Context, c gateway.Client, state llb.State) (gateway.Reference, error) {
	def, err := state.Marshal(ctx)
	if err != nil {
		return nil, err
	}
	res, err := c.Solve(ctx, gateway.SolveRequest{Definition: def.ToPB(), Evaluate: true})
	if err != nil {
		return nil, err
	}
	return res.SingleRef()
}

// single reads a definition that is the answer itself.
func (s *Source) single(ctx context.Context, ref gateway.Reference) (File, error) {
	data, err := ref.ReadFile(ctx, gateway.ReadRequest{Filename: s.file, Range: &gateway.FileRange{Length: maxSingle + 1}})
	if err != nil {
		return File{}, fmt.Errorf("reading %s: %w", s.URL, err)
	}
	if len(data) > maxSingle {
		return File{}, fmt.Errorf("the definition %s is bigger than the maximum of %d MiB, and it is no archive", s.URL, maxSingle>>20)
	}
	return File{Name: s.URL, Data: data}, nil
}

func (s *Source) readAll(ctx context.Context, ref gateway.Reference, names Names) ([]File, error) {
	var files []File
	for _, name := range names.Files {
		data, err := readFile(ctx, ref, name)
		switch {
		case err == nil:
			files = append(files, File{Name: name, Data: data})
		case !names.Optional || !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("reading %s of %s: %w", name, s.URL, err)
		}
	}
	return files, nil
}

// readFile reads one file; that it does not exist is fs.ErrNotExist. BuildKit
// says so in words only.
func readFile(ctx context.Context, ref gateway.Reference, name string) ([]byte, error) {
	file := path.Clean("/" + name)
	stat, err := ref.StatFile(ctx, gateway.StatRequest{Path: file})
	switch {
	case err != nil && strings.Contains(err.Error(), "no such file or directory"):
		return nil, fs.ErrNotExist
	case err != nil:
		return nil, err
	case os.FileMode(stat.Mode).IsDir():
		return nil, errors.New("it is a folder")
	}
	return ref.ReadFile(ctx, gateway.ReadRequest{Filename: file})
}
