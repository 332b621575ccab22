// Package daemon has no code. Its module pins the programs that the embedded
// driver runs, buildkitd with runc and rootlesskit, as tools, so that their
// hundreds of dependencies stay out of the main module. BuildKit's version is
// the main module's; a test in drivers/embedded holds the two equal.
package daemon
