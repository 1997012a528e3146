package provider

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/makeready-go/makeready"
	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"
)

// Where the APIs begin.
const (
	openaiURL    = "https://api.openai.com/v1"
	anthropicURL = "https://api.anthropic.com/v1"
	googleURL    = "https://generativelanguage.googleapis.com/v1beta/openai"
	ollamaURL    = "http://127.0.0.1:11434"
)

// OpenAI makes a model of OpenAI's, or of any server that speaks the chat
// completions protocol at Config.BaseURL: vLLM, llama.cpp, OpenRouter, Groq,
// Mistral, DeepSeek and many more. Model and Key are required.
func OpenAI(c Config) (makeready.Model, error) {
	return chatCompletions("OpenAI", "openai", openaiURL, c)
}

// Google makes a model of Google's through its OpenAI-compatible endpoint.
// Model and Key are required. The module provider/googleai speaks Google's own
// protocol and brings some thirty more modules with it.
func Google(c Config) (makeready.Model, error) {
	return chatCompletions("Google", "google", googleURL, c)
}

func chatCompletions(constructor, name, base string, c Config) (makeready.Model, error) {
	client, err := c.prepare(constructor, name, base, true)
	if err != nil {
		return nil, err
	}
	// What is not given here, langchaingo takes from the environment.
	llm, err := openai.New(openai.WithToken(c.Key), openai.WithModel(c.Model), openai.WithBaseURL(c.BaseURL),
		openai.WithOrganization(""), openai.WithHTTPClient(client))
	return c.finish(constructor, llm, err)
}

// Anthropic makes a model of Anthropic's. Model and Key are required.
func Anthropic(c Config) (makeready.Model, error) {
	client, err := c.prepare("Anthropic", "anthropic", anthropicURL, true)
	if err != nil {
		return nil, err
	}
	llm, err := anthropic.New(anthropic.WithToken(c.Key), anthropic.WithModel(c.Model), anthropic.WithBaseURL(c.BaseURL),
		anthropic.WithHTTPClient(client))
	return c.finish("Anthropic", llm, err)
}

// Ollama makes a model of an Ollama server, by default of the one on this
// machine, http://127.0.0.1:11434. Model is required. A Key, if there is one,
// is sent as a bearer token, for servers behind a gateway.
func Ollama(c Config) (makeready.Model, error) {
	client, err := c.prepare("Ollama", "ollama", ollamaURL, false)
	if err != nil {
		return nil, err
	}
	if c.Key != "" {
		client.Transport = &bearer{key: c.Key, next: client.Transport}
	}
	llm, err := ollama.New(ollama.WithModel(c.Model), ollama.WithServerURL(c.BaseURL), ollama.WithHTTPClient(client))
	return c.finish("Ollama", llm, err)
}

// prepare checks c, fills in what it leaves out, and makes its HTTP client.
func (c *Config) prepare(constructor, name, base string, needsKey bool) (*http.Client, error) {
	switch {
	case c.Model == "":
		return nil, fmt.Errorf("provider: %s: Config.Model is empty; name the provider's model", constructor)
	case needsKey && c.Key == "":
		return nil, fmt.Errorf("provider: %s: Config.Key is empty; for a server that checks none, give any word", constructor)
	}
	if c.Provider == "" {
		c.Provider = name
	}
	if c.BaseURL == "" {
		c.BaseURL = base
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("provider: %s: Config.BaseURL is no http or https URL", constructor)
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	client := new(http.Client)
	if c.Client != nil {
		*client = *c.Client
	}
	client.Transport = &Transport{Base: client.Transport}
	return client, nil
}

func (c *Config) finish(constructor string, llm llms.Model, err error) (makeready.Model, error) {
	if err != nil { // its text is langchaingo's and may name what it was given
		return nil, fmt.Errorf("provider: %s: langchaingo refuses the configuration", constructor)
	}
	c.Key, c.BaseURL, c.Client = "", "", nil // they are in the client now
	return New(llm, *c)
}

// bearer adds a key to requests that have none.
type bearer struct {
	key  string
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+b.key)
	return b.next.RoundTrip(req)
}
