package endpointtest

import (
	"testing"
	"time"

	"github.com/tandem-sync/tandem/pipeline"
)

// Harness says how to reach a system and what it can do.
type Harness struct {
	// Open returns a new connection to the system; the suite closes it. It is called many times, and
	// every connection of one Run leads to the same system.
	Open func(t *testing.T) pipeline.Endpoint
	// Fields are the system's names of the fields that the suite uses.
	Fields Fields

	// Edit changes a record as somebody in the shop does, beside the endpoint. nil edits through Update
	// of a second connection.
	Edit func(t *testing.T, key pipeline.Key, fields pipeline.Values)
	// Delete takes a record away as somebody in the shop does; for a system that lets nobody delete through the
	// endpoint. nil deletes through Remove.
	Delete func(t *testing.T, key pipeline.Key)
	// CountCategories tells how many categories of that path the system has. nil leaves out the check
	// that no level is made twice.
	CountCategories func(t *testing.T, path string) int
	// Stored tells what the system makes of a value beyond Field.Canonical, for systems that do (padding
	// an EAN, say). nil stores what Canonical gives.
	Stored func(field string, canonical pipeline.Value) pipeline.Value

	// UniqueEAN: the system refuses a second record with the same value of Fields.EAN.
	UniqueEAN bool
	// KeyedByEAN: the value of Fields.EAN is a record's key, and no update changes it.
	KeyedByEAN bool
	// FindsRepeats: Create of a draft that was made already finds the record. Where the system
	// does not allow it, only Settle does.
	FindsRepeats bool

	// MoveStock makes the stock of a record that quantity, or less, as the warehouse does: beside the record
	// itself, so that the record shows no edit. nil edits the field.
	MoveStock func(t *testing.T, key pipeline.Key, quantity int64)
	// Unstorable makes a record of which the system keeps no stock. nil leaves out the check that a
	// quantity is refused there.
	Unstorable func(t *testing.T) pipeline.Key

	// EditImage gives a record another image as somebody in the shop does; nil data takes it away. nil edits through
	// Update of a second connection.
	EditImage func(t *testing.T, key pipeline.Key, data []byte)
	// Serve returns an address at which a system that takes images by address can fetch one.
	Serve func(t *testing.T, data []byte, contentType string) (address string)

	// Family tells how variants of a product are records of their own. nil is a system that has none.
	Family *Family

	// Now is this process's clock as the endpoint was given it; nil is time.Now.
	Now func() time.Time
	// Wait lets time pass on the system's clock; nil is time.Sleep.
	Wait func(time.Duration)
}

// Fields are the names of fields in one system. Title and SKU are required; what a system does not have
// is "" and its tests are skipped.
type Fields struct {
	Title, SKU, EAN, Description string // texts; Description of several lines
	Price, Cost, Weight          string // numbers
	Category                     string // a path
	Active                       string // a bool, false for archived records
	Custom                       string // a text field of this installation alone
	Stock                        string // a number: the quantity in stock
	Image                        string // an image
}

// Family is what a system makes of a product with variants. A system that only notes which product a record
// is a variant of has no Shared and no Own.
type Family struct {
	// Parent and Attributes are the fields that name a variant's parent, and tell it from other variants.
	Parent, Attributes string
	// Shared are those of Fields that a variant has of its parent, Own those that only variants have, Attributes
	// among them.
	Shared, Own []string
	// TakesAlong: an archived parent takes its variants along.
	TakesAlong bool
}

// all returns the names that are there.
func (f Fields) all() []string {
	var names []string
	for _, name := range []string{f.Title, f.SKU, f.EAN, f.Description, f.Price, f.Cost, f.Weight, f.Category, f.Active, f.Custom, f.Stock, f.Image} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Run tests an endpoint. It needs no more than some seconds of waiting for stamps to settle.
func Run(t *testing.T, h Harness) {
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Wait == nil {
		h.Wait = time.Sleep
	}
	if h.Stored == nil {
		h.Stored = func(_ string, v pipeline.Value) pipeline.Value { return v }
	}
	for _, c := range []struct {
		name string
		test func(*session)
	}{
		{"Describe", describe},
		{"CreateReadsBack", createReadsBack},
		{"CreateInactive", createInactive},
		{"CreateNothing", createNothing},
		{"CreateRefusesOnlyTheBad", createRefusesOnlyTheBad},
		{"CreateAgainFindsTheFirst", createAgainFindsTheFirst},
		{"SettleFindsWhatWasMade", settleFindsWhatWasMade},
		{"SettleFindsNothingElse", settleFindsNothingElse},
		{"UpdateIsPartial", updateIsPartial},
		{"UpdateToNullClears", updateToNullClears},
		{"UpdateRefusesOnlyTheBad", updateRefusesOnlyTheBad},
		{"UpdateOfWhatIsGone", updateOfWhatIsGone},
		{"TextsSurvive", textsSurvive},
		{"TextsThatCannotBeSent", textsThatCannotBeSent},
		{"DecimalsSurvive", decimalsSurvive},
		{"CategoriesAreMade", categoriesAreMade},
		{"ArchiveAndBack", archiveAndBack},
		{"ArchivedIsWrittenTruly", archivedIsWrittenTruly},
		{"StockIsWritten", stockIsWritten},
		{"StockIsSeen", stockIsSeen},
		{"StockIsRefused", stockIsRefused},
		{"ImagesAreWritten", imagesAreWritten},
		{"ImagesAreSeen", imagesAreSeen},
		{"ImagesAreRead", imagesAreRead},
		{"ImagesThatFailAreAlone", imagesThatFailAreAlone},
		{"ImagesAreSettled", imagesAreSettled},
		{"FetchOmitsWhatIsGone", fetchOmitsWhatIsGone},
		{"FetchGivesTheFieldsAskedFor", fetchGivesTheFieldsAskedFor},
		{"ListIsComplete", listIsComplete},
		{"ListEndsWithYield", listEndsWithYield},
		{"ChangesSeeCreatesEditsArchives", changesSeeCreatesEditsArchives},
		{"ChangesSeeEveryField", changesSeeEveryField},
		{"StampsAgree", stampsAgree},
		{"SettledPromisesAnotherStamp", settledPromisesAnotherStamp},
		{"ModifiedIsOnOurClock", modifiedIsOnOurClock},
		{"FindExactly", findExactly},
		{"RemoveArchives", removeArchives},
		{"RemoveDeletes", removeDeletes},
		{"FamilyIsMade", familyIsMade},
		{"FamilyIsSettled", familyIsSettled},
		{"FamilyIsListed", familyIsListed},
		{"FamilyVariantIsEdited", familyVariantIsEdited},
		{"FamilyParentIsEdited", familyParentIsEdited},
		{"FamilyRefusesOnlyTheBad", familyRefusesOnlyTheBad},
		{"FamilyIsArchived", familyIsArchived},
		{"FamilyLosesAVariant", familyLosesAVariant},
		{"FamilyIsDeletedTogether", familyIsDeletedTogether},
		{"CancelledContext", cancelledContext},
		{"SeveralGoroutines", severalGoroutines},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(newSession(t, h)) })
	}
}
