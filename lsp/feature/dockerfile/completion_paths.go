package dockerfile

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/buildlens/buildlens/lsp/feature"
)

// contextPaths proposes the entries of the build context that continue the
// word that starts at the joined offset at, .dockerignore honoured.
func (c *completer) contextPaths(word string, at int) {
	b := c.ctx.Build
	if b == nil || strings.Contains(word, "$") {
		return
	}
	if i := strings.LastIndexAny(word, `["`); i >= 0 { // in JSON
		word, at = word[i+1:], at+i+1
	}
	slash := strings.LastIndexByte(word, '/') + 1
	dir := strings.TrimPrefix(path.Clean("/"+word[:slash]), "/")
	if strings.HasPrefix(path.Clean(word[:slash]), "..") {
		return
	}
	entries, err := b.FS.List(filepath.Join(b.Dir, filepath.FromSlash(dir)))
	if err != nil {
		return
	}
	c.replace = c.from(at + slash)
	m := b.matcher()
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if excludes(m, name) && (!e.IsDir() || !m.Exclusions()) || strings.ContainsAny(e.Name(), " \t\"$") {
			continue
		}
		item := feature.CompletionItem{Label: e.Name(), Kind: feature.CompleteFile, Detail: "build context", SortText: "0" + e.Name()}
		if e.IsDir() {
			item.Label, item.Kind, item.Retrigger = e.Name()+"/", feature.CompleteFolder, true
		}
		c.add(item)
	}
}

// bindSource tells whether a mount with these fields binds a path of the build
// context.
func bindSource(typ string, fields []string) bool {
	for _, f := range fields {
		if strings.HasPrefix(strings.ToLower(f), "from=") {
			return false
		}
	}
	return typ == "bind" || typ == ""
}
