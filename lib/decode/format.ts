import type { ByteSource } from './byte-source.ts'
import type { Decoding } from './decoding.ts'
import type { Part } from './document/xml/book.ts'

/** Bytes with `from <= at < to`. */
export type ByteRange = { readonly from: number; readonly to: number }

/** Reads any range of a content again: bytes `from` to before `to`, all of them, in memory of the caller's own. */
export type ReadAt = { readonly size: number; read(from: number, to: number): Promise<Uint8Array> }

/**
 * One content: the bytes of a stored object, or bytes that another format holds. `path` names what is around it, outermost
 * first. `at` reads the same bytes at any place; only a stored object may have it (see `holdContent` for the others). `part`: what it is in its archive,
 * where parts belong together. `isMarkup`: what is around it says that it is HTML, however it begins.
 */
export type Content = {
  readonly source: ByteSource
  readonly path: readonly string[]
  readonly at?: ReadAt
  readonly part?: Part
  readonly isMarkup?: boolean
}

/**
 * A content that is read in parts, each without the others; together they are all of it. `starts`: where parts begin, from 0 on in ascending
 * order; each ends where the next one begins, and the last where the content ends. Nothing that is searched for reaches across a start.
 */
export type Parts = {
  readonly starts: readonly number[]
  /** Reads the parts from one start to another one or to the end; `source` has these bytes alone. Otherwise as `Format.read`. */
  read(source: ByteSource, range: ByteRange, decoding: Decoding): Promise<void>
}

/**
 * A format that is read. `compression`: one content, made smaller; what is inside is the object's own content.
 * `archive`: named members, each a content of its own. `table`: values that its encoding hides, pushed as text.
 * `picture`: what it says beside what it shows. `document`: people are found in it, and it is never clean.
 */
export type Format = {
  readonly name: string
  readonly kind: 'compression' | 'archive' | 'table' | 'picture' | 'document'
  /** Whether a content begins like this one. `head`: its first `headLength` bytes, or all of a shorter one. */
  isFormat(head: Uint8Array): boolean
  /**
   * Reads a content of this format, `content.path` ending in its name, to the end of the format and pushes everything in
   * it: contents by `decoding.decode`, texts by `readRaw`. Every consumed byte is accounted for: delivered, checked to be
   * structure that can hold nothing, or a gap. What follows the format's end stays in `content.source`.
   * @throws DecodingStopped where reading cannot go on
   */
  read(content: Content, decoding: Decoding): Promise<void>
  /**
   * How a content can be read in parts, where the format itself says what stands where. Absent from a format: it is only read from its
   * beginning; absent for a content: what it says cannot be read, and `read` will tell.
   */
  cut?(at: ReadAt, path: readonly string[], decoding: Decoding): Promise<Parts | undefined>
}
