package validate_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/validate"
)

// ticket is a classification of realistic size.
type ticket struct {
	Intent     string   `json:"intent" jsonschema:"enum=billing,enum=returns,enum=shipping,enum=account"`
	Confidence float64  `json:"confidence" jsonschema:"minimum=0,maximum=1"`
	Summary    string   `json:"summary" jsonschema:"maxLength=2000"`
	Entities   []thing3 `json:"entities"`
	Urgent     bool     `json:"urgent"`
	OrderID    *string  `json:"order_id"`
}

type thing3 struct {
	Kind   string `json:"kind" jsonschema:"enum=order_id,enum=product,enum=amount,enum=date"`
	Value  string `json:"value"`
	Offset int    `json:"offset" jsonschema:"minimum=0"`
}

// document is a valid ticket of about size bytes.
func document(size int) string {
	var b strings.Builder
	b.WriteString(`{"intent": "billing", "confidence": 0.93, "summary": "The customer was charged twice for one order and asks for the second amount back.", "urgent": false, "order_id": null, "entities": [`)
	for i := 0; b.Len() < size-80; i++ {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `{"kind": "amount", "value": "%d.50 USD", "offset": %d}`, 10+i, 17*i)
	}
	b.WriteString("]}")
	return b.String()
}

func BenchmarkFor(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := validate.For[ticket](); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	p := parserFor[ticket](b)
	for _, size := range []int{2_000, 100_000} {
		text := document(size)
		b.Run(fmt.Sprintf("valid/%dKB", size/1000), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Validate(b.Context(), text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("invalid/%dKB", size/1000), func(b *testing.B) {
			wrong := strings.Replace(text, `"billing"`, `"money"`, 1)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Validate(b.Context(), wrong); err == nil {
					b.Fatal("accepted")
				}
			}
		})
		b.Run(fmt.Sprintf("json.Unmarshal/%dKB", size/1000), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				var v ticket
				if err := json.Unmarshal([]byte(text), &v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkGenerate(b *testing.B) {
	accepting := makeready.ValidatorFunc[int](func(context.Context, string) (int, error) { return 1, nil })
	wrong := strings.Replace(document(2000), `"billing"`, `"money"`, 1)
	right := document(2000)
	m := makeready.ModelFunc(func(_ context.Context, req makeready.Request) (makeready.Response, error) {
		if len(req.Messages) == 2 {
			return makeready.Response{Text: wrong}, nil
		}
		return makeready.Response{Text: right}, nil
	})
	req := ask()
	b.Run("accepted", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := validate.Generate(b.Context(), m, req, accepting, validate.Config{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("asked again", func(b *testing.B) {
		p := parserFor[ticket](b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := validate.Generate(b.Context(), m, req, p, validate.Config{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
