import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Looks for texts in every byte of a directory, as plain text and inside of the encodings that documents nest. */

/** A piece of content and where it is from; what it unfolds to is looked at as well. */
type Piece = { where: string; text: string }

export type Leak = { where: string; what: string }

/** Files with their names, which leak as well as contents do. */
export function piecesOf(root: string): Piece[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(root, name)
    const named = { where: `name of ${name}`, text: name }
    const text = textOf(path)
    return text === undefined ? [named] : [named, { where: name, text }]
  })
}

/** A run that is under way makes and removes temporary files: what is gone cannot leak. */
function textOf(path: string): string | undefined {
  try {
    return lstatSync(path).isFile() ? readFileSync(path, 'latin1') : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Every place where one of `texts` stands in a piece, in any case, or in what its base64 or hex strings decode to. */
export function findLeaks(pieces: readonly Piece[], texts: readonly string[]): Leak[] {
  const wanted = texts.map((text) => text.toLowerCase())
  return pieces.flatMap(({ where, text }) =>
    [text, ...decodedIn(text, 3)].flatMap((each) => {
      const lower = each.toLowerCase()
      return wanted.filter((id) => lower.includes(id)).map((what) => ({ where, what }))
    }),
  )
}

/** Texts that long runs of base64 or hex stand for, and those inside them. */
function decodedIn(text: string, depth: number): string[] {
  if (depth === 0) return []
  const base64 = (text.match(/[A-Za-z0-9+/_-]{12,}={0,2}/g) ?? []).flatMap((run) =>
    // A run may begin inside of a word that is no base64: each of the four places may be the true beginning.
    [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString('latin1')),
  )
  const hex = (text.match(/(?:[0-9a-fA-F]{2}){8,}/g) ?? []).map((run) => Buffer.from(run, 'hex').toString('latin1'))
  const decoded = [...base64, ...hex]
  return [
    ...decoded,
    ...decoded.filter((each) => /^[\x20-\x7e\s]+$/.test(each)).flatMap((each) => decodedIn(each, depth - 1)),
  ]
}
