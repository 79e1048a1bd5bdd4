import { ReadFailed } from '../../errors.ts'
import { DecodingStopped } from '../decoding.ts'
import type { UnverifiedReason } from '../unverified.ts'

/** What keeps one part of a table from being read. Becomes a gap at the part's path and never leaves `lib/decode/columnar`. */
export class ColumnFault extends Error {
  override readonly name = 'ColumnFault'
  readonly reason: UnverifiedReason
  constructor(reason: UnverifiedReason, detail: string) {
    super(detail)
    this.reason = reason
  }
}

export const corrupt = (detail: string): ColumnFault => new ColumnFault('corrupt', detail)

/** Errors that end the reading of a content, as opposed to those of whoever takes it. */
export const isOfContent = (error: unknown) =>
  error instanceof ColumnFault || error instanceof DecodingStopped || error instanceof ReadFailed
