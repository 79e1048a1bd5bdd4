/** Where every document of a run is kept. Names hold run and store names and numbers, nothing else. */

export const runKey = (
  runId: string,
  document:
    | 'config.json'
    | 'manifest.json'
    | 'scope.json'
    | 'scope-tree.json'
    | 'subject-index'
    | 'subjects.json'
    | 'manifest-refused.json'
    | 'summary.json'
    | 'cost.json',
) => `runs/${runId}/${document}`

export const storeKey = (runId: string, storeId: string, document: 'report.json') =>
  `runs/${runId}/stores/${storeId}/${document}`

/** A shard of the tree over all subjects, or over what the run came to for each, and its interior nodes. */
export const shardKey = (runId: string, tree: 'scope-tree' | 'result-tree', shard: number, part: 'leaves' | 'nodes') =>
  `runs/${runId}/${tree}/${digits(shard)}.${part}`

export type PassRef = { runId: string; storeId: string; pass: number }
/** A range of a store's keys, counted from 0 in key order. */
export type SegmentRef = PassRef & { segment: number }
export type Listing = 'opening' | 'closing'

const passPrefix = ({ runId, storeId, pass }: PassRef) => `runs/${runId}/stores/${storeId}/pass-${pass}`

export const passKey = (
  ref: PassRef,
  document:
    | 'segments.json'
    | 'batches.jsonl'
    | 'archived.jsonl'
    | 'restore.json'
    | 'restored.json'
    | 'coverage.json'
    | 'open.json'
    | 'request.json'
    | 'acknowledgement.json'
    | 'map-results',
) => `${passPrefix(ref)}/${document}`

export const segmentKey = (
  ref: SegmentRef,
  document: 'batches.jsonl' | 'archived.jsonl' | 'coverage.json' | 'subjects' | 'open.json',
) => `${segmentPrefix(ref)}/${document}`

const segmentPrefix = (ref: SegmentRef) => `${passPrefix(ref)}/segments/${digits(ref.segment)}`

/** Where the parts of a listing are, and the reports of a pass: their names sort by their numbers. */
export const partsPrefix = (ref: SegmentRef, listing: Listing) => `${segmentPrefix(ref)}/${listing}/`
export const batchesPrefix = (ref: PassRef) => `${passPrefix(ref)}/batches/`

export const partKey = (ref: SegmentRef, listing: Listing, page: number) =>
  `${partsPrefix(ref, listing)}${digits(page)}.jsonl`
export const batchKey = (ref: PassRef, batch: number) => `${batchesPrefix(ref)}${digits(batch)}.jsonl`
/** Of a leg of a batch that was not the last one; that has the key of the batch. */
export const scanLegKey = (ref: PassRef, batch: number, leg: number) =>
  `${passPrefix(ref)}/scan-legs/${digits(batch)}/${digits(leg)}.jsonl`
export const requestedKey = (ref: PassRef, part: number) => `${passPrefix(ref)}/requested/${digits(part)}.jsonl`
export const foundKey = (ref: SegmentRef, part: number) => `${segmentPrefix(ref)}/found/${digits(part)}.jsonl`
export const countsKey = (ref: SegmentRef, part: number) => `${segmentPrefix(ref)}/counts/${digits(part)}`
export const deletionLegKey = (ref: PassRef, leg: number) => `${passPrefix(ref)}/deletion-legs/${digits(leg)}.json`
export const intentKey = (ref: PassRef, seq: number) => `${passPrefix(ref)}/deletions/${digits(seq)}.json`

const digits = (number: number) => String(number).padStart(9, '0')

/** One document for each entry of the run that was taken back, named after it. */
export const correctionsPrefix = (runId: string) => `runs/${runId}/corrections/`
