// Package cost is the room of money: what calls cost, and what they may cost.
//
// It holds the contract of budgets, [CostController], and [Meter], which
// reports what calls cost and enforces nothing. Amounts are integers:
// [makeready.Money] in nano-USD, [makeready.Price] in pico-USD per token,
// rounded once per call and upwards.
package cost

import "github.com/makeready-go/makeready"

// CostController admits spending before it happens.
type CostController = makeready.CostController
