package modeltest

import (
	"flag"
	"fmt"
	"testing"
)

// recordFlag is -modeltest.record. A flag must exist before the test binary
// reads its arguments, which is before any code of a test runs; this is the
// one place that can be.
//
//archtest:table written once, while the test binary reads its flags
var recordFlag = registerFlag()

func registerFlag() *modeFlag {
	f := &modeFlag{}
	if testing.Testing() {
		flag.Var(f, "modeltest.record", "record cassettes: missing (the default), all, passthrough or replay")
	}
	return f
}

// modeFlag is a flag.Value.
type modeFlag struct{ mode Mode }

// String returns the mode's name.
func (f *modeFlag) String() string { return f.mode.String() }

// Set takes the name of a mode. The flag alone means missing.
func (f *modeFlag) Set(name string) error {
	if name == "true" {
		name = RecordMissing.String()
	}
	for m, n := range modeNames {
		if n == name {
			f.mode = Mode(m)
			return nil
		}
	}
	return fmt.Errorf("use one of %q", modeNames)
}

// IsBoolFlag allows the flag without a value.
func (f *modeFlag) IsBoolFlag() bool { return true }
