package workspace

import "testing"

func TestLanguageOf(t *testing.T) {
	tests := []struct {
		id, path, content string
		want              Language
	}{
		{"", "/w/Dockerfile", "", Dockerfile},
		{"", "/w/Dockerfile.dev", "", Dockerfile},
		{"", "/w/api.dockerfile", "", Dockerfile},
		{"", "/w/Containerfile", "", Dockerfile},
		{"", "/w/Containerfile.x", "", Dockerfile},
		{"plaintext", "/w/Dockerfile", "", Dockerfile},
		{"dockerfile", "/w/build.txt", "", Dockerfile},
		{"dockerfile", "untitled:Untitled-1", "", Dockerfile},
		{"", "/w/docker-bake.hcl", "", Bake},
		{"hcl", "/w/docker-bake.override.hcl", "", Bake},
		{"json", "/w/docker-bake.json", "", Bake},
		{"", "/w/app.bake.hcl", "", Bake},
		{"dockerbake", "/w/x.hcl", "", Bake},
		{"", "/w/main.hcl", "", NoLanguage},
		{"yaml", "/w/compose.yaml", "", Compose},
		{"dockercompose", "/w/stack.yml", "", Compose},
		{"", "/w/docker-compose.dev.yml", "", Compose},
		{"", "/w/compose.go", "", NoLanguage},
		{"ignore", "/w/.dockerignore", "", DockerIgnore},
		{"", "/w/Dockerfile.dockerignore", "", DockerIgnore},
		{"dockerfile", "/w/Dockerfile.dockerignore", "", DockerIgnore},
		{"plaintext", "/w/build", "# syntax = docker/dockerfile:1\nFROM x", Dockerfile},
		{"plaintext", "/w/build", "FROM x", NoLanguage},
	}
	for _, test := range tests {
		if got := LanguageOf(test.id, test.path, test.content); got != test.want {
			t.Errorf("LanguageOf(%q, %q, %q) = %q, want %q", test.id, test.path, test.content, got, test.want)
		}
	}
}
