import { DecodingStopped } from '../../decoding.ts'

/** What a failure of the inflater means for the container `what`; an error that is none of the data stays as it is. */
export function inflateFailure(error: unknown, path: readonly string[], offset: number, what: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'Z_BUF_ERROR')
    return new DecodingStopped('truncated', path, offset, `${what}: expected more deflate data`)
  if (code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT')
    return new DecodingStopped('corrupt', path, offset, `${what}: expected valid deflate data`)
  return error
}
