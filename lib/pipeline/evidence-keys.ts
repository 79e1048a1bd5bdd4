/** Where every document of a run is kept. Names hold run and store names and numbers, nothing else. */

export const runKey = (
  runId: string,
  document: 'config.json' | 'manifest.json' | 'scope.json' | 'subject-index' | 'summary.json',
) => `runs/${runId}/${document}`

export const storeKey = (runId: string, storeId: string, document: 'report.json') =>
  `runs/${runId}/stores/${storeId}/${document}`

export type PassRef = { runId: string; storeId: string; pass: number }
export type Listing = 'opening' | 'closing'

const passPrefix = ({ runId, storeId, pass }: PassRef) => `runs/${runId}/stores/${storeId}/pass-${pass}`

export const passKey = (
  ref: PassRef,
  document:
    | 'batches.jsonl'
    | 'coverage.json'
    | 'open.json'
    | 'request.json'
    | 'requested-versions.jsonl'
    | 'acknowledgement.json'
    | 'map-results',
) => `${passPrefix(ref)}/${document}`

export const partKey = (ref: PassRef, listing: Listing, page: number) =>
  `${passPrefix(ref)}/${listing}/${digits(page)}.jsonl`
export const batchKey = (ref: PassRef, batch: number) => `${passPrefix(ref)}/batches/${digits(batch)}.jsonl`
export const intentKey = (ref: PassRef, seq: number) => `${passPrefix(ref)}/deletions/${digits(seq)}.json`

const digits = (number: number) => String(number).padStart(9, '0')
