package provider_test

import (
	"testing"

	"github.com/makeready-go/makeready/provider"
	"github.com/stretchr/testify/require"
)

const (
	closedSchema = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"zone":{"type":"string"},"area":{"type":"string"}},"required":["zone","area"],"additionalProperties":false}`
	openSchema   = `{"type":"object","properties":{"zone":{"type":"string","minLength":3},"area":{"type":"string"}},"required":["zone"]}`
)

// A schema is sent per call, and differently to each provider.
func TestSchema(t *testing.T) {
	t.Parallel()
	wrap := func(schema string, strict bool) any {
		s := `{"type":"json_schema","json_schema":{"name":"output","schema":` + schema
		if strict {
			s += `,"strict":true`
		}
		return tree(t, s+"}}")
	}
	jsonObject := map[string]any{"type": "json_object"}
	for _, tt := range []struct {
		name   string
		p      protocol
		mode   provider.SchemaMode
		schema string
		field  string
		want   any
	}{
		{"openai, strictly", openaiProtocol, provider.SchemaAuto, closedSchema, "response_format", wrap(closedSchema, true)},
		{"openai, as a hint", openaiProtocol, provider.SchemaAuto, openSchema, "response_format", wrap(openSchema, false)},
		{"openai, no object on top", openaiProtocol, provider.SchemaAuto, `{"type":"string"}`, "response_format", wrap(`{"type":"string"}`, false)},
		{"openai, any JSON", openaiProtocol, provider.SchemaJSON, closedSchema, "response_format", jsonObject},
		{"openai, off", openaiProtocol, provider.SchemaOff, closedSchema, "response_format", nil},
		{"openai, none", openaiProtocol, provider.SchemaAuto, "", "response_format", nil},
		{"openai, no schema at all", openaiProtocol, provider.SchemaAuto, "{", "response_format", jsonObject},
		{"google", googleProtocol, provider.SchemaAuto, closedSchema, "response_format", wrap(closedSchema, true)},
		{"ollama", ollamaProtocol, provider.SchemaAuto, openSchema, "format", tree(t, openSchema)},
		{"ollama, any JSON", ollamaProtocol, provider.SchemaJSON, openSchema, "format", "json"},
		{"ollama, off", ollamaProtocol, provider.SchemaOff, openSchema, "format", ""},
		{"anthropic", anthropicProtocol, provider.SchemaAuto, closedSchema, "output_config", nil},
		{"anthropic, always", anthropicProtocol, provider.SchemaAlways, closedSchema, "output_config", tree(t,
			`{"format":{"type":"json_schema","schema":{"type":"object","properties":{"zone":{"type":"string"},"area":{"type":"string"}},"required":["zone","area"],"additionalProperties":false}}}`)},
		{"anthropic, open", anthropicProtocol, provider.SchemaAlways, openSchema, "output_config", nil},
		{"anthropic, broken", anthropicProtocol, provider.SchemaAlways, "{", "output_config", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := serve(t, tt.p.reply)
			m := tt.p.model(t, l, func(c *provider.Config) { c.Schema = tt.mode })
			for range 2 { // the second comes out of the cache
				req := ask("Hello?")
				req.Schema = []byte(tt.schema)
				_, err := generate(t, m, req, nil)
				require.NoError(t, err)
				require.Equal(t, tt.want, l.body(t)[tt.field])
			}
			_, err := generate(t, m, ask("Hello?"), nil)
			require.NoError(t, err)
			if tt.want != "" {
				require.NotContains(t, l.body(t), tt.field+"x")
				require.Empty(t, l.body(t)[tt.field], "a schema is of one call")
			}
		})
	}
}

func TestManySchemas(t *testing.T) {
	t.Parallel()
	l := serve(t, openaiProtocol.reply)
	m := openaiProtocol.model(t, l)
	for i := range 200 {
		req := ask("Hello?")
		req.Schema = []byte(`{"type":"object","title":"` + string(rune('a'+i%26)) + string(rune('a'+i/26)) + `"}`)
		_, err := generate(t, m, req, nil)
		require.NoError(t, err)
		require.Contains(t, l.body(t), "response_format")
	}
}

func TestReduce(t *testing.T) {
	t.Parallel()
	deep := `{"type":"object","additionalProperties":false}`
	for range 80 {
		deep = `{"type":"object","additionalProperties":false,"properties":{"a":` + deep + `}}`
	}
	for _, tt := range []struct {
		name, in, out string
		closed        bool
	}{
		{"keywords go", ` {"type":"string","minLength":1,"pattern":"^a","enum":["a"]}`, `{"type":"string","enum":["a"]}`, true},
		{
			"order stays", `{"type":"object","additionalProperties":false,"properties":{"z":{"type":"integer","minimum":1},"a":true}}`,
			`{"type":"object","additionalProperties":false,"properties":{"z":{"type":"integer"},"a":true}}`, false,
		},
		{
			"a property with the name of a keyword", `{"type":"object","additionalProperties":false,"properties":{"minimum":{"type":"string"}}}`,
			`{"type":"object","additionalProperties":false,"properties":{"minimum":{"type":"string"}}}`, true,
		},
		{
			"definitions and alternatives", `{"$defs":{"a":{"type":"object","additionalProperties":false}},"anyOf":[{"$ref":"#/$defs/a"},{"type":"array","items":{"type":"number","maximum":2}}]}`,
			`{"$defs":{"a":{"type":"object","additionalProperties":false}},"anyOf":[{"$ref":"#/$defs/a"},{"type":"array","items":{"type":"number"}}]}`, true,
		},
		{
			"an open object inside", `{"type":"object","additionalProperties":false,"properties":{"a":{"type":"object"}}}`,
			`{"type":"object","additionalProperties":false,"properties":{"a":{"type":"object"}}}`, false,
		},
		{"anything", `true`, `true`, false},
		{"empty", `{}`, `{}`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, closed := provider.Reduce([]byte(tt.in))
			require.Equal(t, tt.out, out)
			require.Equal(t, tt.closed, closed)
		})
	}
	_, closed := provider.Reduce([]byte(deep))
	require.False(t, closed, "too deep to tell")
}
