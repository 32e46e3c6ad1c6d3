// Package orm is the part of the stand-in Odoo server that knows nothing of products: typed fields,
// tables in memory with transactions, domains, ordering, translation, reading, writing, `load`, and the
// texts of the faults, as Odoo's own ORM does them.
//
// A [Database] has one lock. Reading calls share it and writing calls hold it alone, so a transaction
// is seen whole or not at all; it is stamped with the time at which its call arrived, which may be long
// before it commits. Every change goes through a [Tx], which keeps what is needed to undo it.
//
// What differs between Odoo's versions stands in one table, dialect.go, and nowhere else.
//
// Read dialect.go, field.go and model.go first, then table.go and tx.go for the storage, env.go for the
// context of a call, domain.go, leaf.go, scalar.go and relation.go for searching, write.go and read.go,
// and call.go and methods.go for what can be called from outside. Models are declared by package models.
package orm
