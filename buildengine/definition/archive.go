package definition

import (
	"archive/tar"
	"bytes"
	"slices"
)

// compressions are the first bytes of what BuildKit unpacks besides plain tar:
// gzip, bzip2, xz, zstd.
var compressions = [][]byte{{0x1f, 0x8b, 0x08}, []byte("BZh"), []byte("\xfd7zXZ\x00"), {0x28, 0xb5, 0x2f, 0xfd}}

// isArchive tells whether a file that begins so is one that BuildKit unpacks.
func isArchive(head []byte) bool {
	if slices.ContainsFunc(compressions, func(magic []byte) bool { return bytes.HasPrefix(head, magic) }) {
		return true
	}
	_, err := tar.NewReader(bytes.NewReader(head)).Next()
	return err == nil
}
