package pipeline

import "errors"

// ErrCannotFind is returned by Endpoint.Find where the system cannot be searched by that field.
var ErrCannotFind = errors.New("this system cannot be searched by that field")

// The stable error codes. Catalogue tells cause and remedy of each; docs/errors.md is generated from it.
const (
	CodeInternal             Code = "internal"
	CodeDatabaseNotFound     Code = "database_not_found"
	CodeAccessDenied         Code = "access_denied"
	CodeConnectionTimeout    Code = "connection_timeout"
	CodeConnectionRefused    Code = "connection_refused"
	CodeConnectionLost       Code = "connection_lost"
	CodeTLSFailed            Code = "tls_failed"
	CodeFieldNotFound        Code = "field_not_found"
	CodeCategoryMapping      Code = "category_mapping_failed"
	CodeImageSync            Code = "image_sync_failed"
	CodeMediaStore           Code = "media_store_failed"
	CodeBucketNotFound       Code = "bucket_not_found"
	CodeClockSkew            Code = "clock_skew"
	CodeStockRejected        Code = "stock_rejected"
	CodeWarehouseNotFound    Code = "warehouse_not_found"
	CodeRateLimited          Code = "rate_limited"
	CodeServerError          Code = "server_error"
	CodeBadAnswer            Code = "bad_answer"
	CodeAnswerTooLarge       Code = "answer_too_large"
	CodeRecordRejected       Code = "record_rejected"
	CodeDuplicate            Code = "duplicate_record"
	CodeRecordGone           Code = "record_gone"
	CodeStale                Code = "record_moved"
	CodeAmbiguousMatch       Code = "ambiguous_match"
	CodeMappingFailed        Code = "mapping_failed"
	CodeFieldRequired        Code = "field_required"
	CodeParentMissing        Code = "parent_missing"
	CodeVariantRejected      Code = "variant_rejected"
	CodeListingIncomplete    Code = "listing_incomplete"
	CodeConflictNotFound     Code = "conflict_not_found"
	CodeConflictMoved        Code = "conflict_moved"
	CodeStateLocked          Code = "state_locked"
	CodeStateVersion         Code = "state_version"
	CodeStateDamaged         Code = "state_damaged"
	CodeStateDisk            Code = "state_disk"
	CodeOtherSystem          Code = "other_system"
	CodeLanguageNotInstalled Code = "language_not_installed"
	CodeBraked               Code = "brake_engaged"
	CodeNotBraked            Code = "not_braked"
	CodePaused               Code = "paused"
	CodeStopped              Code = "stopped"
	CodePipelineUnknown      Code = "pipeline_unknown"
	CodeUnsupportedVersion   Code = "unsupported_version"
	CodeModuleOff            Code = "module_off"
	CodeStaleRead            Code = "stale_read"
	CodeConfiguration        Code = "configuration_invalid"
	CodeUsage                Code = "usage"
	CodeSourceUnknown        Code = "source_unknown"
	CodeRecordUnknown        Code = "record_unknown"
	CodeResolutionRefused    Code = "resolution_refused"
	CodeListenFailed         Code = "listen_failed"
	CodeUnauthorized         Code = "unauthorized"
	CodeForbidden            Code = "forbidden"
	CodeWebhookRefused       Code = "webhook_refused"
	CodeWebhookBusy          Code = "webhook_busy"
	CodeWebhookOff           Code = "webhook_disabled"
	CodeTooManyAttempts      Code = "too_many_attempts"
	CodeTooBusy              Code = "too_busy"
	CodeDaemonLost           Code = "daemon_lost"
	CodePlanInvalid          Code = "plan_invalid"
	CodePlanOutdated         Code = "plan_outdated"
	CodeCycleUnknown         Code = "cycle_unknown"
	CodeReloaded             Code = "reloaded"
	CodeNeedsRestart         Code = "restart_needed"
	CodeNotWritten           Code = "files_not_written"
)

// CatalogueEntry explains one code.
type CatalogueEntry struct {
	Code           Code
	Meaning, Cause string
	Remedy         string // used where an Error brings no better one
}

// Catalogue lists every code, in the order of docs/errors.md.
func Catalogue() []CatalogueEntry {
	return []CatalogueEntry{
		{CodeDatabaseNotFound, "Odoo has no such database.", "`database` in the source block is misspelt, or the server serves another set of databases.", "Correct `database` in the source block; the name is the one shown in Odoo's database selector."},
		{CodeAccessDenied, "Credentials were refused, the user is disabled, or a right is missing.", "A wrong or expired key, a deactivated user, or a group that the user is not in; the message names the model and the operation where it is a right.", "Make a new key, or give the user the right that the message names, then run `tandem check`."},
		{CodeConnectionTimeout, "No answer in time.", "The server is overloaded, a firewall drops the packets, or `timeout` is too short for this server.", "Look whether the server answers from this machine; raise `timeout` in the source block if it is merely slow."},
		{CodeConnectionRefused, "Nobody listens at that host and port.", "The server is stopped, or `url` names the wrong host or port.", "Start the server or correct `url` in the source block."},
		{CodeConnectionLost, "The connection broke before the whole answer came.", "The server or a proxy restarted or closed the connection.", "Nothing to do if it passes: Tandem looks whether the call took effect and tries again. If it goes on, look at the server's log."},
		{CodeTLSFailed, "The TLS connection could not be made.", "The certificate is expired, self-signed or for another name.", "Correct the certificate, or the host name in `url`."},
		{CodeFieldNotFound, "A mapped field is not in the system.", "A misspelt field name, or the module that brings it is not installed.", "Correct the field's name in the mapping or install the module."},
		{CodeCategoryMapping, "The category is missing and may not be made, or the other side cannot hold its name.", "`categories { create = false }` and a product in a category that Odoo does not have; or a category whose name holds what separates levels on the other side.", "Make the category in Odoo, or set `create = true`; for a name, set another `separator` or name the category's counterpart in the mapping."},
		{CodeImageSync, "An image could not be carried over.", "It is over 10 MB, not JPEG, PNG or WebP, unreadable, or its address is not allowed.", "Replace the image, or allow its host in `images { hosts }`."},
		{CodeMediaStore, "The store of images cannot take or give an image.", "The disk is full, a quota is reached, or the directory may not be written.", "Make room, or correct the rights, as the message says."},
		{CodeBucketNotFound, "The bucket for images is not there.", "`bucket` in the media block is misspelt, or nobody has made it yet.", "Make the bucket, or correct `bucket` in the media block."},
		{CodeClockSkew, "The clocks of this machine and of the store of images differ too much.", "One of the two machines does not keep its clock by NTP.", "Set the clock of this machine (`timedatectl`), or that of the store."},
		{CodeStockRejected, "Odoo refuses the quantity.", "The product is not storable, or up to Odoo 18 tracked by lots or serial numbers; Odoo refuses the number; or it is less than what lies in lots, in packages or elsewhere in the warehouse, which is not counted.", "Make the product storable, count it in Odoo, or take it out of the pipeline with a filter."},
		{CodeWarehouseNotFound, "Odoo has no such warehouse, or several.", "`warehouse` in the stock block is not the short name of a warehouse that the user may see, or two companies have one of that name.", "Write the short name that Odoo shows under Inventory, Configuration, Warehouses; add `company` where several companies have it."},
		{CodeRateLimited, "The server asked to slow down.", "More requests than the plan allows.", "Nothing to do: Tandem waits as long as the server says. If it goes on, lengthen the schedule or ask for a higher limit."},
		{CodeServerError, "The server failed.", "A fault inside the server, or a proxy without a server behind it.", "Look at the server's log at that time; Tandem tries again."},
		{CodeBadAnswer, "The answer is not what this API gives.", "A proxy or login page answers in its place, the answer was cut off, or `url` points at something else.", "Open `url` in a browser or with curl and see who answers."},
		{CodeAnswerTooLarge, "The answer is larger than Tandem accepts.", "Something else than the API answers, or single records are enormous.", "See which record it is; take large fields out of the mapping."},
		{CodeRecordRejected, "The system refuses this record.", "A rule of the system, told in the message.", "Correct the record as the message says; it is tried again by itself, or with `tandem quarantine retry`."},
		{CodeDuplicate, "The system already has a record with that unique value.", "Two products share a barcode or EAN, or a packaging in Odoo has the barcode.", "Correct one of the two, or archive it; take the barcode off a packaging."},
		{CodeRecordGone, "The record is no longer there.", "It was deleted on that side.", "Nothing to do: the next full pass decides by the `deletes` policy."},
		{CodeStale, "The record changed between the decision and the write.", "Somebody edited it in that moment.", "Nothing to do: the next cycle decides anew."},
		{CodeAmbiguousMatch, "A record pairs with more than one on the other side.", "The same SKU or EAN on several products.", "Correct the duplicate that the message names, or choose another key in `match`."},
		{CodeMappingFailed, "A value could not be carried over.", "A transform failed for this value, or the other side cannot hold the result.", "Correct the value or the transform that the message names."},
		{CodeFieldRequired, "A required field is empty.", "The mapping or the system requires a value.", "Fill in the field on the side that lacks it."},
		{CodeParentMissing, "A variant's parent product cannot be found on the other side.", "The field that names the parent (`parent_sku`) names no product, several, or one that was not carried over itself: it waits in quarantine or in the inbox, or takes no part.", "Correct the parent's name at the variant, or look why the parent waits with `tandem quarantine`; the variant follows by itself."},
		{CodeVariantRejected, "A variant cannot be held as it is.", "Odoo makes variants of attributes and prices them by sums of extras: an attribute is missing, the combination is taken, the parent would change, or the price is no such sum.", "Do what the message says; a variant that fits no family can be a product of its own, without a parent."},
		{CodeListingIncomplete, "A listing ended early.", "The server stopped in the middle, or gave fewer rows than it announced.", "Nothing to do: nothing is taken as deleted, and the next cycle lists again."},
		{CodeConflictNotFound, "There is no such conflict.", "It was settled already, ended by itself, or the id is misspelt.", "List them with `tandem conflicts`."},
		{CodeConflictMoved, "A side has changed since the conflict was shown.", "Somebody edited the field in the meantime.", "Look at the conflict again and settle it anew."},
		{CodeStateLocked, "Another process uses the state directory.", "A daemon is running on it.", "Talk to the daemon (commands do so through its socket), or stop it first."},
		{CodeStateVersion, "The state was written by a newer Tandem.", "A downgrade.", "Install the newer version again, or move the directory away: Tandem then pairs the records anew and deletes nothing."},
		{CodeStateDamaged, "The state cannot be read.", "A disk fault, or files changed by hand.", "Move the directory away: Tandem pairs the records anew and deletes nothing."},
		{CodeStateDisk, "The state cannot be written.", "The disk is full or read-only.", "Make room; nothing was lost, and the next cycle goes on."},
		{CodeOtherSystem, "A source is another system than the one this state belongs to.", "`url` or `database` now names another server or database.", "Point the source back. If the other system is right, `tandem sync --adopt PIPELINE` pairs its records anew and deletes nothing."},
		{CodeLanguageNotInstalled, "The language is not installed in Odoo.", "`language` names a language that this database does not have.", "Install the language in Odoo (Settings, Translations), or correct `language`."},
		{CodeBraked, "A brake stopped the cycle before its first write.", "More is due than `limits` allow: a mapping or a source has changed, or a listing is short.", "See what is due with `tandem plan`; if it is right, `tandem approve PIPELINE` lets exactly that pass, once."},
		{CodeNotBraked, "There is nothing to approve.", "No brake is engaged, it was approved already, or it has stopped another cycle since it was shown.", "`tandem status` shows whether a pipeline is braked, and by what."},
		{CodePaused, "The pipeline is paused.", "Somebody paused it, with `tandem pause` or on its page; `tandem status` and the page tell who, when and why.", "`tandem resume PIPELINE` lets it go on."},
		{CodeStopped, "The work was stopped before its end.", "A signal, or the daemon was told to stop.", "Nothing to do: what was done is kept, the next cycle goes on where this one stopped."},
		{CodePipelineUnknown, "There is no such pipeline.", "A misspelt name.", "`tandem status` lists the pipelines."},
		{CodeUnsupportedVersion, "This version of the system is not supported.", "A server older or newer than Tandem knows.", "See docs for the versions that are supported."},
		{CodeModuleOff, "The system answers that this part of its API is off.", "A module of Products Manager is disabled, or the account has no access to it.", "Switch the module on, or ask Products Manager's support."},
		{CodeStaleRead, "The system still shows a record as it was before Tandem wrote it.", "Products Manager answers reads from a cache for a while after a write.", "Nothing to do: Tandem looks again."},
		{CodeConfiguration, "The configuration has errors.", "A misspelt name, a missing attribute or a wrong value; each is told with file and line.", "Correct them as told; `tandem validate` checks without touching anything."},
		{CodeUsage, "The command line is wrong.", "An unknown command or flag, or a missing argument.", "`tandem help COMMAND` shows how it is used."},
		{CodeSourceUnknown, "There is no such source.", "A misspelt label.", "Use the second label of a source block."},
		{CodeRecordUnknown, "No such record is known.", "The key or value is misspelt, or the record was never seen by a cycle.", "Give a key of either side, or the value of a `match` field such as the SKU."},
		{CodeResolutionRefused, "The conflict cannot be settled this way.", "The value is none that the field can take, or the conflict is about the record as a whole.", "Take one of the two sides: `tandem conflicts show ID` shows them."},
		{CodeListenFailed, "The daemon cannot listen at its address.", "Another process uses the port, or the address is not of this machine.", "Change `listen` in the daemon block, or stop the other process."},
		{CodeUnauthorized, "The call brought no valid token.", "The header is missing or the token is another.", "Send `Authorization: Bearer TOKEN` with the `token` of the daemon block; in a browser, log in at `/login`."},
		{CodeForbidden, "The call may not come from there.", "A web page of another site made the browser call the daemon, or the call names another host than this machine.", "Open the daemon's own address, as `listen` says it; set `token` in the daemon block to call it by another name."},
		{CodeWebhookRefused, "A webhook call was refused.", "Its secret or signature is not the one of the source's `webhook` block, its body is none of that system's, or it is more than a day old.", "Enter the address that `tandem check SOURCE` tells and the same secret on both sides; see docs/webhooks.md. Nothing is lost: the next poll finds what changed."},
		{CodeWebhookBusy, "A webhook call could not be taken now.", "More records wait than the queue holds, or the state cannot be written (a full disk).", "Nothing to do if it passes: Products Manager calls again, and the next poll finds what Odoo told. Else look why the pipeline does not run (`tandem status`), or make room on the disk."},
		{CodeWebhookOff, "Products Manager does not call Tandem.", "The webhook is not registered, or Products Manager switched it off after calls that failed for hours.", "`tandem webhook register SOURCE` makes it, or switches it on again."},
		{CodeTooManyAttempts, "Too many wrong tokens came from this address, or from all addresses together.", "A script with an old token, or somebody who guesses.", "Wait as long as `Retry-After` says. The log names the addresses; correct the script, or keep the address out."},
		{CodeTooBusy, "The daemon gives too many long answers at once.", "Many syncs, plans or live pages are open.", "Wait until some have ended, or close pages."},
		{CodeDaemonLost, "The daemon went away before it had answered.", "It was stopped, or it crashed.", "Look at its log, then run the command again: nothing is lost and nothing is done twice."},
		{CodePlanInvalid, "The file is not a plan that this state signed.", "It was changed, cut off, or made with another state directory.", "Make the plan anew: `tandem plan -out FILE`."},
		{CodePlanOutdated, "The plan was made under other rules.", "The pipeline's configuration changed since the plan was made.", "Make the plan anew and look at it: `tandem plan -out FILE`."},
		{CodeCycleUnknown, "No such cycle is in the history.", "The id is misspelt, the cycle wrote nothing, or the history no longer reaches back to it.", "`tandem history` names the cycles of the latest events."},
		{CodeReloaded, "The configuration was reloaded while a command waited for its turn.", "A cycle was under way, and its pipeline was changed or removed before the command's turn came.", "Give the command again; it uses the new configuration. Nothing was done."},
		{CodeNeedsRestart, "The new configuration changes what a running daemon cannot change.", "`state_dir`, `listen`, `public_url`, `tls`, `token` or the format of the log differs; the message names which.", "Restart the daemon to take everything in, or change those back: the old configuration runs on until then."},
		{CodeNotWritten, "The files of a new configuration could not be written.", "The disk is full, the directory may not be written to, or something of such a name is in it.", "Make room, correct the rights, or name another directory. Nothing was changed."},
		{CodeInternal, "Something that Tandem does not know.", "A fault in Tandem.", "Please report it with the log."},
	}
}

// RemedyOf returns e's remedy, or the catalogue's for its code.
func RemedyOf(e *Error) string {
	if e.Remedy != "" {
		return e.Remedy
	}
	for _, c := range Catalogue() {
		if c.Code == e.Code {
			return c.Remedy
		}
	}
	return ""
}
