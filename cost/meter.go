package cost

import (
	"context"

	"github.com/makeready-go/makeready"
)

// ReasonUsageUnknown is the reason of a charge for a call whose tokens nobody
// counted.
const ReasonUsageUnknown = "usage_unknown"

// Meter reports what every call costs at price p, as a charge in the run's
// record. It belongs directly around the [makeready.Leaf] that it prices.
// Calls that failed are charged for the usage that came back with the error.
// A call without any usage is charged with nothing, and the charge's reason says
// so. Meter refuses nothing: use it where spending is watched and not bounded.
func Meter(p makeready.Price) makeready.Middleware {
	return func(next makeready.Model) makeready.Model {
		return makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
			resp, err := next.Generate(ctx, req)
			if opCtx, op := makeready.Begin(ctx, makeready.Op{Kind: makeready.OpCharge, Name: "charge"}); op != nil {
				op.Price, op.Cost = p, p.Cost(resp.Usage)
				if resp.Usage.Source == makeready.UsageUnknown {
					op.Reason = ReasonUsageUnknown
				}
				op.End(opCtx, nil)
			}
			return resp, err
		})
	}
}
