// Package exact converts between the decimals of records (package decimal) and the numbers of
// expressions (cty: binary floats of 512 bits), so that a decimal that goes in and comes out again is the
// same, and 19.99 * 1.2 is 23.988 and nothing else.
package exact
