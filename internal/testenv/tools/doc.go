// Package tools has no code. Its module pins the programs that only tests and
// the demo need, as tools; what Buildlens itself ships is pinned in
// drivers/embedded/daemon.
package tools
