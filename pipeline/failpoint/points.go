package failpoint

// The points. Those of the write stage come in the order in which a batch passes them.
const (
	CycleDecided     = "cycle.decided"       // everything is decided, nothing written
	WriteChecked     = "write.checked"       // the targets are what was decided upon
	WriteIntended    = "write.intended"      // the intents are durable
	SourceRequest    = "source.request"      // a source answered one request, of whatever kind
	WriteSent        = "write.sent"          // an endpoint's call is over, its receipts not looked at
	WriteLooked      = "write.looked"        // after a lost answer: it is known what took effect
	WriteReadBack    = "write.read_back"     // what one kind of writes left behind is known
	WriteBefore      = "write.before_commit" // all of the batch is sent, nothing of it in the state
	WriteCommitted   = "write.committed"     // the batch is in the state
	RecoverLooked    = "recover.looked"      // it is known what became of an interrupted cycle's intents
	RecoverCommitted = "recover.committed"   // that is in the state
	CycleBeforeMove  = "cycle.before_move"   // everything is handled, the cursors are where they were
	CycleMoved       = "cycle.moved"         // the cursors have moved
)

// Points lists them all.
func Points() []string {
	return []string{
		CycleDecided, WriteChecked, WriteIntended, SourceRequest, WriteSent, WriteLooked, WriteReadBack, WriteBefore,
		WriteCommitted, RecoverLooked, RecoverCommitted, CycleBeforeMove, CycleMoved,
	}
}
