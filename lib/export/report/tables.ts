import { describePlace } from '../../finding/found-place.ts'
import { explainedOf } from '../../verdict/exceptions.ts'
import type { AttestedTransition } from '../checks/document.ts'
import type { CheckedTimestamp } from '../checks/timestamp.ts'
import type { RunEvidence } from '../run-evidence.ts'
import { attestedOf, type Figures } from './figures.ts'
import { showHidden } from './html.ts'

type Cell = string | number | undefined

/**
 * CSV (RFC 4180) for a spreadsheet. A text that it would take for a formula gets an apostrophe in front, and line ends
 * and other control characters become spaces, what turns text around is shown as in the report: names come from anywhere.
 */
export function formatCsv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(formatCell).join(',')}\r\n`).join('')
}

function formatCell(cell: Cell): string {
  if (cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const text = showHidden(cell.replace(/[\x00-\x1f\x7f]/g, ' '))
  const inert = /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/u.test(text) ? `'${text}` : text
  return /[",';\s]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** One row a store and run. */
export function storesCsv({ runs }: Figures): string {
  const header =
    'run,begun,store,country,custodian,kind,place,region,account,verdict,scans,versions,bytes,clean versions,clean bytes,found versions,found bytes,unverified versions,unverified bytes,explained versions,explained bytes,findings,subjects found,subjects in scope,reasons'
  const rows = runs.flatMap(({ runId, startedAt, stores }) =>
    stores.map(({ storeId, country, verdict, reasons, evidence }) => {
      const last = evidence?.scans.at(-1)
      const place = (evidence?.verification ?? last)?.predicate.store
      const explained = last && explainedOf(last.model).explained
      const missed = last?.model.unverified.reduce((sum, each) => sum + each.versions, 0)
      const missedBytes = last?.model.unverified.reduce((sum, each) => sum + each.bytes, 0)
      return [
        runId,
        startedAt,
        storeId,
        country,
        place?.custodian,
        place?.kind,
        place?.uri,
        place?.region,
        place?.account,
        verdict,
        evidence?.scans.length ?? 0,
        last?.model.inventory.versions,
        last?.model.inventory.bytes,
        last?.model.clean.versions,
        last?.model.clean.bytes,
        last?.model.found.versions,
        last?.model.found.bytes,
        missed,
        missedBytes,
        explained?.versions,
        explained?.bytes,
        last?.model.findings,
        last?.model.subjects,
        last?.predicate.scope.population,
        reasons.join('; '),
      ]
    }),
  )
  return formatCsv(header.split(','), rows)
}

/**
 * One row for whatever stands in the way of `verified`: what is protected, what was not read, what is still there, and what was
 * taken back; and one for each approved exception that is about some of it.
 */
export function exceptionsCsv({ runs }: Figures): string {
  const rows = runs.flatMap(({ runId, stores, corrections }) => [
    ...corrections.map(({ predicate: { corrects, explanation, approvedBy } }): Cell[] => [
      runId,
      corrects.storeId,
      'taken back',
      corrects.phase,
      ...Array<Cell>(6),
      `entry ${corrects.entry}, approved by ${approvedBy}: ${explanation}`,
      ...Array<Cell>(4),
    ]),
    ...stores.flatMap(({ storeId, evidence }): Cell[][] => {
      const last = evidence?.scans.at(-1)?.model
      const exceptions = evidence?.verification?.predicate.exceptions ?? []
      const unverified = last?.unverified ?? []
      const open = evidence?.verification?.model.open ?? []
      return [
        ...exceptions.map((each): Cell[] => {
          const { code, versions, bytes, until } = each
          if (!('approvedBy' in each)) return [runId, storeId, 'protected', code, versions, bytes, until]
          const { detail, plan, approvedBy, suffix, expired } = each
          const kind = expired ? 'expired exception' : 'approved exception'
          return [
            ...[runId, storeId, kind, code, versions, bytes, until],
            ...[undefined, undefined, undefined, detail, undefined, plan, approvedBy, suffix],
          ]
        }),
        ...unverified.map(({ reason, versions, bytes }) => [
          runId,
          storeId,
          'not wholly read',
          reason,
          versions,
          bytes,
        ]),
        ...open.map((each) => [
          runId,
          storeId,
          `open: ${each.outcome}`,
          each.reason ?? each.protection,
          1,
          each.bytes,
          undefined,
          each.shownKey,
          each.versionId,
          each.findings,
          each.detail,
          each.places?.map(describePlace).join('; '),
        ]),
      ].map((row) => [...row, ...Array<Cell>(15 - row.length).fill(undefined)])
    }),
  ])
  return formatCsv(
    'run,store,kind,code,versions,bytes,until,object,version id,findings,detail,first places,plan,approved by,keys that end in'.split(
      ',',
    ),
    rows,
  )
}

/** One row an attestation, one for each time that a key was changed, and then one for each timestamp. */
export function custodyCsv(
  runs: readonly RunEvidence[],
  transitions: readonly AttestedTransition[],
  timestamps: readonly CheckedTimestamp[],
): string {
  const stamped = timestamps.map(({ size, authority, time, sha256 }): Cell[] => [
    ...[undefined, time, undefined, undefined, undefined, 'timestamp', undefined],
    ...[`checkpoint of ${size} entries`, sha256, undefined, `authority ${authority}`, ...Array<Cell>(3)],
  ])
  const rows = [...runs.flatMap(attestedOf), ...transitions]
    .sort((a, b) => a.seq - b.seq)
    .map(({ seq, predicate, statement, envelopeSha256 }) => [
      seq,
      predicate.times.statementCreatedAt,
      'runId' in predicate ? predicate.runId : undefined,
      'storeId' in predicate ? predicate.storeId : undefined,
      'pass' in predicate ? predicate.pass : undefined,
      predicate.phase,
      predicate.result,
      statement.subject[0]!.name,
      statement.subject[0]!.digest.sha256,
      envelopeSha256,
      `${predicate.tool.name} ${predicate.tool.version}`,
      predicate.tool.buildSha256,
      'environment' in predicate ? predicate.environment?.execution : undefined,
      'signer' in predicate ? predicate.signer?.keyProtection : undefined,
    ])
  return formatCsv(
    'entry,signed,run,store,pass,phase,result,document,document sha256,envelope sha256,tool,build,execution,key protection'.split(
      ',',
    ),
    [...rows, ...stamped],
  )
}
