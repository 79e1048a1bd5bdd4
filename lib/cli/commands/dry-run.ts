import type { Config, StoreConfig } from '../../config.ts'
import { type ArchivedSum, addArchived, sumArchived } from '../../inventory/archived.ts'
import { manifestFiles } from '../../local/manifest-file.ts'
import { readHashedForms } from '../../pipeline/scope/read-hashed-forms.ts'
import { embeddedStores } from '../embedded-ports.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { bold, formatBytes, plural, type Terminal } from '../terminal.ts'
import { tryManifest } from '../try-manifest.ts'
import { describeChannel } from '../views/channel-view.ts'
import { copiesFields, describeCopies } from '../views/copies-view.ts'
import { describeExpired } from '../views/exceptions-view.ts'
import { describeManifest, describeUnproven } from '../views/manifest-view.ts'
import { foreseeRestore } from '../views/restore-view.ts'

const pageSize = 2000

/** `odv run --dry-run`: reads the manifest and lists every store; scans, asks, writes and attests nothing. */
export async function dryRun(config: Config, terminal: Terminal, stores = embeddedStores()): Promise<ExitCode> {
  await readHashedForms({ manifests: manifestFiles() }, config)
  const { report, index } = await tryManifest(config, { path: config.manifest!, name: config.manifest! })
  for (const line of [...describeManifest({ report, index }), ...describeUnproven(config)]) terminal.print(line)
  for (const line of describeExpired(config, new Date().toISOString())) terminal.warn(line)
  terminal.emit({
    kind: 'manifest',
    rows: report.rows,
    confirmed: report.confirmed,
    notYetTransferred: report.notYetTransferred.count,
    subjects: index.subjects,
  })

  const sum = { versions: 0, bytes: 0 }
  let unreadable = 0
  for (const store of config.stores) {
    const listed = { versions: 0, bytes: 0, unreadable: 0 }
    const reasons = new Map<string, number>()
    let marked = false
    let archived: ArchivedSum[] = []
    const opened = await stores.open(store)
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await opened.list(cursor, pageSize)
      listed.versions += page.versions.length
      listed.bytes += page.versions.reduce((total, { size }) => total + size, 0)
      for (const { kind, reason } of page.versions)
        if (kind === 'unreadable') {
          listed.unreadable++
          reasons.set(reason!, (reasons.get(reason!) ?? 0) + 1)
        }
      marked ||= page.versions.some(({ key }) => key === store.marker)
      archived = addArchived([...archived, ...sumArchived(page.versions)])
      cursor = page.next
      terminal.progress(`  listing ${store.id}: ${plural(listed.versions, 'object version')}`)
    }
    terminal.progress('')
    sum.versions += listed.versions
    unreadable += listed.unreadable
    sum.bytes += listed.bytes
    terminal.print(
      `${bold(store.id)}: ${plural(listed.versions, 'object version')}, ${formatBytes(listed.bytes)}` +
        `${listed.unreadable > 0 ? `, ${listed.unreadable} of them unreadable (${[...reasons].map(([reason, count]) => `${reason}: ${count}`).join(', ')})` : ''}; ${describeChannel(store)}`,
    )
    const copies = await opened.copies?.()
    for (const line of describeCopies(copies, store, config.stores)) terminal.warn(line)
    for (const line of describeDoubts(store, { ...listed, marked })) terminal.warn(line)
    const restore = foreseeRestore(store.id, archived, store.s3?.restore)
    for (const line of restore.lines) terminal.print(line)
    const told = { ...copiesFields(copies, store, config.stores), ...restore.emitted }
    terminal.emit({ kind: 'store', store: store.id, ...listed, channel: store.channel.kind, ...told })
  }
  terminal.print(
    `dry run: would read ${plural(sum.versions - unreadable, 'object version')}, ${formatBytes(sum.bytes)}; nothing was scanned, asked or attested`,
  )
  terminal.emit({ kind: 'summary', dryRun: true, ...sum })
  return exitCode.good
}

/** What a run does not believe of a listing, and why it would not end verified. */
function describeDoubts(
  { marker, mayBeEmpty, root }: StoreConfig,
  { versions, bytes, marked }: { versions: number; bytes: number; marked: boolean },
): string[] {
  const nothing =
    versions === 0 ? 'it is empty' : root !== undefined && bytes === 0 ? 'nothing in it holds a byte' : undefined
  return [
    ...(marker !== undefined && !marked
      ? ['    the marker is not there, so a run would read nothing and end incomplete: is the store mounted?']
      : []),
    ...(nothing !== undefined && mayBeEmpty !== true
      ? [
          `    ${nothing}, so a run would end incomplete: is the store mounted? If it may be so, say "mayBeEmpty" in odv.json`,
        ]
      : []),
  ]
}
