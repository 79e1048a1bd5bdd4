import { addGap, type Decoding } from '../../decoding.ts'
import { lineOf, textContent } from '../text-content.ts'
import type { Message } from './message.ts'

/** Texts of a message, each a line, and what is in it beside what is known. */
export async function writeMetadata(
  { texts, slack }: Pick<Message, 'texts' | 'slack'>,
  path: readonly string[],
  decoding: Decoding,
  more: readonly Uint8Array[] = [],
): Promise<void> {
  const content = textContent(path, decoding, 'text')
  for (const text of [...more, ...texts, ...slack]) await content.write(lineOf(text))
  await content.end()
  if (slack.length > 0)
    addGap(decoding, {
      reason: 'unsupported-format',
      path,
      offset: 0,
      detail: 'arrow: expected only metadata that is known',
    })
}
