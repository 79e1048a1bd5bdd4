import { randomInt } from 'node:crypto'

/**
 * Suites of ten seconds to a minute, most of which try by other means what the rest of the tests try: in two halves of about the same
 * length, of which `npm test` takes one.
 */
export const halves = [
  [
    'aws/bucket/archived-bucket',
    'aws/bucket/bucket-slices',
    'aws/bucket/object-labels',
    'aws/bucket/s3-deletion-run',
    'aws/dynamo-ledger',
    'decode/columnar/orc-damage',
    'decode/compression/damage',
    'decode/database/redis',
    'decode/text/cut-lines',
    'export/bit-flips',
    'export/report',
    'infra/packaging',
    'scan/slices/scan-slice.property',
    'subject-index/large-index',
    'system/command-line',
    'system/index-command',
    'system/long-request',
    'system/prove',
  ],
  [
    'aws/aws-ports',
    'aws/bucket/bucket-contents',
    'aws/bucket/bucket-faults',
    'aws/bucket/composite-checksum',
    'aws/bucket/s3-deletion-wire',
    'aws/wire-faults',
    'cli/deployed-run',
    'decode/columnar/parquet-damage',
    'decode/compression/bare-stream',
    'decode/text/separated-binary',
    'export/leak-gate',
    'export/verify-text',
    'infra/cfn-lint',
    'infra/scan-task',
    'pipeline/log-interleavings',
    'scan/forms/forms.property',
    'system/bucket-store',
    'system/hashed',
    'system/help-examples',
    'system/large-deletion',
    'system/slices',
    'system/subjects',
  ],
] as const

/**
 * Which share of the long suites and tables a run takes: with `npm test` (`--mode some`) a number that is drawn anew, unless
 * `ODV_TEST_TURN` has one to take again, otherwise `all`.
 */
export function drawTurn(mode: string): string {
  if (mode === 'some') process.env.ODV_TEST_TURN ??= String(randomInt(1_000_000))
  return process.env.ODV_TEST_TURN ?? 'all'
}

/** The suites whose turn it is not. Which these are has nothing to do with which cases of tables are taken (some-of.ts). */
export function leftOutAt(turn: string): readonly string[] {
  return turn === 'all' ? [] : halves[Math.floor(Number(turn) / 1000) % 2 === 0 ? 1 : 0]
}
