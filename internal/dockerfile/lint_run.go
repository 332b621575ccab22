package dockerfile

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// run calls BuildKit. A panic in it, on input its authors did not think of,
// costs the lint of this version of the file and not the server.
func run(ctx context.Context, src string, opt LintOptions, asked *questions) (res *lint.LintResults, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("linting: BuildKit panicked: %v", r)
		}
	}()
	platform, err := platforms.Parse(orDefault(opt.Platform, "linux/amd64"))
	if err != nil {
		return nil, fmt.Errorf("parsing the platform to lint for: %w", err)
	}
	args := make(map[string]string, len(opt.Args)) // BuildKit changes the map it is given
	for k, v := range opt.Args {
		args[k] = v
	}
	return dockerfile2llb.DockerfileLint(ctx, []byte(src), dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{
			BuildArgs:      args,
			Target:         opt.Target,
			BuildPlatforms: []ocispecs.Platform{platform},
		},
		TargetPlatform: &platform,
		MetaResolver:   resolver{opt, asked},
		SourceMap:      &llb.SourceMap{Filename: "Dockerfile", Language: "Dockerfile", Definition: &llb.Definition{}},
	})
}

func orDefault(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// resolver answers for the configurations of base images: what is known, else
// an empty image of the platform that was asked for. It never touches the
// network.
type resolver struct {
	opt   LintOptions
	asked *questions
}

// ResolveImageConfig implements llb.ImageMetaResolver.
func (r resolver) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	if err := ctx.Err(); err != nil {
		return "", "", nil, err
	}
	platform := platforms.MustParse("linux/amd64")
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		platform = *opt.ImageOpt.Platform
	}
	if config, ok := r.asked.ask(r.opt, question{ref, platforms.Format(platform)}); ok {
		return ref, "", config, nil
	}
	config, err := json.Marshal(ocispecs.Image{Platform: platform})
	return ref, "", config, err
}

// A question is one about a base image.
type question struct{ ref, platform string }

// questions are those that a run asked about base images, with the answers: a
// result holds as long as they are the same. BuildKit asks from several
// goroutines.
type questions struct {
	mu      sync.Mutex
	answers map[question][]byte // nil: not known
}

func newQuestions() *questions { return &questions{answers: map[question][]byte{}} }

func (q *questions) ask(opt LintOptions, about question) (config []byte, ok bool) {
	if opt.Image != nil {
		config, ok = opt.Image(about.ref, about.platform)
	}
	if ok && config == nil {
		config = []byte{}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.answers[about] = config
	return config, ok
}

// hold tells whether asking again gives the same answers.
func (q *questions) hold(opt LintOptions) bool {
	again := newQuestions()
	for about, before := range q.answers {
		now, ok := again.ask(opt, about)
		if ok != (before != nil) || !bytes.Equal(before, now) {
			return false
		}
	}
	return true
}

// with adds the answers of an earlier run.
func (q *questions) with(earlier *questions) {
	for about, answer := range earlier.answers {
		if _, ok := q.answers[about]; !ok {
			q.answers[about] = answer
		}
	}
}

// triggers tells whether an image brings ONBUILD instructions.
func (q *questions) triggers() bool {
	for _, config := range q.answers {
		if bytes.Contains(config, []byte(`"OnBuild"`)) {
			return true
		}
	}
	return false
}
