// Package session serves what BuildKit calls back for while it builds: local
// files, secrets, registry credentials, ssh agents and the files it exports.
// It also knows which values must not leave the engine (Redactor).
package session

import (
	"fmt"

	bksession "github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/filesync"
	"github.com/tonistiigi/fsutil"
	"github.com/tonistiigi/fsutil/types"
)

// Dir serves a folder, with the texts of overlay (by absolute path) in the
// place of what is on disk.
func Dir(dir string, overlay map[string][]byte) (fsutil.FS, error) {
	disk, err := fsutil.NewFS(dir)
	if err != nil {
		return nil, err
	}
	return Overlay(disk, dir, overlay)
}

// Shared serves local folders by their names, to several solves at once. Owners
// are reset as BuildKit's client does, so that layers do not depend on the user.
func Shared(dirs map[string]fsutil.FS) (bksession.Attachable, error) {
	source := filesync.StaticDirSource{}
	for name, dir := range dirs {
		reset, err := fsutil.NewFilterFS(dir, &fsutil.FilterOpt{Map: resetOwner})
		if err != nil {
			return nil, fmt.Errorf("serving %s: %w", name, err)
		}
		source[name] = reset
	}
	return filesync.NewFSSyncProvider(source), nil
}

func resetOwner(_ string, st *types.Stat) fsutil.MapResult {
	st.Uid, st.Gid = 0, 0
	return fsutil.MapResultKeep
}
