package embedded_test

import (
	"os"
	"testing"

	"github.com/buildlens/buildlens/internal/testenv"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == bootArg {
		os.Exit(bootMain(os.Args[2]))
	}
	if len(os.Args) == 3 && os.Args[1] == rootlessArg {
		os.Exit(rootlessMain(os.Args[2]))
	}
	testenv.Main(m)
}
