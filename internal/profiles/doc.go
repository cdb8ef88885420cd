// Package profiles holds five whole programmes as data: each with its purposes, notice, lists, attributes, recipients, house clocks and rules of
// retention. They are modelled on what real organisations promise; these organisations are invented. The demo plays them, tests
// use them, and whoever sets up a programme of their own can load the nearest and change it.
package profiles
