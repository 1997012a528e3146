// Package stats is the arithmetic of evaluation: how sure a figure is, whether
// two prompts differ, how many cases it takes to know, and what a model's
// confidence is worth.
//
// # Which to use
//
//	pass rate of a suite             Proportion.Wilson
//	rate of violations or leaks      Proportion.UpperBound, ClopperPearson
//	mean of a score                  Mean, then Estimate.Interval
//	macro F1, median, any other      Bootstrap.Interval
//	candidate against baseline       Gate.Decide: Pass, Regression, Inconclusive
//	the same, looked at repeatedly   Gate{Anytime: true}
//	several metrics at one gate      Holm
//	repeated trials of a case        PassAtK, PassHatK
//	how many cases                   Design.Cases, Design.Detectable
//	agreement of two raters          CohenKappa
//	confidence of a classifier       Predictions
//
// Cases that come from one conversation, one document or one intent are not
// independent. Functions that take clusters take one name per case, and nil
// when every case stands alone.
//
// # Conventions
//
// Levels, rates, confidences and probabilities are fractions from 0 to 1. A
// level of 0.95 means an interval that misses the truth in at most, or about,
// 5 of 100 repetitions; which of the two, the function says. Wins are cases
// that the candidate gets right and the baseline gets wrong.
//
// # Failure
//
// Input that cannot be, such as NaN, negative counts or lists of different
// lengths, is an error. A figure that does not exist for input that can be is
// [ErrUndefined]. Nothing panics.
//
// # Determinism and concurrency
//
// Equal input gives equal output on every run and replica of one architecture;
// what resamples takes a seed. All types are plain values, functions keep no
// state and may be called from many goroutines.
package stats
