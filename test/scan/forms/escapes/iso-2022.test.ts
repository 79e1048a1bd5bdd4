import { expect, test } from 'vitest'
import { find } from '../expect-found.ts'

const filler = 'what stands here is text and nothing else; '.repeat(20)

/** Switches that end in a letter or digit, as ISO-2022-JP, -KR and -CN have them, to UTF-8 and back, and to sets of private use. */
const switches = [
  '(B',
  '(J',
  '$B',
  '$@',
  '$(D',
  '$(O',
  '$)C',
  '$*H',
  '-A',
  '.A',
  '/b',
  '%G',
  '%/I',
  '%@',
  '(!A',
  '( 0',
  '$(!1',
]

test.each(switches)('what begins behind ESC %s is found', (written) => {
  for (const identifier of ['bob_w77', 'bob.smith@example.org'])
    for (const looking of ['kernel', 'plain'] as const)
      for (const around of ['', filler]) {
        const offsets = find(identifier, `${around}\x1b${written}${identifier} ${around}`, looking, 5000).map(
          ({ offset }) => offset - around.length,
        )
        expect(offsets).toStrictEqual([1 + written.length])
      }
})

test.each(['($!!A', '\x1fB'])('ESC %j is no switch', (written) => {
  for (const looking of ['kernel', 'plain'] as const)
    expect(find('bob_w77', `\x1b${written}xbob_w77`, looking, 5000)).toStrictEqual([])
})
