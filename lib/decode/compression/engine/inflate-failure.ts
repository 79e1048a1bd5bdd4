import type { Stop } from '../../decoding.ts'

/** What a failure of the inflater means for the content that it inflates; an error that is none of the data stays as it is. */
export function inflateFailure(error: unknown, stop: Stop): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'Z_BUF_ERROR') return stop('truncated', 'expected more deflate data')
  if (code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT') return stop('corrupt', 'expected valid deflate data')
  return error
}
