import * as z from 'zod/mini'

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

/** `from <= made < to`; a date stands for its beginning (UTC) in `from` and for its end in `to`. */
export const periodSelection = z
  .strictObject({ from: moment, to: moment })
  .check(z.refine(({ from, to }) => startOf(from) < endOf(to), 'expected from before to'))

/** One run, or every run with a statement made in a period, with all that the checkpoint covers of it: half a run would hide what its other half says. */
export const selection = z.union([
  z.strictObject({ runId: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/)) }),
  periodSelection,
])
export type Selection = z.infer<typeof selection>

/** Where the files of an export are kept; the rest of each key is the path inside the bundle. */
export const bundlePrefix = (exportId: string) => `exports/${exportId}/`

const day = 24 * 60 * 60 * 1000

export function startOf(moment: string): number {
  return Date.parse(moment)
}

export function endOf(moment: string): number {
  return Date.parse(moment) + (moment.length === 10 ? day : 0)
}
