import { randomInt } from 'node:crypto'

/**
 * Suites of ten seconds to a minute, most of which try by other means what the rest of the tests try: in three lists that
 * take about as long, of which `npm test` takes one.
 */
export const thirds = [
  [
    'aws/bucket/composite-checksum',
    'aws/bucket/s3-deletion-run',
    'aws/step-functions',
    'decode/archive/seven-zip',
    'decode/columnar/orc-damage',
    'decode/compression/damage',
    'decode/database/pg-dump',
    'decode/document/pdf/hostile',
    'decode/picture/hostile',
    'decode/text/cut-lines',
    'decode/text/separated-binary',
    'export/forgery',
    'export/report',
    'infra/cfn-lint',
    'pipeline/request-deletion',
    'scan/opinion/second-opinion',
    'system/exceptions',
    'system/help-examples',
    'system/index-add',
    'system/index-command',
    'system/interruption',
    'system/long-request',
    'system/segments',
    'system/simulated-runs',
    'system/slices',
  ],
  [
    'aws/aws-ports',
    'aws/bucket/bucket-faults',
    'aws/bucket/bucket-memory',
    'aws/bucket/bucket-slices',
    'aws/bucket/object-labels',
    'aws/bucket/s3-rewriting',
    'aws/bucket/s3-store',
    'aws/s3-evidence',
    'aws/wire-faults',
    'cli/correct-command',
    'cli/deployed-run',
    'cli/keys-command',
    'decode/columnar/avro',
    'decode/columnar/parquet-damage',
    'decode/database/redis',
    'decode/picture/gif',
    'export/bit-flips',
    'export/leak-gate',
    'infra/scan-task',
    'pipeline/rotate-key',
    'scan/forms/forms.property',
    'scan/slices/scan-slice.property',
    'subject-index/large-index',
    'system/large-deletion',
    'system/request',
  ],
  [
    'aws/bucket/archived-bucket',
    'aws/bucket/bucket-contents',
    'aws/bucket/s3-deletion-wire',
    'aws/bucket/s3-rewriting-wire',
    'aws/dynamo-ledger',
    'aws/open-ahead',
    'decode/compression/bare-stream',
    'decode/damage',
    'export/tools',
    'export/verify-text',
    'finding/distinct-ordinals',
    'infra/anchor-account',
    'infra/offshore-roles',
    'infra/packaging',
    'pipeline/log-interleavings',
    'scan/controls/sample-formats',
    'scan/forms/sieve.property',
    'system/bucket-store',
    'system/command-line',
    'system/hashed',
    'system/prove',
    'system/scan-legs',
    'system/subjects',
    'system/two-runs',
    'timestamp/verify-timestamp',
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
  const taken = Math.floor(Number(turn) / 1000) % thirds.length
  return turn === 'all' ? [] : thirds.filter((_, at) => at !== taken).flat()
}
