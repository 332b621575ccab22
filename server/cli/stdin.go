package cli

import (
	"bufio"
	"bytes"
	"io"
)

// tarMagic stands at this offset of a tar archive's first header.
const (
	tarMagicAt = 257
	tarMagic   = "ustar"
)

// compressions are the first bytes of compressed archives: gzip, bzip2, xz, zstd.
var compressions = [][]byte{
	{0x1f, 0x8b, 0x08},
	{'B', 'Z', 'h'},
	{0xfd, '7', 'z', 'X', 'Z', 0x00},
	{0x28, 0xb5, 0x2f, 0xfd},
}

// sniffArchive tells whether a stream begins as an archive does. The returned
// reader holds the whole stream.
func sniffArchive(r io.Reader) (io.Reader, bool, error) {
	buffered := bufio.NewReaderSize(r, 1024)
	head, err := buffered.Peek(tarMagicAt + len(tarMagic))
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	for _, magic := range compressions {
		if bytes.HasPrefix(head, magic) {
			return buffered, true, nil
		}
	}
	tar := len(head) >= tarMagicAt+len(tarMagic) && string(head[tarMagicAt:]) == tarMagic
	return buffered, tar, nil
}
