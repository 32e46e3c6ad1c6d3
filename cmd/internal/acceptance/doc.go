// Package acceptance holds the product to its main promises as a whole: the real configuration, daemon,
// endpoints and state, against the stand-ins or, where TANDEM_TEST_ODOO_* name one, a real Odoo.
//
// It is made of tests only. The tests that use the shared catalogue say so and are left out where it is
// not there; the others make their own products.
package acceptance
