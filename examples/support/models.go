package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/cost"
	"github.com/makeready-go/makeready/examples/support/standin"
	"github.com/makeready-go/makeready/provider"
)

// models are those of the stages: a small one to classify and to gather, a
// large one to write.
type models struct {
	small, large makeready.Model
}

// The prices of the stand-ins are invented, in the proportion in which small
// and large models are priced: US dollars per million tokens, in and out.
var (
	smallPrice = makeready.Price{Input: 150_000, Output: 600_000}      // $0.15, $0.60
	largePrice = makeready.Price{Input: 2_500_000, Output: 10_000_000} // $2.50, $10.00
)

// offline are the stand-ins: one behavior under two names and prices.
func offline() models {
	return models{
		small: makeready.Wrap(makeready.Leaf("offline", "stand-in-small", standin.New(standin.Config{})), cost.Meter(smallPrice)),
		large: makeready.Wrap(makeready.Leaf("offline", "stand-in-large", standin.New(standin.Config{})), cost.Meter(largePrice)),
	}
}

// A maker is a provider by its name, and the environment variable that holds
// its key.
type maker struct {
	make func(provider.Config) (makeready.Model, error)
	key  string
}

var makers = map[string]maker{
	"openai":    {provider.OpenAI, "OPENAI_API_KEY"},
	"anthropic": {provider.Anthropic, "ANTHROPIC_API_KEY"},
	"google":    {provider.Google, "GEMINI_API_KEY"},
	"ollama":    {provider.Ollama, ""},
}

// online makes the model that the flags name. It serves all stages, without
// prices: what it costs is the provider's to say.
func online(name, model, baseURL string, getenv func(string) string) (models, error) {
	m, ok := makers[name]
	switch {
	case !ok:
		return models{}, fmt.Errorf("-provider: use one of %s", strings.Join(slices.Sorted(maps.Keys(makers)), ", "))
	case model == "":
		return models{}, fmt.Errorf("-provider %s needs -model, the provider's name of the model", name)
	}
	c := provider.Config{Model: model, BaseURL: baseURL}
	if m.key != "" {
		if c.Key = getenv(m.key); c.Key == "" {
			return models{}, fmt.Errorf("-provider %s needs a key in %s; for a server that checks none, set it to any word", name, m.key)
		}
	}
	served, err := m.make(c)
	if err != nil {
		return models{}, err
	}
	return models{small: served, large: served}, nil
}
