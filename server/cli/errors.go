package cli

import (
	"errors"
	"fmt"

	"github.com/buildlens/buildlens/bake"
	"github.com/buildlens/buildlens/buildengine"
)

// printError writes an error as docker buildx does: the source around its
// cause first, then one line that begins with "ERROR: ".
func (a *App) printError(err error) {
	var definition *bake.Error
	var failed *buildengine.Failure
	switch {
	case errors.As(err, &definition):
		for _, excerpt := range definition.Excerpts {
			fmt.Fprint(a.Stderr, excerpt)
		}
	case errors.As(err, &failed):
		a.printFailure(failed)
	}
	fmt.Fprintln(a.Stderr, "ERROR:", err)
}
