import { hash } from 'node:crypto'
import { formatEnvelope } from '../../attestation/envelope.ts'
import type { Control, SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { bundlePaths, documentPath, envelopePath } from '../bundle-paths.ts'
import { reportPdf } from '../report/pdf/report-pdf.ts'
import type { Trust } from './mask-document.ts'
import { viewsForPeople } from './people-views.ts'
import { prepareViews } from './prepare-views.ts'
import { searchViews } from './search-views.ts'
import { viewsOf } from './views.ts'

/**
 * Plants every control of an index in a file of each kind that a bundle has, where somebody's text would stand, and searches
 * these files as those of a bundle: what is left out of the search must not hide it.
 */
export async function searchForControls(
  index: SubjectIndex,
  forms: readonly string[],
): Promise<{ planted: number; detected: number }> {
  let planted = 0
  let detected = 0
  for (const control of index.controls) {
    const { files, known } = filesWith(control)
    const views = [...viewsOf(files, known), ...viewsForPeople(pagesWith(control))]
    const prepared = prepareViews(() => views, 'once')
    const { hits } = await searchViews(prepared, index, forms, 'subjects-and-controls')
    planted += views.length
    detected += views.filter(({ path, part }) =>
      hits.some((hit) => hit.ordinal === control.ordinal && hit.path === path && hit.part === part),
    ).length
  }
  return { planted, detected }
}

function filesWith({ text }: Control) {
  const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 1)}\n`)
  const payload = Buffer.from(JSON.stringify({ predicate: { obligation: { instrument: 'NSA', clause: text } } }))
  const planted: [path: string, trust: Trust, bytes: Uint8Array][] = [
    [envelopePath(0), 'strict', formatEnvelope({ payload, signature: Buffer.alloc(70, 7) })],
    [documentPath(0, 'document'), 'strict', json({ store: { custodian: text }, bytes: 100 })],
    [documentPath(1, 'store-report'), 'strict', json({ open: [{ shownKey: `backups/${text}/all.csv`, bytes: 100 }] })],
    [documentPath(2, 'document'), 'loose', json({ stores: [{ storeId: 'sg', custodian: text }] })],
  ]
  return {
    known: new Map(planted.map(([path, trust, bytes]) => [path, { sha256: hash('sha256', bytes, 'hex'), trust }])),
    files: new Map([
      ...planted.map(([path, , bytes]) => [path, bytes] as const),
      [bundlePaths.instructions, Buffer.from(`Ask ${text}.\n`)],
    ]),
  }
}

function pagesWith({ text }: Control): [string, Uint8Array][] {
  const half = Math.floor(text.length / 2)
  const page = `<!doctype html>\n<p title="&#34;${text}&#34;">${text.slice(0, half)}<b>${text.slice(half)}</b></p>\n`
  // In columns so narrow that every word is cut.
  const cell = `<td>${text}</td>`
  const narrow = `<table><tbody><tr>${cell.repeat(30)}</tr></tbody></table>\n`
  return [
    [bundlePaths.report, Buffer.from(page)],
    [bundlePaths.reportPdf, reportPdf(narrow)],
    [bundlePaths.stores, Buffer.from(`run,custodian\r\nrun-1,"${text}"\r\n`)],
    [bundlePaths.methods, Buffer.from(`- ${text}\n`)],
  ]
}
