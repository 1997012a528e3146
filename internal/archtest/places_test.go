package archtest_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// places are package hosts and folders of one machine. The strings are broken so that this file passes its own rule.
var places = []string{"proxy.golang" + ".org", "/wo" + "rk/", "/ro" + "ot/", "/tmp" + "/w"}

func TestPlaces(t *testing.T) {
	names, err := repositoryFiles()
	require.NoError(t, err)
	var found []string
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(rootDir, name))
		require.NoError(t, err)
		found = append(found, placeViolations(name, text)...)
	}
	clean(t, found, `The repository builds anywhere: name no package host and no folder of one machine. Use relative paths, t.TempDir, and
the go command's own settings.`)
}

func placeViolations(name string, text []byte) []string {
	if bytes.IndexByte(text, 0) >= 0 {
		return nil // not a text
	}
	var found []string
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		for _, place := range places {
			if strings.Contains(line, place) {
				found = append(found, fmt.Sprintf("%s:%d: names %s", name, n, place))
			}
		}
	}
	return found
}

func TestPlaceRule(t *testing.T) {
	require.Empty(t, placeViolations("a.md", []byte("a/work\n/working\nnetwork/io\n")))
	require.Empty(t, placeViolations("a.bin", []byte("\x00"+places[1])))
	for _, place := range places {
		require.Equal(t, []string{"a.md:2: names " + place}, placeViolations("a.md", []byte("x\nsee "+place+" y\n")))
	}
}
