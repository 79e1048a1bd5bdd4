import { type ByteSource, byteSource } from './byte-source.ts'
import type { Decoding } from './decoding.ts'
import { gzipContent, isGzip } from './gzip-content.ts'
import { headLength, knownFormatOf } from './known-formats.ts'
import { type Expectation, readRaw } from './raw-content.ts'
import { isZstd, zstdContent } from './zstd-content.ts'

/** The containers that are unwrapped; what each begins with, and its content. */
export const containers = ['gzip', 'zstd'] as const

type Container = (typeof containers)[number]

/**
 * Reads one content to its end: unwraps it as long as it is a container, from its bytes alone, and pushes what is
 * innermost. `path` are the containers around it.
 */
export async function decodeContent(source: ByteSource, path: readonly string[], decoding: Decoding): Promise<void> {
  const head = await source.peekSome(headLength)
  const container = containerOf(head)
  if (container === undefined) return readRaw(source, path, decoding, expectationOf(head))
  if (path.length >= decoding.limits.depth)
    return readRaw(source, path, decoding, {
      kind: 'refused',
      reason: 'limit',
      detail: `expected at most ${decoding.limits.depth} containers inside each other`,
    })
  const inside = [...path, container]
  const content = open(container, source, inside, decoding)
  try {
    await decodeContent(byteSource(content), inside, decoding)
  } finally {
    await content.return(undefined)
  }
  if ((await source.peek(1)).length > 0)
    await readRaw(source, [...inside, 'trailing'], decoding, trailingExpectationOf(await source.peekSome(headLength)))
}

export function containerOf(head: Uint8Array): Container | undefined {
  if (isGzip(head)) return 'gzip'
  return isZstd(head) ? 'zstd' : undefined
}

function open(
  container: Container,
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  switch (container) {
    case 'gzip':
      return gzipContent(source, path, decoding)
    case 'zstd':
      return zstdContent(source, path, decoding)
    default:
      return container satisfies never
  }
}

/** What a content that is no container has to be, by its first bytes. */
export function expectationOf(head: Uint8Array): Expectation {
  const format = knownFormatOf(head)
  if (format === undefined) return { kind: 'text' }
  return {
    kind: format.weak ? 'named' : 'refused',
    reason: format.encrypted ? 'encrypted' : 'unsupported-format',
    detail: `expected a format that is read, got ${format.name}`,
  }
}

function trailingExpectationOf(head: Uint8Array): Expectation {
  const format = knownFormatOf(head)
  if (format === undefined || format.weak) return { kind: 'trailing' }
  return { kind: 'refused', reason: 'trailing-data', detail: `expected only text after the end, got ${format.name}` }
}
