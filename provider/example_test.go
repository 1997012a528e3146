package provider_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
	"github.com/makeready-go/makeready/provider"
	"github.com/tmc/langchaingo/llms/openai"
)

// question is what the examples ask.
func question() makeready.Request {
	return makeready.Request{
		Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "Where is my parcel?"}},
		Params:   makeready.Params{Temperature: new(0.0), MaxTokens: 100},
	}
}

// script answers every question.
func script() *modeltest.Script {
	s := modeltest.NewScript(nil)
	s.When(nil).Always(modeltest.Text("It left us this morning."))
	return s
}

// In production only the key is given. A server on this machine stands for the
// provider here.
func ExampleOpenAI() {
	server := modeltest.NewServer(nil, script())
	defer server.Close()

	model, err := provider.OpenAI(provider.Config{
		Model:   "gpt-4o-mini",
		Key:     "sk-...",
		BaseURL: server.URL + "/v1",
		Client:  server.Client(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := model.Generate(context.Background(), question())
	fmt.Println(resp.Text, resp.Stop, resp.Usage.Source, err)
	// Output: It left us this morning. end reported <nil>
}

// A stream shows the answer as it is made.
func ExampleAnthropic() {
	server := modeltest.NewServer(nil, script())
	defer server.Close()

	model, err := provider.Anthropic(provider.Config{
		Model: "claude-sonnet-4-5", Key: "sk-ant-...", BaseURL: server.URL + "/v1", Client: server.Client(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	req := question()
	req.Stream = func(c makeready.Chunk) error {
		fmt.Printf("%q ", c.Text)
		return nil
	}
	_, err = model.Generate(context.Background(), req)
	fmt.Println(err)
	// Output: "It " "left " "us " "this " "morning." <nil>
}

func ExampleOllama() {
	server := modeltest.NewServer(nil, script())
	defer server.Close()

	model, err := provider.Ollama(provider.Config{
		Model:   "llama3.2",
		BaseURL: server.URL, // left out, it is http://127.0.0.1:11434
		Client:  server.Client(),
		Timeout: time.Minute,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := model.Generate(context.Background(), question())
	fmt.Println(resp.Text, err)
	// Output: It left us this morning. <nil>
}

func ExampleGoogle() {
	server := modeltest.NewServer(nil, script())
	defer server.Close()

	model, err := provider.Google(provider.Config{
		Model: "gemini-2.5-flash", Key: "AIza...", BaseURL: server.URL + "/v1beta/openai", Client: server.Client(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := model.Generate(context.Background(), question())
	fmt.Println(resp.Text, err)
	// Output: It left us this morning. <nil>
}

// Any model of langchaingo's will do. Its client is built with a Transport
// where it takes an HTTP client.
func ExampleNew() {
	server := modeltest.NewServer(nil, script())
	defer server.Close()

	client := &http.Client{Transport: &provider.Transport{Base: server.Client().Transport}}
	llm, err := openai.New(openai.WithToken("sk-..."), openai.WithModel("gpt-4o-mini"),
		openai.WithBaseURL(server.URL+"/v1"), openai.WithHTTPClient(client))
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := provider.New(llm, provider.Config{Provider: "openai", Model: "gpt-4o-mini"})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := model.Generate(context.Background(), question())
	fmt.Println(resp.Text, err)
	// Output: It left us this morning. <nil>
}

// What a Transport knows about a failure: whether to try again, and when.
func ExampleTransport() {
	server := modeltest.NewServer(nil, modeltest.NewScript(nil,
		modeltest.Reply{Fault: modeltest.RateLimited, RetryAfter: 7 * time.Second},
		modeltest.Reply{Text: "It left us this morning.", Fault: modeltest.CutStream},
	))
	defer server.Close()
	model, err := provider.OpenAI(provider.Config{
		Model: "gpt-4o-mini", Key: "sk-...", BaseURL: server.URL + "/v1", Client: server.Client(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = model.Generate(context.Background(), question())
	if me, ok := errors.AsType[*makeready.ModelError](err); ok {
		fmt.Println(me.Kind, me.Status, me.RetryAfter, me.Retryable())
	}

	req := question()
	req.Stream = func(makeready.Chunk) error { return nil }
	resp, err := model.Generate(context.Background(), req)
	fmt.Printf("%q %v %v\n", resp.Text, resp.Usage.Source, errors.Is(err, makeready.ErrIncompleteStream))
	// Output:
	// rate_limited 429 7s true
	// "" estimated true
}

// The cause of a failure, in a word that is safe to print.
func ExampleFaultError() {
	server := modeltest.NewServer(nil, modeltest.NewScript(nil, modeltest.Reply{Fault: modeltest.ContextLength}))
	defer server.Close()
	model, err := provider.OpenAI(provider.Config{
		Model: "gpt-4o-mini", Key: "sk-...", BaseURL: server.URL + "/v1", Client: server.Client(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = model.Generate(context.Background(), question())
	if fault, ok := errors.AsType[*provider.FaultError](err); ok {
		fmt.Println(fault.Code)
	}
	// Output: context_length_exceeded
}

// A server that knows no schemas is asked for any JSON.
func ExampleSchemaMode() {
	server := modeltest.NewServer(nil, script())
	defer server.Close()
	model, err := provider.OpenAI(provider.Config{
		Model: "m-1", Key: "none", BaseURL: server.URL + "/v1", Client: server.Client(), Schema: provider.SchemaJSON,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	req := question()
	req.Schema = []byte(`{"type":"object","properties":{"where":{"type":"string"}}}`)
	_, err = model.Generate(context.Background(), req)
	format, _ := server.Requests()[0].Field("response_format")
	fmt.Println(format, err)
	// Output: {"type":"json_object"} <nil>
}

func ExampleNewEmbedder() {
	server := modeltest.NewServer(nil, script())
	defer server.Close()

	client := &http.Client{Transport: &provider.Transport{Base: server.Client().Transport}}
	llm, err := openai.New(openai.WithToken("sk-..."), openai.WithBaseURL(server.URL+"/v1"),
		openai.WithEmbeddingModel("text-embedding-3-small"), openai.WithHTTPClient(client))
	if err != nil {
		fmt.Println(err)
		return
	}
	embedder, err := provider.NewEmbedder(llm, provider.EmbedderConfig{Provider: "openai", Model: "text-embedding-3-small"})
	if err != nil {
		fmt.Println(err)
		return
	}
	vectors, err := embedder.Embed(context.Background(), []string{"my parcel", "a refund"})
	fmt.Println(len(vectors), len(vectors[0]) == len(vectors[1]), err)
	// Output: 2 true <nil>
}
