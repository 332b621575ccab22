package dockerfile

import (
	"strings"

	"github.com/distribution/reference"

	df "github.com/buildlens/buildlens/internal/dockerfile"
	"github.com/buildlens/buildlens/internal/text"
	"github.com/buildlens/buildlens/lsp/feature"
)

// Links makes images clickable: to their page at their registry, where that
// has pages for people.
func Links(f *df.File) []feature.DocumentLink {
	if f.Foreign() {
		return nil
	}
	var out []feature.DocumentLink
	for _, ref := range f.StageRefs() {
		if ref.Stage != nil || ref.ByNumber() || ref.Name == "scratch" {
			continue
		}
		if url := registryPage(ref.Name); url != "" && plausible(ref.Name) {
			out = append(out, feature.DocumentLink{Span: imageName(f, ref.Span), URL: url, Tooltip: "Open the page of " + ref.Name})
		}
	}
	return out
}

// plausible leaves out the numbers of stages that do not exist.
func plausible(name string) bool { return strings.Trim(name, "0123456789") != "" }

// imageName narrows the span of an image to its name, without tag and digest.
func imageName(f *df.File, s text.Span) text.Span {
	name, _, _ := strings.Cut(s.In(f.Source), "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name = name[:i]
	}
	s.End = s.Start + len(name)
	return s
}

// registryPages are the pages of registries that have some, by domain; %s is
// the repository.
var registryPages = map[string]func(path string) string{
	"docker.io": func(path string) string {
		if name, ok := strings.CutPrefix(path, "library/"); ok {
			return "https://hub.docker.com/_/" + name
		}
		return "https://hub.docker.com/r/" + path
	},
	"ghcr.io": func(path string) string {
		owner, name, ok := strings.Cut(path, "/")
		if !ok {
			return ""
		}
		return "https://github.com/" + owner + "/" + name + "/pkgs/container/" + strings.ReplaceAll(name, "/", "%2F")
	},
	"quay.io":           func(path string) string { return "https://quay.io/repository/" + path },
	"mcr.microsoft.com": func(path string) string { return "https://mcr.microsoft.com/artifact/mar/" + path },
	"gcr.io":            func(path string) string { return "https://gcr.io/" + path },
	"public.ecr.aws":    func(path string) string { return "https://gallery.ecr.aws/" + path },
	"registry.gitlab.com": func(path string) string {
		return "https://gitlab.com/" + path + "/container_registry"
	},
}

// registryPage is the page of an image, or "".
func registryPage(image string) string {
	ref, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return ""
	}
	page, ok := registryPages[reference.Domain(ref)]
	if !ok {
		return ""
	}
	return page(reference.Path(ref))
}
