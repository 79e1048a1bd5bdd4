import { type ExitCode, exitCode } from '../exit-code.ts'
import { checkIndexFiles, type IndexFile, openIndexFiles, uniteIndexFiles } from '../open-index-file.ts'
import { bold, formatBytes, formatCount, plural, type Terminal } from '../terminal.ts'
import { describeManifest } from '../views/manifest-view.ts'

/**
 * `odv index show`: what an index says of itself, after all of it was checked. It names nobody. Of several, each has to add to the
 * one before it.
 */
export async function indexShowCommand(
  { files, state, cwd }: { files: readonly string[]; state: string; cwd: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const { files: opened } = await openIndexFiles(files, { state, cwd })
  checkIndexFiles(opened)
  const united = opened.length > 1 ? uniteIndexFiles(opened) : undefined
  for (const file of opened) showIndex(file, terminal)
  if (united !== undefined) terminal.print(`together: ${plural(united.subjects, 'subject')}`)
  return exitCode.good
}

function showIndex({ shown, source, part }: IndexFile, terminal: Terminal): void {
  const { report, summary, filter, caseRule, pending, sha256, base } = part
  const filterBytes = filter.first.length + filter.second.length + (part.hashed?.filterBytes ?? 0)
  for (const line of describeManifest({ report, index: summary }, base !== undefined)) terminal.print(line)
  for (const { shape, subjects, minLength, maxLength } of summary.shapes)
    terminal.print(`    ${bold(shape)}  ${plural(subjects, 'subject')} of ${minLength} to ${maxLength} characters`)
  terminal.print(`    case of letters: ${caseRule}; ${formatCount(pending)} not to be shown, since not yet transferred`)
  terminal.print(
    `${shown}: ${formatBytes(source.size)}, of which ${formatBytes(filterBytes)} are held in memory; undamaged`,
  )
  terminal.print(`manifest ${report.sha256}`)
  terminal.print(`index    ${sha256}${base === undefined ? '' : `\nadds to  ${base}`}`)
  terminal.emit({
    kind: 'index',
    bytes: source.size,
    filterBytes,
    manifestSha256: report.sha256,
    rows: report.rows,
    subjects: summary.subjects,
    pending,
    controls: summary.controls,
    caseRule,
    shapes: summary.shapes,
    ...(summary.hashed && { hashed: summary.hashed }),
    footerSha256: sha256,
    ...(base !== undefined && { base }),
  })
}
