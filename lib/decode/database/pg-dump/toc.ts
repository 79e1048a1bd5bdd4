import type { ValueWriter } from '../value-writer.ts'
import type { ArchiveForm, ArchiveReader, ArchiveText } from './archive-reader.ts'

/** An entry whose data is in the archive: where it begins, if that is known. */
export type DataEntry = { offset: number | undefined }

/** Formats that an archive says it is of: the file itself, or the table of contents of a tar file or directory. */
export const archiveFormat = { custom: 1, tar: 3, directory: 5 } as const

const placeState = { known: 2, noData: 3 } as const

/**
 * Reads the table of contents and delivers it, an entry a row: what is defined, how it is dropped and filled, who owns it. Answers
 * the entries that have data in the archive, by their numbers.
 */
export async function readToc(
  reader: ArchiveReader,
  form: ArchiveForm,
  format: number,
  out: ValueWriter,
): Promise<Map<number, DataEntry>> {
  const entries = new Map<number, DataEntry>()
  const write = (text: ArchiveText) => (text === undefined ? out.ascii('') : out.text(text))
  const writeInt = async (): Promise<number> => {
    const value = await reader.int()
    out.ascii(String(value))
    return value
  }
  const writeTexts = async (count: number) => {
    for (let index = 0; index < count; index++) write(await reader.text())
  }
  for (let left = await reader.int(); left > 0; left--) {
    const id = await writeInt()
    const hasData = (await reader.int()) !== 0
    // Numbers of the object in catalogs; its name; its kind.
    await writeTexts(4)
    if (form.minor >= 11) await writeInt()
    // Definition, how to drop it, how to fill it, schema, tablespace and, later, access method.
    await writeTexts(form.minor >= 14 ? 6 : 5)
    if (form.minor >= 16) await writeInt()
    // Owner, and whether rows have numbers.
    await writeTexts(2)
    for (let dependency = await reader.text(); dependency !== undefined; dependency = await reader.text())
      write(dependency)
    if (format === archiveFormat.custom) {
      const { state, offset } = await reader.place()
      if (state === 0 || state > placeState.noData) throw reader.stop('corrupt', 'a place of data')
      if (hasData && state !== placeState.noData)
        entries.set(id, { offset: state === placeState.known ? offset : undefined })
    } else write(await reader.text())
    await out.endRow()
  }
  return entries
}
