// Package write is the last stage: it carries the mutations out and brings what came of it into the
// state. For each batch:
//
//  1. check.go: immediately before the write, the target still is what was decided upon, else the item
//     is stale; a record about to be made does not exist yet.
//  2. the intents are made durable (Invariant 3: intent before effect).
//  3. send.go: the writes, each side's on its own; after a lost answer it looks before it tries again,
//     so that nothing is ever made twice.
//  4. commit.go: links and bases from what the sides then hold (Invariant 2: state follows the world),
//     conflicts, quarantine and history, in one atomic commit.
//
// recover.go settles, at the start of a cycle, what a crash left between 2 and 4.
package write
