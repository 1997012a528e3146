package googleai

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/tmc/langchaingo/llms/googleai"
	"google.golang.org/api/option"
	"google.golang.org/api/option/internaloption"
	gtransport "google.golang.org/api/transport/grpc"
	"google.golang.org/grpc"
)

// New makes a model of Google's that speaks Google's own protocol. Model and
// Key of c are required; BaseURL is where a proxy listens, without "/v1beta".
// Ctx is for the construction only.
func New(ctx context.Context, c provider.Config) (makeready.Model, error) {
	switch {
	case c.Model == "":
		return nil, errors.New("googleai: Config.Model is empty; name Google's model")
	case c.Key == "":
		return nil, errors.New("googleai: Config.Key is empty")
	}
	if c.Provider == "" {
		c.Provider = "google"
	}
	client := new(http.Client)
	if c.Client != nil {
		*client = *c.Client
	}
	client.Transport = &keyed{key: c.Key, next: &provider.Transport{Base: client.Transport}}
	options := []googleai.Option{
		googleai.WithAPIKey(c.Key), googleai.WithDefaultModel(c.Model), googleai.WithHTTPClient(client), withoutGRPC,
	}
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, errors.New("googleai: Config.BaseURL is no http or https URL")
		}
		options = append(options, func(o *googleai.Options) {
			o.ClientOptions = append(o.ClientOptions, option.WithEndpoint(strings.TrimRight(c.BaseURL, "/")))
		})
	}
	llm, err := googleai.New(ctx, options...)
	if err != nil { // its text may name what it was given
		return nil, errors.New("googleai: Google's client refuses the configuration")
	}
	c.Key, c.BaseURL, c.Client = "", "", nil // they are in the client now
	return provider.New(&door{llm: llm, model: c.Model}, c)
}

// keyed adds the key to requests: Google's client drops it when it is given an
// HTTP client.
type keyed struct {
	key  string
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (k *keyed) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("X-Goog-Api-Key", k.key)
	return k.next.RoundTrip(req)
}

// withoutGRPC keeps Google's client from dialing: beside its HTTP clients it
// makes one for caches that knows gRPC only, connects at once and is never
// closed. Nothing here uses it.
func withoutGRPC(o *googleai.Options) {
	o.ClientOptions = append(o.ClientOptions,
		gtransport.WithConnPool(noConns{}), internaloption.SkipDialSettingsValidation()) // which forbids HTTP beside gRPC
}

type noConns struct{}

var errNoGRPC = errors.New("googleai: there is no gRPC here")

// Conn returns nil: there is none.
func (noConns) Conn() *grpc.ClientConn { return nil }

// Num returns 0.
func (noConns) Num() int { return 0 }

// Close does nothing.
func (noConns) Close() error { return nil }

// Invoke returns an error.
func (noConns) Invoke(context.Context, string, any, any, ...grpc.CallOption) error { return errNoGRPC }

// NewStream returns an error.
func (noConns) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errNoGRPC
}
