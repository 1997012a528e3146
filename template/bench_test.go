package template_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/template"
)

func BenchmarkRender(b *testing.B) {
	large, v := parse(b, classification), aTicket()
	trusted := vars{"company": v.Company, "categories": v.Categories, "message": template.Trusted(v.Message)}
	f, err := template.Parse("desk/v1.0.yaml", []byte(`
system_prompt: "{categories} {company} {examples}"
messages: [{role: user, content: "{message}"}]
examples: {query: message, k: 3}
`), template.Config{Examples: template.BM25(shopBank(b))})
	require.NoError(b, err)
	type three struct{ A, B, C template.Trusted }
	for _, bc := range []struct {
		name string
		f    *template.File
		vars any
	}{
		{"three", parse(b, "system_prompt: \"Hello {a}, this is {b}, and {c}.\"\n"), &three{"Ada", "the desk", "the door is open"}},
		{"trusted", large, trusted},
		{"untrusted", large, v},
		{"examples", f, v},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for _, m := range render(b, bc.f, bc.vars).Messages {
				n += len(m.Text)
			}
			b.SetBytes(int64(n))
			for b.Loop() {
				if _, err := bc.f.Render(b.Context(), bc.vars); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	src := []byte(whole)
	for b.Loop() {
		if _, err := template.Parse("desk/v1.0.yaml", src, template.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}
