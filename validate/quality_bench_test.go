package validate_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/validate"
)

// The documents hold a list of orders in all their states of damage.
func BenchmarkDocuments(b *testing.B) {
	for _, name := range []string{"valid2k", "valid100k", "light2k", "light100k", "heavy2k", "heavy100k"} {
		data, err := os.ReadFile(filepath.Join(dataFolder(b), "json", "doc_"+name+".txt"))
		require.NoError(b, err)
		text := string(data)
		p, err := validate.FromSchema([]byte(`{}`))
		require.NoError(b, err)
		if json.Valid(data) {
			b.Run(name+"/fit", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					require.True(b, validate.Fit(p, text))
				}
			})
			b.Run(name+"/unmarshal", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					var v any
					require.NoError(b, json.Unmarshal(data, &v))
				}
			})
		}
		b.Run(name+"/repair", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.True(b, validate.Repair(p, text))
			}
		})
	}
}
