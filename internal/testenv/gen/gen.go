// Package gen writes large inputs for tests and benchmarks: definitions and
// Dockerfiles of a chosen size that look like real ones. The same size always
// gives the same bytes.
package gen

import (
	"fmt"
	"strings"
)

// Bake writes a docker-bake.hcl with n targets besides a common one. They
// inherit the common target and, within each ten, the one before; their tags
// come from a function. Each ten is a group, and "default" holds the groups.
func Bake(n int) []byte {
	var b strings.Builder
	b.WriteString(`variable "REGISTRY" {
  default = "registry.example.com/shop"
}

variable "VERSION" {
  default     = "1.2.3"
  description = "what images are tagged with"
}

function "tag" {
  params = [name, suffix]
  result = "${REGISTRY}/${name}:${VERSION}${suffix}"
}

target "_common" {
  context   = "."
  platforms = ["linux/amd64", "linux/arm64"]
  labels = {
    "org.opencontainers.image.version" = VERSION
    "org.opencontainers.image.vendor"  = "Example"
  }
  args = {
    VERSION = VERSION
  }
}
`)
	for i := range n {
		writeTarget(&b, i)
	}
	writeGroups(&b, n)
	return []byte(b.String())
}

// BakeTarget is the name of the i-th target of Bake.
func BakeTarget(i int) string { return fmt.Sprintf("service-%04d", i) }

func writeTarget(b *strings.Builder, i int) {
	parents := `"_common"`
	if i%10 != 0 {
		parents += fmt.Sprintf(", %q", BakeTarget(i-1))
	}
	fmt.Fprintf(b, `
target %q {
  inherits = [%s]
  target   = "stage%d"
  args = {
    SERVICE = "service-%d"
  }
  tags = [tag("service-%d", "")]
}
`, BakeTarget(i), parents, i%7, i, i)
}

func writeGroups(b *strings.Builder, n int) {
	var groups []string
	for first := 0; first < n; first += 10 {
		var members []string
		for i := first; i < min(first+10, n); i++ {
			members = append(members, fmt.Sprintf("%q", BakeTarget(i)))
		}
		name := fmt.Sprintf("ten-%04d", first/10)
		groups = append(groups, fmt.Sprintf("%q", name))
		fmt.Fprintf(b, "\ngroup %q {\n  targets = [%s]\n}\n", name, strings.Join(members, ", "))
	}
	fmt.Fprintf(b, "\ngroup \"default\" {\n  targets = [%s]\n}\n", strings.Join(groups, ", "))
}

// dockerStage is one stage of Dockerfile; %[1]d is its number, %[2]d the one
// before.
const dockerStage = `
# Stage %[1]d
FROM base AS stage%[1]d
ARG VERSION=1.2.%[1]d
ENV APP_HOME=/app/%[1]d PATH=/app/%[1]d/bin:$PATH
WORKDIR $APP_HOME
COPY --from=stage%[2]d /out /in
COPY src/%[1]d ./
RUN --mount=type=cache,target=/root/.cache \
    set -e; \
    for f in *.c; do \
      cc -O2 -o "${f%%.c}" "$f"; \
    done
RUN mkdir -p /out && echo "$VERSION" > /out/version
EXPOSE 8%03[1]d
LABEL org.example.stage="%[1]d"
CMD ["run", "--stage", "%[1]d"]
`

// Dockerfile writes a multi-stage Dockerfile of at least the given number of
// lines. Each stage copies from the one before.
func Dockerfile(lines int) []byte {
	var b strings.Builder
	b.WriteString("# syntax=docker/dockerfile:1\nFROM scratch AS base\nFROM base AS stage0\n")
	for i := 1; strings.Count(b.String(), "\n") < lines; i++ {
		fmt.Fprintf(&b, dockerStage, i, i-1)
	}
	return []byte(b.String())
}
