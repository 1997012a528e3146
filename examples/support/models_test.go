package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
	"github.com/makeready-go/makeready/examples/support/standin"
)

// The example over the wire: a loopback server that speaks the provider's
// protocol and whose mind is the stand-in. Outcomes are those of the run
// without a wire, also when the first replies are malformed.
func TestProvidersGiveTheOutcomesOfTheOfflineRun(t *testing.T) {
	messages := []string{
		"I was overcharged on my last bill", "Where is my parcel?", "How long is the warranty on your speakers?", "qwpo zzkf lmrr vvtx",
	}
	for _, name := range []string{"openai", "anthropic", "ollama", "google"} {
		for _, faults := range []int{0, 1} {
			for _, message := range messages {
				mind := standin.New(standin.Config{Faults: faults})
				script := modeltest.NewScript(t)
				script.When(func(makeready.Request) bool { return true }).ReplyFunc(func(req makeready.Request) modeltest.Reply {
					resp, err := mind.Generate(t.Context(), req)
					if err != nil {
						t.Error(err)
					}
					return modeltest.Reply{Text: resp.Text, Stop: resp.Stop}
				})
				server := modeltest.NewServer(t, script)
				m, err := online(name, "loopback", server.URL+"/v1", func(string) string { return "a-key" })
				require.NoError(t, err)
				support, err := newSupport(files, m)
				require.NoError(t, err)

				got, err := desk{support: support}.answer(t.Context(), message, nil)
				require.NoError(t, err, "%s: %s", name, message)
				want := newDesk(t, "", nil).mustAnswer(t, message)
				require.Equal(t, want.Result.Outcome, got.Result.Outcome, "%s: %s", name, message)
				require.Equal(t, want.Result.Value, got.Result.Value)
				require.Equal(t, want.Intent, got.Intent)
				require.Equal(t, makeready.UsageReported, got.Result.Record.Usage().Source)
				if faults > 0 {
					require.Greater(t, got.Result.Record.Calls(), want.Result.Record.Calls())
				}
			}
		}
	}
}

// The parameters of the prompt file are what the provider sees.
func TestParametersReachTheProvider(t *testing.T) {
	script := modeltest.NewScript(t)
	mind := standin.New(standin.Config{})
	script.When(func(makeready.Request) bool { return true }).ReplyFunc(func(req makeready.Request) modeltest.Reply {
		resp, _ := mind.Generate(t.Context(), req)
		return modeltest.Text(resp.Text)
	})
	server := modeltest.NewServer(t, script)
	m, err := online("openai", "loopback", server.URL+"/v1", func(string) string { return "a-key" })
	require.NoError(t, err)
	support, err := newSupport(files, m)
	require.NoError(t, err)
	_, err = desk{support: support}.answer(t.Context(), "I was overcharged on my last bill", nil)
	require.NoError(t, err)

	sent := server.Requests()
	require.Len(t, sent, 3)
	field := func(i int, name string) string {
		v, ok := sent[i].Field(name)
		if !ok {
			return "not sent"
		}
		return v
	}
	require.Equal(t, "0.3", field(0, "temperature"))
	require.Equal(t, "100", field(0, "max_tokens"))
	require.Equal(t, "0", field(1, "temperature"), "zero is sent")
	require.Equal(t, "not sent", field(0, "top_p"), "what is not set is not sent")
}

func TestProviderFlags(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "")
	for name, tt := range map[string]struct {
		args string
		want string
	}{
		"unknown":       {"-provider PLANTED hi", "use one of anthropic, google, ollama, openai"},
		"no model":      {"-provider ollama hi", "needs -model"},
		"no key":        {"-provider openai -model m hi", "OPENAI_API_KEY"},
		"model alone":   {"-model m hi", "go with -provider"},
		"broken server": {"-provider ollama -model m -base-url ftp://x hi", "no http or https URL"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errOut := program(t, "", strings.Fields(tt.args)...)
			require.Equal(t, exitUsage, code)
			require.Contains(t, errOut, tt.want)
			require.NotContains(t, errOut, "PLANTED")
		})
	}
}

func TestProgramExplainsADeadServer(t *testing.T) {
	server := modeltest.NewServer(t, modeltest.NewScript(t))
	server.Close()
	code, out, errOut := program(t, "", "-provider", "ollama", "-model", "loopback", "-base-url", server.URL, "hi there")
	require.Equal(t, exitFailed, code)
	require.Contains(t, errOut, "connection refused")
	require.Contains(t, out, "went wrong on our side")
}

func TestProgramAsksARealServer(t *testing.T) {
	mind := standin.New(standin.Config{})
	script := modeltest.NewScript(t)
	script.When(func(makeready.Request) bool { return true }).ReplyFunc(func(req makeready.Request) modeltest.Reply {
		resp, _ := mind.Generate(t.Context(), req)
		return modeltest.Text(resp.Text)
	})
	server := modeltest.NewServer(t, script)
	code, out, errOut := program(t, "", "-provider", "ollama", "-model", "loopback", "-base-url", server.URL, "Where is my parcel?")
	require.Zero(t, code, errOut)
	require.Contains(t, errOut, "loopback of ollama")
	require.NotContains(t, errOut, "stand-in")
	require.Contains(t, out, "needs_input")
}
