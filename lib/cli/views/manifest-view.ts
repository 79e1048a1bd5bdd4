import { type Config, unprovenFormsOf } from '../../config.ts'
import type { ManifestReport } from '../../manifest/read-manifest.ts'
import type { IndexSummary } from '../../subject-index/index-format.ts'
import type { OpenedPart } from '../../subject-index/open-part.ts'
import { plural } from '../terminal.ts'

type Lines = { count: number; first: readonly number[] }

/**
 * How the manifest was read, for people: what is in scope, and by line what is not, or is worth a look. `adds`: to what an index
 * has already.
 */
export function describeManifest(
  { report, index }: { report: ManifestReport; index: IndexSummary },
  adds = false,
): string[] {
  const notes: [string, Lines][] = [
    ['not yet transferred, so not in scope', report.notYetTransferred],
    ['listed before', index.duplicates],
    ['empty', report.empty],
    ['shorter than 6 characters, so expect findings by chance', index.short],
    ...(report.padded ? [[lostZeros, report.padded] as [string, Lines]] : []),
  ]
  return [
    `manifest: ${plural(index.subjects, 'subject')} ${adds ? 'more ' : ''}in scope, from ${plural(report.rows, 'row')} (${report.format})`,
    ...(index.hashed === undefined
      ? []
      : [`    ${plural(index.hashed.digests, 'digest')} that stand for them: ${index.hashed.forms.join(', ')}`]),
    ...(report.transferColumn || report.format === 'lines'
      ? []
      : ['    no column or member transferredAt: every row counts as transferred']),
    ...(report.unused
      ? [
          `    ${plural(report.unused, report.format === 'json-lines' ? 'other member' : 'other column')}: ${notLookedFor}`,
        ]
      : []),
    ...notes.filter(([, { count }]) => count > 0).map(([what, lines]) => `    ${describeLines(lines)}: ${what}`),
  ]
}

/** What an index that a scan opens was built from, for people. Who was not transferred by then is not in it, whatever the time is now. */
export function describeIndex(
  shown: string,
  { report, summary, base }: Pick<OpenedPart, 'report' | 'summary' | 'base'>,
): string {
  const { rows, notYetTransferred, sha256 } = report
  const later =
    notYetTransferred.count === 0 ? '' : `, ${plural(notYetTransferred.count, 'row')} not transferred by then`
  return `${shown}: ${plural(summary.subjects, 'subject')} ${base === undefined ? '' : 'more '}in scope, from a manifest of ${plural(rows, 'row')} with SHA-256 ${sha256}${later}`
}

const notLookedFor =
  'nobody is looked for by what stands there; an e-mail address or another identifier needs a row of its own'

const lostZeros =
  'a number that begins with zeros: not found where copies hold it without them, as numbers do; where that is nobody else, add this spelling too'

/** Which salts nothing proves to be the right ones, for people: with a wrong one nothing is found. */
export function describeUnproven(config: Pick<Config, 'hashedForms'>): string[] {
  return [...new Set(unprovenFormsOf(config))].map(
    (form) =>
      `    nothing proves the salt of ${form} to be the right one: it has no example of an identifier and its digest`,
  )
}

const shownLines = 5

function describeLines({ count, first }: Lines): string {
  const shown = first.slice(0, shownLines).join(', ')
  return `${plural(count, 'line')} (${shown}${count > Math.min(first.length, shownLines) ? ', …' : ''})`
}
