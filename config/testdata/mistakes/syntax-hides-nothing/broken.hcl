locals {
  vat = 1.20
