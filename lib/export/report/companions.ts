import { bundlePaths } from '../bundle-paths.ts'
import { toKeySection } from '../bundle-summary.ts'
import type { Filing } from '../read-filing.ts'
import { schemaFiles } from '../schemas.ts'
import { attestedOf, toFigures } from './figures.ts'
import { methodsText } from './methods-text.ts'
import { reportPdf } from './pdf/report-pdf.ts'
import { toPeriod } from './period.ts'
import { periodsCsv } from './periods-csv.ts'
import { reportPage } from './report-page.ts'
import { custodyCsv, exceptionsCsv, storesCsv } from './tables.ts'

/**
 * Of the files for people, and the schemas. It grows with every change of what they hold, since a verifier can only compare what it would
 * write itself: files of another version are not compared, and the verifier says so.
 */
export const companionVersion = 16

const { report, reportPdf: pdf, stores, periods, exceptions, custody, methods } = bundlePaths
export const companionPaths = [report, pdf, stores, periods, exceptions, custody, methods] as const

/** The files for people and the schemas, by path: all of them follow from the evidence and from this program, byte for byte. */
export function companionsOf({
  runs,
  transitions,
  keys,
  checkpoints,
  timestamps,
  leftOut,
}: Filing): Map<string, Uint8Array> {
  const figures = toFigures(runs)
  const { origin, size, root } = checkpoints.newest
  const about = {
    keys: toKeySection(keys).fingerprints,
    origin,
    size,
    root: Buffer.from(root).toString('base64'),
    timestamps,
    leftOut,
  }
  const period = toPeriod(figures, [...runs.flatMap(attestedOf), ...transitions], size)
  const page = reportPage(runs, figures, period, about, companionVersion)
  const texts: [string, string][] = [
    [report, page],
    [stores, storesCsv(figures)],
    [periods, periodsCsv(period)],
    [exceptions, exceptionsCsv(figures)],
    [custody, custodyCsv(runs, transitions, timestamps)],
    [methods, methodsText(figures)],
    ...schemaFiles(),
  ]
  const files = texts.map(([path, text]) => [path, new TextEncoder().encode(text)] as const)
  return new Map<string, Uint8Array>([...files, [pdf, reportPdf(page)]])
}
