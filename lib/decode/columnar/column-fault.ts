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
