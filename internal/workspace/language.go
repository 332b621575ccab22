package workspace

import (
	"path/filepath"
	"strings"
)

// A Language is what a file is to Buildlens.
type Language string

// The languages.
const (
	NoLanguage   Language = ""
	Dockerfile   Language = "dockerfile"
	Bake         Language = "bake" // HCL or JSON; see File.IsJSON
	Compose      Language = "compose"
	DockerIgnore Language = "dockerignore"
)

// languageIDs are the identifiers that editors give to languages that only
// mean one thing. "json", "hcl", "yaml" and the like do not decide: then the
// name does.
var languageIDs = map[string]Language{
	"dockerfile":    Dockerfile,
	"dockerbake":    Bake,
	"dockercompose": Compose,
	"dockerignore":  DockerIgnore,
	"ignore":        NoLanguage,
}

// LanguageOf is the one function that decides what a file is: by the editor's
// language id where that is specific, else by name, else by content.
func LanguageOf(languageID, path, content string) Language {
	byName := languageOfName(strings.ToLower(baseName(path)))
	if byName == DockerIgnore {
		return DockerIgnore // editors open it under all sorts of ids
	}
	if lang, ok := languageIDs[languageID]; ok && lang != NoLanguage {
		return lang
	}
	if byName != NoLanguage {
		return byName
	}
	return languageOfContent(content)
}

// baseName is the last element of a path or of the URI that stands for one.
func baseName(path string) string {
	path = filepath.ToSlash(path)
	return path[strings.LastIndexAny(path, "/:")+1:]
}

func languageOfName(name string) Language {
	switch {
	case name == ".dockerignore" || strings.HasSuffix(name, ".dockerignore"):
		return DockerIgnore
	case isBakeName(name):
		return Bake
	case isComposeName(name):
		return Compose
	case isDockerfileName(name):
		return Dockerfile
	}
	return NoLanguage
}

func isDockerfileName(name string) bool {
	return name == "dockerfile" || strings.HasPrefix(name, "dockerfile.") || strings.HasSuffix(name, ".dockerfile") ||
		name == "containerfile" || strings.HasPrefix(name, "containerfile.") || strings.HasSuffix(name, ".containerfile")
}

func isBakeName(name string) bool {
	ext := filepath.Ext(name)
	if ext != ".hcl" && ext != ".json" {
		return false
	}
	return strings.HasPrefix(name, "docker-bake") || strings.HasSuffix(name, ".bake"+ext)
}

func isComposeName(name string) bool {
	ext := filepath.Ext(name)
	if ext != ".yml" && ext != ".yaml" {
		return false
	}
	stem := strings.TrimSuffix(name, ext)
	return stem == "compose" || strings.HasPrefix(stem, "compose.") || strings.HasSuffix(stem, ".compose") ||
		strings.HasPrefix(stem, "docker-compose")
}

// languageOfContent recognises a file that nothing else tells about: a
// Dockerfile by its syntax directive.
func languageOfContent(content string) Language {
	line, _, _ := strings.Cut(strings.TrimPrefix(content, "\ufeff"), "\n")
	line = strings.ToLower(strings.ReplaceAll(line, " ", ""))
	if strings.HasPrefix(line, "#syntax=docker/dockerfile") {
		return Dockerfile
	}
	return NoLanguage
}
