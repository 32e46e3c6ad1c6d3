// Package paging reads a list that the server cuts into numbered pages while rows come, go and move,
// without skipping a row and without giving one twice.
//
// A page number is an offset. A row that is deleted before the offset pulls the rest up, and the row
// that slips from the head of the next page to the tail of the one just read is never seen. Counting
// does not show it: with a row made elsewhere in the same moment the total stays. So each page is asked
// for in a slightly smaller size, chosen so that it begins at or before the last row of the page before
// it (plan.go). If its first row was seen already, nothing slipped between the two; if not, the reading
// goes back until it is.
//
// Two things remain. Rows with equal sort keys have no order, and a database may give them differently
// for each page; and some servers ignore the size that they are asked for. In both cases the list is
// read again until a whole reading brings nothing new (read.go), and a list that gives fewer rows than it
// announces is an error, never a result.
//
// It keeps invariant 4 (no skip) and, for complete listings, invariant 5 (absence is not deletion).
package paging
