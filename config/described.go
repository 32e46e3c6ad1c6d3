package config

import (
	"strings"

	"github.com/tandem-sync/tandem/config/internal/block"
	"github.com/tandem-sync/tandem/pipeline"
)

// nestedShapes returns the shape of each block by its path. Those that are not here are made per block.
func nestedShapes() map[string]block.Shape {
	return map[string]block.Shape{
		"daemon": daemonShape(), "daemon.log": logShape(), "daemon.tls": tlsShape(), "variable": variableShape(), "mapping": sharedMappingShape(),
		"pipeline": pipelineShape(), "pipeline.filter": filterShape(), "pipeline.schedule": scheduleShape(), "pipeline.mapping": mappingShape(),
		"pipeline.conflict": conflictShape(), "pipeline.conflict.field": conflictFieldShape(), "pipeline.limits": limitsShape(),
	}
}

// described returns what is said of the blocks and attributes of those shapes, by path.
func described() map[string]Setting {
	limits := DefaultLimits()
	return map[string]Setting{
		"daemon":            {Doc: "The process and what it shows. At most one; without it the defaults hold."},
		"daemon.state_dir":  {Kind: block.KindText, Default: DefaultStateDir, Doc: "where the state is kept, one process per directory; a relative one starts at the configuration's directory", Example: `"/var/lib/tandem"`},
		"daemon.listen":     {Kind: block.KindText, Default: DefaultListen, Doc: "address of the dashboard, the API and the metrics", Example: `"127.0.0.1:9477"`},
		"daemon.public_url": {Kind: block.KindText, Doc: "address at which others reach the daemon where a proxy is in front ([access.md](access.md)); what is entered for [webhooks](webhooks.md), too", Example: `"https://tandem.example.com"`},
		"daemon.token":      {Kind: block.KindSecret, Doc: "what callers must send; required when `listen` is not a loopback address, and with `public_url`", Example: `credential("dashboard_token")`},
		"daemon.tls":        {Doc: "Encrypts what `listen` answers; [access.md](access.md) tells how."},
		"daemon.tls.cert":   {Kind: block.KindText, Required: true, Doc: "file of the certificate with its chain, in PEM form; a new content is taken in without a restart", Example: `"/etc/tandem/cert.pem"`},
		"daemon.tls.key":    {Kind: block.KindText, Required: true, Doc: "file of its key, in PEM form", Example: `"/etc/tandem/key.pem"`},
		"daemon.log":        {Doc: "What the daemon logs."},
		"daemon.log.level":  {Kind: block.KindText, Default: "info", Choices: []string{"debug", "info", "warn", "error"}, Doc: "what is left out below it", Example: `"info"`},
		"daemon.log.format": {Kind: block.KindText, Default: string(LogAuto), Choices: []string{string(LogAuto), string(LogText), string(LogJSON)}, Doc: "`auto` is text on a terminal and in the journal of systemd, and JSON elsewhere"},

		"locals": {Doc: "Names values, `local.NAME`; any number of blocks, and values may refer to each other, also across files.", Block: []Setting{
			{Name: "NAME", Kind: block.KindAny, Doc: "a value of that name", Example: "1.20"},
		}},

		"variable":             {Doc: "A value from outside, `var.NAME`; [the guide](configuration.md#locals-and-variable) tells what sets it."},
		"variable.type":        {Kind: block.KindType, Doc: "`string`, `number`, `bool`, `any` or made of them, as `list(string)`, `map(number)`, `object({ host = string })`; the default's if left out, and text where there is no default either", Example: "number"},
		"variable.default":     {Kind: block.KindAny, Doc: "its value where nothing sets it; without a default something must", Example: "20"},
		"variable.description": {Kind: block.KindText, Doc: "for people", Example: `"the tax in percent"`},

		"media.s3":     {Doc: "A bucket for images, for the side that takes them by address; [media.md](media.md) tells how."},
		"media.folder": {Doc: "The same as a directory that somebody serves."},
		"media.key":    {Kind: block.KindText, Doc: "name of an object: text with `${hash}` in it, which keeps two images apart, and with `${sku}` and `${ext}` if you like", Example: `"images/${sku}-${hash}.${ext}"`},

		"mapping":          {Doc: "A shared mapping, which pipelines take by `from`; [the guide](configuration.md#shared-mappings) tells how. Its blocks are those of a pipeline's `mapping`, where `left` and `right`, `to_left` and `to_right` may stand for the labels of sources."},
		"mapping.defaults": {Kind: block.KindBool, Doc: "takes the standard fields", Example: "true"},
		"mapping.without":  {Kind: block.KindTexts, Doc: "fields that are left out, by the left side's names", Example: `["weight"]`},
		"mapping.field":    {Doc: "As in a pipeline.", Block: sharedFieldAttributes()},
		"mapping.category": {Doc: "As in a pipeline.", Block: []Setting{{Name: "right", Kind: block.KindText, Doc: "path of the category on the right side", Example: `"All / Apparel"`}}},

		"pipeline":           {Doc: "Keeps two sources in step."},
		"pipeline.left":      {Kind: block.KindReference, Required: true, Doc: "a source, `source.KIND.LABEL`; fields go by its names", Example: "source.products_manager.pm"},
		"pipeline.right":     {Kind: block.KindReference, Required: true, Doc: "the other source", Example: "source.odoo.erp"},
		"pipeline.direction": {Kind: block.KindText, Default: "both", Doc: "`both`, or `to_LABEL` to make products in that source only, and to write to it alone the fields that have no direction of their own", Example: `"both"`},
		"pipeline.media":     {Kind: block.KindReference, Doc: "store for images that Products Manager is to fetch, `media.KIND.LABEL`"},
		"pipeline.variants":  {Kind: block.KindText, Default: "skip", Choices: []string{"linked", "skip"}, Doc: "`skip` leaves templates with several variants out; `linked` is one product per variant, see [variants.md](variants.md)"},
		"pipeline.match":     {Kind: block.KindTexts, Doc: "fields that pair records never seen before, in order, by the left side's names; SKU and EAN, as far as they are mapped, if left out", Example: `["sku", "ean"]`},
		"pipeline.deletes":   {Kind: block.KindText, Default: string(pipeline.DeletesArchive), Choices: []string{string(pipeline.DeletesArchive), string(pipeline.DeletesIgnore), string(pipeline.DeletesDelete)}, Doc: "what happens to the partner of a record that is gone"},

		"pipeline.filter":            {Doc: "Which records take part, by the record of Products Manager (of the left side in a pipeline without it). Where both attributes are written both must hold; [the guide](configuration.md#filter) has the patterns."},
		"pipeline.filter.categories": {Kind: block.KindTexts, Doc: "patterns of the category's path, one of which must match", Example: `["Electronics", "Clothing/**"]`},
		"pipeline.filter.where":      {Kind: block.KindExpression, Doc: "a condition over `record`", Example: `record.status != "draft"`},

		"pipeline.schedule":          {Doc: "When it runs: by one of `every`, `cron`, `realtime` and `manual`; every five minutes without the block. [schedules.md](schedules.md) tells what becomes of missed times, failures and changes of the clocks."},
		"pipeline.schedule.every":    {Kind: block.KindDuration, Default: block.Duration(DefaultEvery), Doc: "interval, a second at least; beside `realtime` the one for what calls did not tell of, then `15m` if left out", Example: `"5m"`},
		"pipeline.schedule.cron":     {Kind: block.KindText, Doc: "times of day: minute, hour, day of the month, month and day of the week, where 0 is Sunday: `\"0 6 * * *\"` is every day at 6:00"},
		"pipeline.schedule.realtime": {Kind: block.KindBool, Doc: "`true` runs it when a source calls, too: [webhooks.md](webhooks.md)"},
		"pipeline.schedule.manual":   {Kind: block.KindBool, Doc: "`true` runs it only when asked, in the place of all others"},
		"pipeline.schedule.full":     {Kind: block.KindText, Doc: "when the full pass runs, in the form of `cron`; beside the others, in the place of a cycle that is due by then", Example: `"0 3 * * 0"`},
		"pipeline.schedule.timezone": {Kind: block.KindText, Doc: "where `cron` and `full` are times of day; the machine's if left out", Example: `"Europe/Paris"`},
		"pipeline.schedule.jitter":   {Kind: block.KindDuration, Default: block.Duration(DefaultJitter), Doc: "moves planned times by up to so much, always the same for one pipeline of one daemon; `every` at most, and an hour"},

		"pipeline.mapping":          {Required: true, Doc: "Which fields are carried; [the guide](configuration.md#mapping) has the standard ones."},
		"pipeline.mapping.from":     {Kind: block.KindReference, Doc: "a shared mapping, `mapping.NAME`; what the block holds goes before it"},
		"pipeline.mapping.defaults": {Kind: block.KindBool, Doc: "takes the standard fields", Example: "true"},
		"pipeline.mapping.without":  {Kind: block.KindTexts, Doc: "fields that are left out, by the left side's names", Example: `["weight"]`},
		"pipeline.mapping.field":    {Doc: "One field more, or in the place of the standard one of that name. The label is the left side's field. LABEL stands for the label of a source.", Block: fieldAttributes()},
		"pipeline.mapping.category": {Doc: "A category, by its path on the left side, that has another name on the right: [categories.md](categories.md).", Block: []Setting{
			{Name: "LABEL", Kind: block.KindText, Required: true, Doc: "its path in the right source, by whose label the attribute is called", Example: `"All / Apparel"`},
		}},

		"pipeline.conflict":                {Doc: "What happens when both sides changed a field differently."},
		"pipeline.conflict.strategy":       {Kind: block.KindText, Default: "manual", Doc: "the label of the source that wins; `latest`: the later modification wins; `manual`: the field waits for a person", Example: `"latest"`},
		"pipeline.conflict.field":          {Doc: "The strategy of one mapped field, by the left side's name."},
		"pipeline.conflict.field.strategy": {Kind: block.KindText, Required: true, Doc: "as above", Example: `"manual"`},

		"pipeline.limits":              {Doc: "Brakes: a cycle above one of them stops before its first write. Each is a number of records, a percentage of the linked records (which counts from 20 of them on), or `null` for none."},
		"pipeline.limits.updates":      {Kind: block.KindLimit, Default: asWritten(limits.Updates), Doc: "records to be changed", Example: `"50%"`},
		"pipeline.limits.deletes":      {Kind: block.KindLimit, Default: asWritten(limits.Deletes), Doc: "records to be archived or deleted, and images to be taken away", Example: "20"},
		"pipeline.limits.zeroed_stock": {Kind: block.KindLimit, Default: asWritten(limits.ZeroedStock), Doc: "quantities that would become zero"},
		"pipeline.limits.creates":      {Kind: block.KindLimit, Default: asWritten(limits.Creates), Doc: "records to be made; no limit if left out"},
	}
}

func fieldAttributes() []Setting {
	return []Setting{
		{Name: "LABEL", Kind: block.KindText, Doc: "the right source's field, by whose label the attribute is called; the standard one if left out, if there is one", Example: `"list_price"`},
		{Name: "to_LABEL", Kind: block.KindExpression, Doc: "makes what that source should hold from `value` and `record`; the value as it is if left out", Example: "round(value / 1.20, 2)"},
		{Name: "direction", Kind: block.KindText, Doc: "`both`, or `to_LABEL` to write the field to that source only; the pipeline's if left out"},
		{Name: "required", Kind: block.KindBool, Doc: "whether a record whose field is empty is left out; always for the title"},
	}
}

func sharedFieldAttributes() []Setting {
	all := fieldAttributes()
	all[0].Name, all[0].Doc = "right", "the right side's field"
	all[1].Name, all[1].Doc = "to_right", "makes what the right side should hold; `to_left` likewise"
	return all
}

// asWritten is a limit as a file would have it; nil for none.
func asWritten(l pipeline.Limit) any {
	switch {
	case !l.Set:
		return nil
	case l.IsPercent:
		return l.String()
	}
	return l.Amount.IntPart()
}

func upper(label string) string { return strings.ToUpper(label) }
