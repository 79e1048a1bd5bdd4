import type { Coverage } from '../inventory/coverage.ts'
import { firstOutOfOrder, momentOfAnswer, momentOfRequest, momentsOfListings } from './in-order.ts'
import type { StoreReport } from './store-report.ts'

export type Verdict = 'verified' | 'residual' | 'incomplete'
export type Decision = { verdict: Verdict; reasons: string[] }

/**
 * Judges one store. Whatever was found in the last pass makes it `residual`; anything missing, late, unreadable or
 * contradictory makes it `incomplete`; `verified` is what is left, and the last line.
 */
export function decideVerdict(report: StoreReport): Decision {
  const last = report.passes.at(-1)
  const late = orderReasons(report)
  // Findings from before an answered request say nothing about what is there now.
  const residual = last && late.length === 0 ? residualReasons(last) : []
  const gaps = [
    ...failureReasons(report),
    ...(last ? coverageReasons(last) : []),
    ...emptyReasons(report),
    ...late,
    ...timeReasons(report),
  ]
  if (residual.length > 0) return { verdict: 'residual', reasons: [...residual, ...gaps] }
  if (gaps.length > 0) return { verdict: 'incomplete', reasons: gaps }
  return { verdict: 'verified', reasons: [] }
}

function residualReasons({ found, findings, subjects, protected: kept }: Coverage): string[] {
  return found.versions > 0 || findings > 0 || subjects > 0
    ? [
        `found: ${plural(findings, 'finding')} of ${plural(subjects, 'subject')} in ${plural(found.versions, 'object version')}`,
        ...kept.map(
          ({ code, versions, until }) =>
            `${code}: ${plural(versions, 'object version')} cannot be deleted ${until === undefined ? 'now' : `before ${until}`}`,
        ),
      ]
    : []
}

function failureReasons({ failure, passes, manifest }: StoreReport): string[] {
  return [
    ...(failure ? [`failure: ${failure.error} in ${failure.state}`] : []),
    ...(passes.length === 0 ? ['not-scanned: no pass was settled'] : []),
    ...(manifest.subjects > 0 ? [] : ['manifest: no subject is in scope']),
  ]
}

/** Every way in which a pass can fall short of having seen everything. Counts that are not sound numbers fall short. */
function coverageReasons(coverage: Coverage): string[] {
  const { inventory, closing, batches, clean, found, unverified, positiveControls, negativeControls, secondOpinion } =
    coverage
  const versions = clean.versions + found.versions + sum(unverified.map((each) => each.versions))
  const bytes = clean.bytes + found.bytes + sum(unverified.map((each) => each.bytes))
  const count = (n: number, what: string) => `${what}: ${plural(n, 'object version')}`
  return [
    ...unverified.map((each) => count(each.versions, each.reason)),
    // None can be read, so where there are any something is unverified, or found by its name.
    ...(inventory.multipartUploads === 0 || unverified.length > 0 || found.versions > 0
      ? []
      : [count(inventory.multipartUploads, 'multipart-upload')]),
    ...(coverage.foundPartly === 0 ? [] : [count(coverage.foundPartly, 'found and not read to the end')]),
    ...(versions === inventory.versions && bytes === inventory.bytes
      ? []
      : [`coverage: ${versions} of ${inventory.versions} object versions, ${bytes} of ${inventory.bytes} bytes`]),
    ...(coverage.bytesRead >= clean.bytes ? [] : ['coverage: fewer bytes were read than are called clean']),
    ...(batches.reported === batches.planned ? [] : [`batches: ${batches.reported} of ${batches.planned} reported`]),
    ...(inventory.versions === 0 || batches.planned > 0 ? [] : ['batches: none was planned']),
    ...(closing.appeared === 0 ? [] : [count(closing.appeared, 'appeared while scanning')]),
    ...(isOfInventory(coverage)
      ? []
      : [
          `listings: the closing one has ${closing.versions} of ${inventory.versions} object versions, of which ${closing.gone} were gone`,
        ]),
    ...(coverage.mounts.gone === 0
      ? []
      : [`mounts: ${plural(coverage.mounts.gone, 'file system')} of the first pass not there any more`]),
    ...((coverage.mounts.vanished ?? 0) === 0
      ? []
      : [`mounts: ${plural(coverage.mounts.vanished!, 'file system')} of a later listing not there any more`]),
    ...((coverage.mounts.covers ?? 0) === 0
      ? []
      : [
          `mounted over: ${plural(coverage.mounts.covers!, 'place')} since the first listing, where it may have had something`,
        ]),
    ...(coverage.unlisted === 0 ? [] : [count(coverage.unlisted, 'reported but not listed')]),
    ...(positiveControls.detected === positiveControls.planted
      ? []
      : [`positive controls: ${positiveControls.detected} of ${positiveControls.planted} detected`]),
    ...(batches.planned === 0 || positiveControls.planted > 0 ? [] : ['positive controls: none was planted']),
    ...(positiveControls.planted === 0 || positiveControls.planted >= batches.planned
      ? []
      : [`positive controls: ${positiveControls.planted} in ${batches.planned} batches`]),
    ...(negativeControls.falseAlarms === 0 ? [] : [`negative controls: ${negativeControls.falseAlarms} false alarms`]),
    ...(secondOpinion.mismatches === 0
      ? []
      : [`second opinion: disagrees about ${plural(secondOpinion.mismatches, 'object version')}`]),
    ...(clean.bytes === 0 || unverified.length > 0 || secondOpinion.versions > 0
      ? []
      : ['second opinion: there is none']),
    ...(isSound(coverage) ? [] : ['coverage: a count is not a whole number']),
  ]
}

/** What the closing listing lacks was gone. A directory that lost its last file is listed then, and has not appeared. */
function isOfInventory({ inventory, closing: { versions, appeared, gone } }: Coverage): boolean {
  const all = inventory.versions + appeared
  return versions <= all && versions >= all - gone
}

/**
 * An unmounted share lists like an empty store, or like the directories that others were mounted on: nothing is believed of
 * one unless the configuration says it may be.
 */
function emptyReasons({ store, passes }: StoreReport): string[] {
  const last = passes.at(-1)
  if (last === undefined || store.mayBeEmpty === true) return []
  if (last.inventory.versions === 0)
    return ['inventory: empty, and nothing says that it may be (mayBeEmpty in the configuration)']
  if (store.kind === 'directory' && last.inventory.bytes === 0)
    return [
      'inventory: nothing in it holds a byte, and nothing says that it may be so (mayBeEmpty in the configuration)',
    ]
  return last.closing.versions === 0
    ? ['closing listing: empty, and the configuration does not say that this store may be']
    : []
}

/** A verdict after a request needs an inventory that was taken after the answer to it. */
function orderReasons({ passes, requests }: StoreReport): string[] {
  const last = passes.at(-1)
  return requests.flatMap(({ request, acknowledgement }) => {
    if (request.channel === 'none' || last === undefined) return []
    if (acknowledgement === undefined) return [`request ${request.requestId}: not answered`]
    return passes.length > request.pass + 1 && last.inventory.startedAt >= acknowledgement.acknowledgedAt
      ? []
      : [`request ${request.requestId}: no fresh inventory after the answer`]
  })
}

/** What happened one after the other is dated so: otherwise a listing may be one of another time. */
function timeReasons({ passes, requests }: StoreReport): string[] {
  const moments = passes.flatMap((coverage, pass) => {
    const { request, acknowledgement } = requests[pass] ?? {}
    return [
      ...momentsOfListings(coverage, pass),
      ...(request ? [momentOfRequest(request, pass)] : []),
      ...(acknowledgement ? [momentOfAnswer(acknowledgement, pass)] : []),
    ]
  })
  const wrong = firstOutOfOrder(moments)
  return wrong === undefined ? [] : [`times: ${wrong.what} is dated before what it follows`]
}

function isSound(coverage: Coverage): boolean {
  const numbers = (value: unknown): number[] =>
    typeof value === 'number'
      ? [value]
      : value && typeof value === 'object'
        ? Object.values(value).flatMap(numbers)
        : []
  return numbers(coverage).every((each) => Number.isSafeInteger(each) && each >= 0)
}

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`
const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)
